# moto, an AWS mock in Python; everything in memory, signatures are not checked.
registry=PyPI
default_version=5.2.5
default_port=5601
key=testing secret=testing

install() {
  local pins=()
  # Releases before 4 name no upper bounds, and break with the web framework of today.
  if [ "${version%%.*}" -lt 4 ]; then
    pins=('werkzeug<2.2' 'flask<2.2' 'flask-cors<4' 'setuptools<81')
  fi
  python_packages "moto[server,s3]==$version" "${pins[@]}"
}

start() {
  refuse_taken "$port"
  begin "$home/venv/bin/moto_server" -H "$host" -p "$port"
  until_ready "http://$host:$port/moto-api/" 60
}
