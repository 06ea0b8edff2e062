# Ceph's RADOS Gateway: one monitor, one OSD in memory and the gateway, without authentication between them.
#
# The packages are the distribution's, and its version is what is tested; the first time they need root. The data of
# uploads that ended goes at a garbage collection: `settle` asks for one.
registry='the packages of the distribution'
default_version=16.2.15
default_port=5631
key=AKEXAMPLERGW secret=SKEXAMPLERGW
region=default
# In a bucket that was made again, its ListParts answers NoSuchKey for any id; an abort looks.
gone=NoSuchUpload
# What is found about signatures and rights goes to its maintainers first.
skip=auth

install() {
  local program missing=()
  for program in ceph-mon ceph-osd radosgw; do
    if ! command -v "$program" >/dev/null; then missing+=("$program"); fi
  done
  if [ ${#missing[@]} != 0 ]; then
    # Their own scripts would start daemons.
    RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" >&2
  fi
  if ! radosgw --version | grep -qF "$version"; then
    say "the distribution has $(radosgw --version)"
    return 1
  fi
}

start() {
  # With the older protocol alone, the OSD is at times told that it belongs to another cluster.
  local monitor=$((port + 1)) newer=$((port + 2))
  refuse_taken "$port" "$monitor" "$newer"
  export CEPH_CONF=$work/ceph.conf
  settle='radosgw-admin --name client.rgw gc process --include-all'
  mkdir -p "$work/mon" "$work/osd" "$work/rgw" "$work/run"
  configuration >"$CEPH_CONF"
  : >"$work/keyring"
  {
    monmaptool --create --clobber --fsid "$fsid" --addv a "[v2:$host:$newer,v1:$host:$monitor]" "$work/monmap"
    ceph-mon -i a --mkfs --monmap "$work/monmap"
  } >>"$work/server.log" 2>&1
  begin ceph-mon -f -i a
  within 60 ask -s
  ask osd new "$osd" >>"$work/server.log" 2>&1 </dev/null
  ceph-osd -i 0 --mkfs --osd-uuid "$osd" >>"$work/server.log" 2>&1
  begin ceph-osd -f -i 0
  within 60 osd_is_up
  begin radosgw -f --name client.rgw
  until_ready "http://$host:$port/" 60
  radosgw-admin --name client.rgw user create --uid mpuspec --display-name mpuspec --access-key "$key" \
    --secret "$secret" >>"$work/server.log" 2>&1
}

fsid=11111111-2222-4333-8444-555555555555
osd=66666666-7777-4888-8999-aaaaaaaaaaaa

# within SECONDS COMMAND...: again and again, until it succeeds.
within() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    if [ "$SECONDS" -ge "$end" ]; then
      say "not in time: $*; the end of $work/server.log:"
      tail -n 5 "$work/server.log" >&2
      return 1
    fi
    sleep 0.2
  done
}

ask() { timeout 30 ceph --connect-timeout 5 "$@"; }

osd_is_up() { ask osd stat -f json | grep -q '"num_up_osds":1'; }

configuration() {
  cat <<CONFIG
[global]
fsid = $fsid
mon_host = [v2:$host:$newer,v1:$host:$monitor]
public_addr = $host
cluster_addr = $host
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
run_dir = $work/run
admin_socket = $work/run/\$name.\$pid.asok
log_file = $work/run/\$name.log
crash_dir = $work/run
keyring = $work/keyring
log_to_syslog = false
err_to_syslog = false
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 8
osd_pool_default_pgp_num = 8
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
mon_allow_pool_size_one = true
mon_max_pg_per_osd = 4000

[mon]
mon_data = $work/mon
# Each change of a map waits so long for others; by default pools take 10 s to make.
paxos_propose_interval = 0.02
paxos_min_wait = 0.01

[osd]
osd_data = $work/osd
osd_objectstore = memstore
memstore_device_bytes = 8589934592
osd_class_load_list = *
osd_class_default_list = *

[client.rgw]
# Without authentication the usual mode cannot be had, and it would look for the monitor for ever.
ms_mon_client_mode = crc
rgw_data = $work/rgw
rgw_frontends = beast endpoint=$host:$port
rgw_dns_name = localhost
rgw_max_attr_name_len = 0
CONFIG
}
