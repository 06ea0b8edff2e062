# versitygw, a gateway to a file system, which needs extended attributes of users.
registry='the Go module proxy'
default_version=1.8.0
default_port=5622
key=AKEXAMPLEVGW secret=SKEXAMPLEVGW
keeps=yes
# A part that arrives behind the completion makes the folder of its upload again, which is in no listing.
leaves=yes
# What is found about signatures and rights goes to its maintainers first.
skip=auth

install() {
  GOBIN="$home" GOFLAGS=-mod=mod go install "github.com/versity/versitygw/cmd/versitygw@v$version" >&2
}

start() {
  refuse_taken "$port"
  mkdir -p "$work/iam"
  begin "$home/versitygw" --access "$key" --secret "$secret" --port "$host:$port" --iam-dir "$work/iam" --quiet \
    posix "$work/data"
  until_ready "http://$host:$port/" 60
}
