#!/usr/bin/env bash
# Runs a command with a Redis server of its own, which is gone afterwards:
#   scripts/redis.sh cargo nextest run -p salala-server --features redis-tests
# Sourced, it gives the function that starts one for the rest of a script.
# shellcheck shell=bash

# Starts a server in a temporary folder on a free port of 127.0.0.1, stopped and removed when the
# script ends. Exports TEST_REDIS_URL.
start_redis() {
  need redis-server redis-server
  REDIS_FOLDER=$(mktemp -d /tmp/salala-redis.XXXXXX)
  at_exit 'rm -rf "$REDIS_FOLDER"'
  local log=$REDIS_FOLDER/log port
  port=$(free_port)
  # Nothing is written to the disk: what Redis holds is forgotten with it.
  redis-server --port "$port" --bind 127.0.0.1 --dir "$REDIS_FOLDER" --save '' --appendonly no \
    --loglevel warning >"$log" 2>&1 &
  REDIS_PID=$!
  at_exit 'kill "$REDIS_PID" 2>/dev/null && wait "$REDIS_PID" || true'
  export TEST_REDIS_URL="redis://127.0.0.1:$port"
  until [ "$(redis-cli -h 127.0.0.1 -p "$port" ping 2>/dev/null)" = PONG ]; do
    kill -0 "$REDIS_PID" 2>/dev/null || { cat "$log" >&2 && fail "Redis did not start"; }
    sleep 0.1
  done
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
  set -euo pipefail
  # shellcheck source=scripts/lib.sh
  source "$(dirname "$0")/lib.sh"
  [ $# -gt 0 ] || fail "name the command to run with Redis"
  start_redis
  "$@"
fi
