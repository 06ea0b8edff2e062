# Garage, a storage server in Rust for small clusters; here one node. No versioning.
registry=crates.io
default_version=2.5.0
default_port=5610
key=GK0123456789abcdef01234567
secret=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
# It keeps what it has when it is started anew.
keeps=yes
second_key=GKfedcba9876543210fedcba98
second_secret=fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210

install() {
  # Without k2v and metrics there is less to compile: nine minutes on two cores.
  cargo install --quiet --locked --root "$home/root" "garage@$version" \
    --no-default-features --features bundled-libs,sqlite,lmdb >&2
}

start() {
  local rpc=$((port + 100)) admin=$((port + 200))
  refuse_taken "$port" "$rpc" "$admin"
  local is_new=yes
  if [ -e "$work/garage.toml" ]; then is_new=; fi
  cat >"$work/garage.toml" <<CONFIG
metadata_dir = "$work/meta"
data_dir = "$work/data"
db_engine = "sqlite"
metadata_fsync = false
data_fsync = false
replication_factor = 1
rpc_bind_addr = "$host:$rpc"
rpc_public_addr = "$host:$rpc"
rpc_secret = "$secret"
allow_world_readable_secrets = true

[s3_api]
s3_region = "us-east-1"
api_bind_addr = "$host:$port"

[admin]
api_bind_addr = "$host:$admin"
CONFIG
  begin env RUST_LOG=garage=warn "$home/root/bin/garage" -c "$work/garage.toml" server
  until_ready "http://$host:$admin/health" 60
  # In a trap, a return without a number would give the status from before it.
  if [ -z "$is_new" ]; then return 0; fi
  local node
  node=$(garage node id --quiet)
  garage layout assign --zone one --capacity 4G "${node%%@*}"
  garage layout apply --version 1
  garage key import --yes -n main "$key" "$secret"
  garage key allow --create-bucket "$key"
  garage key import --yes -n second "$second_key" "$second_secret"
  garage key allow --create-bucket "$second_key"
}

garage() {
  RUST_LOG=error "$home/root/bin/garage" -c "$work/garage.toml" "$@" 2>>"$work/server.log" | tee -a "$work/server.log"
}
