# s3s-fs, the sample server of the s3s crate on a file system; without ListMultipartUploads.
registry=crates.io
default_version=0.14.1
default_port=5604
# Its ListParts answers an empty list for any id; the other operations refuse an id that is not there so.
gone=AccessDenied
# It keeps what it has when it is started anew.
keeps=yes
key=AKEXAMPLES3S secret=SKEXAMPLES3S

install() {
  cargo install --quiet --locked --root "$home/root" "s3s-fs@$version" --features binary >&2
}

start() {
  refuse_taken "$port"
  begin "$home/root/bin/s3s-fs" --host "$host" --port "$port" --access-key "$key" --secret-key "$secret" "$work/data"
  until_ready "http://$host:$port/" 60
}
