# LocalStack, an AWS emulator in Python, S3 alone; its own tests were recorded against AWS.
registry=PyPI
# The last release that Python 3.11 can run and that asks for no account.
default_version=4.13.1
default_port=5606
key=test secret=test

install() {
  # The bounds keep modules that the release still imports.
  python_packages "localstack-core[base-runtime]==$version" 'moto-ext[s3]' \
    'cbor2<6' 'pyopenssl<25.4' 'cryptography<47' service-identity
  # Its web server takes the port alone from GATEWAY_LISTEN and listens on every interface.
  local file
  for file in "$home"/venv/lib/python3.*/site-packages/localstack/runtime/server/twisted.py; do
    sed -i 's/(reactor, host_and_port\.port)/(reactor, host_and_port.port, interface=host_and_port.host)/' "$file"
    grep -q 'interface=host_and_port.host' "$file"
  done
}

start() {
  refuse_taken "$port"
  begin env --chdir="$work" \
    SERVICES=s3 STRICT_SERVICE_LOADING=1 EAGER_SERVICE_LOADING=1 PERSISTENCE=0 \
    GATEWAY_LISTEN="$host:$port" LOCALSTACK_HOST="$host:$port" DNS_ADDRESS=0 \
    SKIP_SSL_CERT_DOWNLOAD=1 SKIP_INFRA_DOWNLOADS=1 DISABLE_EVENTS=1 \
    FILESYSTEM_ROOT="$work/data" LOCALSTACK_VOLUME_DIR="$work/data/volume" \
    "$home/venv/bin/python" -m localstack.runtime.main
  until_ready "http://$host:$port/_localstack/health" 120
}
