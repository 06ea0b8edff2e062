# MinIO, one drive; the last release that can be built from its module.
registry='the Go module proxy'
default_version=v0.0.0-20260212201848-7aac2a2c5b7c
default_port=5621
key=AKEXAMPLEMINIO secret=SKEXAMPLEMINIO0
keeps=yes
# What is found about signatures and rights goes to its maintainers first.
skip=auth

install() {
  GOBIN="$home" GOFLAGS=-mod=mod go install "github.com/minio/minio@$version" >&2
}

start() {
  refuse_taken "$port" "$((port + 1000))"
  begin env MINIO_ROOT_USER="$key" MINIO_ROOT_PASSWORD="$secret" MINIO_SITE_REGION=us-east-1 \
    "$home/minio" server --quiet --address "$host:$port" --console-address "$host:$((port + 1000))" "$work/data"
  until_ready "http://$host:$port/minio/health/ready" 60
}
