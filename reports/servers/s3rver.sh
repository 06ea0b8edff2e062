# s3rver, a small S3 server for tests in JavaScript; without ListParts, ListMultipartUploads and Abort.
registry=npm
default_version=3.7.1
default_port=5602
key=S3RVER secret=S3RVER
# A completion that names a part never sent ends the process.
may_die=yes
# It keeps what it has when it is started anew.
keeps=yes
# Row by row, so that the one that did it is known.
jobs=1

install() {
  mkdir -p "$home"
  echo '{"private":true}' >"$home/package.json"
  npm install --prefix "$home" --no-audit --no-fund --silent "s3rver@$version" >&2
}

start() {
  refuse_taken "$port"
  begin "$home/node_modules/.bin/s3rver" --directory "$work/data" --address "$host" --port "$port" --no-vhost-buckets
  until_ready "http://$host:$port/" 60
}
