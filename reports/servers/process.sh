# A server's processes: begun, waited for, ended. Sourced by `reports/again`.
# Every process leads a session of its own, so that Ctrl-C reaches none of them before its time.

host=127.0.0.1
pids=()

say() { printf '%s: %s\n' "$label" "$*" >&2; }

# begin COMMAND...: in the background; what it prints goes to server.log.
begin() {
  setsid "$@" >>"$work/server.log" 2>&1 </dev/null &
  pids+=($!)
}

answers() { curl --silent --output /dev/null --max-time 2 "$1"; }

# Whoever listens there is no server of ours, and must not be tested in its place.
refuse_taken() {
  local port
  for port; do
    if answers "telnet://$host:$port" || [ $? = 28 ]; then
      say "port $port of $host is taken; end what listens there, or set PORT"
      return 1
    fi
  done
}

# until_ready URL SECONDS: any answer will do.
until_ready() {
  local pid end=$((SECONDS + $2))
  until answers "$1"; do
    for pid in "${pids[@]}"; do
      if ! kill -0 "$pid" 2>/dev/null; then
        say "the server ended at its start; the end of $work/server.log:"
        tail -n 5 "$work/server.log" >&2
        return 1
      fi
    done
    if [ "$SECONDS" -ge "$end" ]; then
      say "no answer from $1 within $2 s"
      return 1
    fi
    sleep 0.2
  done
}

# end_all: politely first, and by force after five seconds.
end_all() {
  local pid
  for pid in "${pids[@]}"; do kill -TERM -- "-$pid" 2>/dev/null || true; done
  for _ in $(seq 25); do
    any_alive || break
    sleep 0.2
  done
  kill_all
}

# kill_all: as a power cut would, but for what the kernel still writes.
kill_all() {
  local pid
  for pid in "${pids[@]}"; do kill -KILL -- "-$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
  pids=()
}

any_alive() {
  local pid
  for pid in "${pids[@]}"; do
    if kill -0 "$pid" 2>/dev/null; then return 0; fi
  done
  return 1
}

# python_packages PACKAGE...: into an environment of the server's own.
python_packages() {
  python3 -m venv "$home/venv"
  "$home/venv/bin/pip" --quiet --disable-pip-version-check install "$@" >&2
}

# maven_jar GROUP:ARTIFACT:VERSION:jar:CLASSIFIER: one file.
maven_jar() {
  mvn -q dependency:copy "-Dartifact=$1" "-DoutputDirectory=$home" -Dtransitive=false >&2
}
