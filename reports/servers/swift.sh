# OpenStack Swift with s3api and tempauth: one node, one disk, one replica, four processes.
registry=PyPI
default_version=2.38.3
default_port=5611
key=test:tester secret=testing
# It keeps what it has when it is started anew.
keeps=yes
second_key=test2:tester2 second_secret=testing2

install() {
  # It still imports pkg_resources.
  python_packages "swift==$version" 'setuptools<81'
}

start() {
  local bin="$home/venv/bin" etc="$work/etc" kind at=$port
  local -A ports=([account]=$((port + 1)) [container]=$((port + 2)) [object]=$((port + 3)))
  refuse_taken "$port" "${ports[@]}"
  if [ ! -e "$etc" ]; then set_up; fi
  for kind in account container object; do serve "$kind"; done
  for at in "${ports[@]}"; do until_ready "http://$host:$at/healthcheck" 60; done
  # It asks no node for a minute that it could not reach.
  serve proxy
  until_ready "http://$host:$port/healthcheck" 60
}

serve() { begin env PYTHONWARNINGS=ignore "$bin/swift-$1-server" "$etc/$1-server.conf" -v; }

# Uses what start() knows.
set_up() {
  mkdir "$work/data/disk" "$work/recon" "$etc"
  cat >"$etc/swift.conf" <<'CONFIG'
[swift-hash]
swift_hash_path_prefix = prefix
swift_hash_path_suffix = suffix

[storage-policy:0]
name = one
default = yes
policy_type = replication
CONFIG
  for kind in account container object; do
    at=${ports[$kind]}
    {
      settings "$at"
      printf 'devices = %s\nmount_check = false\ndisable_fallocate = true\nrecon_cache_path = %s\n' "$work/data" "$work/recon"
      printf '\n[pipeline:main]\npipeline = %s-server\n\n[app:%s-server]\nuse = egg:swift#%s\n' "$kind" "$kind" "$kind"
    } >"$etc/$kind-server.conf"
    {
      "$bin/swift-ring-builder" "$etc/$kind.builder" create 6 1 0
      "$bin/swift-ring-builder" "$etc/$kind.builder" add "r1z1-$host:$at/disk" 1
      "$bin/swift-ring-builder" "$etc/$kind.builder" rebalance
    } >>"$work/server.log" 2>&1
  done
  { settings "$port"; proxy; } >"$etc/proxy-server.conf"
}

# Nothing listens to its system log.
settings() {
  cat <<CONFIG
[DEFAULT]
bind_ip = $host
bind_port = $1
workers = 0
user = $(id -un)
swift_dir = $work/etc
log_level = WARNING
log_address = $work/no-system-log
CONFIG
}

proxy() {
  local filter filters='catch_errors gatekeeper healthcheck listing_formats bulk tempurl s3api tempauth staticweb copy
    container-quotas account-quotas slo dlo versioned_writes symlink'
  # shellcheck disable=SC2086 # a list of words
  printf '\n[pipeline:main]\npipeline = %s proxy-server\n' "$(echo $filters)"
  printf '\n[app:proxy-server]\nuse = egg:swift#proxy\nallow_account_management = true\naccount_autocreate = true\n'
  for filter in $filters; do
    printf '\n[filter:%s]\nuse = egg:swift#%s\n' "$filter" "${filter//-/_}"
    case $filter in
      s3api)
        cat <<'CONFIG'
s3_acl = true
check_bucket_owner = true
dns_compliant_bucket_names = true
location = us-east-1
auth_pipeline_check = false
max_upload_part_num = 10000
CONFIG
        ;;
      tempauth) printf 'user_test_tester = testing .admin\nuser_test2_tester2 = testing2 .admin\n' ;;
      slo) echo 'allow_async_delete = true' ;;
      versioned_writes) printf 'allow_versioned_writes = true\nallow_object_versioning = true\n' ;;
    esac
  done
}
