#!/usr/bin/env bash
# Runs a command with a server of its own that speaks S3 (moto, in a Python environment under target/):
#   scripts/s3.sh npm --prefix e2e run test:s3
# Sourced, it gives the function that starts one for the rest of a script.
# shellcheck shell=bash

# Changed together with what the tests expect of it.
MOTO_VERSION=5.2.5

# Starts a server on a free port of 127.0.0.1, stopped when the script ends. Exports TEST_S3_URL.
start_s3() {
  local environment=target/moto port log
  if ! "$environment/bin/python" -c "import moto, flask; assert moto.__version__ == '$MOTO_VERSION'" 2>/dev/null; then
    need python3 python3 python3-venv
    python3 -c 'import ensurepip' 2>/dev/null || install_packages python3-venv python3-venv
    say "Installing moto $MOTO_VERSION, a server that speaks S3 (Python packages)"
    python3 -m venv --clear "$environment"
    "$environment/bin/pip" install --quiet --disable-pip-version-check "moto[s3,server]==$MOTO_VERSION"
  fi
  log=$(mktemp)
  at_exit "rm -f '$log'"
  port=$(free_port)
  "$environment/bin/moto_server" --host 127.0.0.1 --port "$port" >"$log" 2>&1 &
  S3_PID=$!
  at_exit 'kill "$S3_PID" 2>/dev/null && wait "$S3_PID" || true'
  export TEST_S3_URL="http://127.0.0.1:$port"
  until (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
    kill -0 "$S3_PID" 2>/dev/null || { cat "$log" >&2 && fail "moto did not start"; }
    sleep 0.1
  done
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
  set -euo pipefail
  # shellcheck source=scripts/lib.sh
  source "$(dirname "$0")/lib.sh"
  [ $# -gt 0 ] || fail "name the command to run with S3"
  cd "$(dirname "$0")/.."
  start_s3
  "$@"
fi
