#!/usr/bin/env bash
# Measures the server with the load generator, as docs/performance.md tells it: builds both, then runs
# every case. RUNS=3 says how often, JSON=1 asks for JSON lines, PROFILE=release for the best build, BENCH=engine
# for the engine alone beside its peers.
set -euo pipefail
cd "$(dirname "$0")/.."

case ${BENCH:-server} in
  server) ;;
  engine) exec scripts/bench-engines.sh ;;
  *)
    echo "error: BENCH is server or engine" >&2
    exit 1
    ;;
esac

runs=${RUNS:-3}
profile=${PROFILE:-quick}
built=target/$profile
# What a case needs is made once and used by the cases after it.
people=target/bench/people
rm -rf "$people"
options=(--runs "$runs" --keep "$people")
if [[ -n ${JSON:-} ]]; then
  options+=(--json)
fi

echo "Building the server, the bare Socket.IO server and the load generator ($profile)" >&2
cargo build --locked --profile "$profile" -p salala-server --bin salala
cargo build --locked --profile "$profile" -p salala-socketio --example socketio_echo
cargo build --locked --profile "$profile" -p salala-bench

bench() {
  "$built/salala-bench" "${options[@]}" "$@"
  echo
}

bench --server "$built/examples/socketio_echo" engine-idle
bench --server "$built/salala" idle
bench --server "$built/salala" sends
bench --server "$built/salala" sends --other-devices 10000
bench --server "$built/salala" push
bench --server "$built/salala" storm
bench --server "$built/salala" room
bench --server "$built/salala" room --in-flight 1
bench --server "$built/salala" room --rate 20
bench --server "$built/salala" upload
