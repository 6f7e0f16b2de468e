#!/usr/bin/env bash
# Runs a command with a PostgreSQL server of its own, which is gone afterwards:
#   scripts/postgres.sh cargo nextest run -p salala-store --features postgres-tests
# Sourced, it gives the function that starts one for the rest of a script.
# shellcheck shell=bash

# Finds PostgreSQL's programs, and installs Debian's where there are none.
find_postgres() {
  local found
  found=$(newest_postgres)
  if [ -z "$found" ]; then
    install_packages postgres postgresql postgresql-client
    found=$(newest_postgres)
  fi
  [ -n "$found" ] || fail "PostgreSQL is missing: install the package postgresql"
  # The end-to-end tests that stop and start a server of their own find it by this.
  export TEST_POSTGRES_BIN=$found
}

# The folder of the newest server's programs; Debian keeps them apart by version.
newest_postgres() {
  local folder
  for folder in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -Vr); do
    if [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ]; then
      printf '%s' "$folder"
      return
    fi
  done
  if command -v initdb >/dev/null && command -v postgres >/dev/null; then
    dirname "$(command -v initdb)"
  fi
}

# Starts a server in a temporary folder on a free port of 127.0.0.1, stopped and removed when the
# script ends. Exports TEST_POSTGRES_URL, of a user who may make databases.
start_postgres() {
  find_postgres
  # initdb and postgres refuse to run as root.
  local as=()
  if [ "$(id -u)" -eq 0 ]; then
    id postgres >/dev/null 2>&1 || fail "PostgreSQL cannot run as root: make a user postgres"
    as=(setpriv --reuid=postgres --regid=postgres --init-groups)
  fi
  POSTGRES_FOLDER=$(mktemp -d /tmp/salala-postgres.XXXXXX)
  at_exit 'rm -rf "$POSTGRES_FOLDER"'
  local data=$POSTGRES_FOLDER/data log=$POSTGRES_FOLDER/log port
  if [ "${#as[@]}" -gt 0 ]; then
    chown postgres: "$POSTGRES_FOLDER"
  fi
  (cd / && "${as[@]}" "$TEST_POSTGRES_BIN/initdb" --pgdata="$data" --username=postgres \
    --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync) >"$STEP_LOG" 2>&1 ||
    { cat "$STEP_LOG" >&2 && fail "PostgreSQL's initdb failed"; }
  port=$(free_port)
  # Without fsync: these tests ask what transactions see, and nobody cuts the power. Those that do kill
  # a server start one of their own, which flushes.
  (cd / && exec "${as[@]}" "$TEST_POSTGRES_BIN/postgres" -D "$data" -p "$port" -h 127.0.0.1 \
    -k "$POSTGRES_FOLDER" -c fsync=off -c full_page_writes=off -c max_connections=300 \
    -c shared_buffers=64MB -c log_min_messages=fatal) >"$log" 2>&1 &
  POSTGRES_PID=$!
  at_exit 'kill -INT "$POSTGRES_PID" 2>/dev/null && wait "$POSTGRES_PID" || true'
  export TEST_POSTGRES_URL="postgres://postgres@127.0.0.1:$port/postgres"
  until "$TEST_POSTGRES_BIN/pg_isready" -q -h 127.0.0.1 -p "$port"; do
    kill -0 "$POSTGRES_PID" 2>/dev/null || { cat "$log" >&2 && fail "PostgreSQL did not start"; }
    sleep 0.1
  done
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
  set -euo pipefail
  # shellcheck source=scripts/lib.sh
  source "$(dirname "$0")/lib.sh"
  [ $# -gt 0 ] || fail "name the command to run with PostgreSQL"
  start_postgres
  "$@"
fi
