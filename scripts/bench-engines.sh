#!/usr/bin/env bash
# Measures crates/socketio beside socket.io on Node, socketioxide and the floor, in turns (BENCH=engine make bench).
# RUNS=3 says how often, SECONDS_EACH=5 how long, JSON=1 asks for JSON, PROFILE=release for the best build.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/lib.sh
source scripts/lib.sh

profile=${PROFILE:-quick}
peers=crates/bench/peers
need_rust
command -v npm >/dev/null || fail "Node is missing: install version 20 or newer with npm"
step "Building our engine, the floor and the load generator ($profile)" \
  cargo build --locked --profile "$profile" -p salala-bench -p salala-socketio \
  --bin salala-bench --example room_chat --example floor
step "Building socketioxide ($profile)" \
  cargo build --locked --profile "$profile" --manifest-path "$peers/socketioxide/Cargo.toml" \
  --target-dir "$TARGET_DIR/peers"
step "Installing socket.io" npm --prefix "$peers/node" ci --ignore-scripts

built=$TARGET_DIR/$profile
options=(--runs "${RUNS:-3}" --seconds "${SECONDS_EACH:-5}")
if [[ -n ${JSON:-} ]]; then
  options+=(--json)
fi
"$built/salala-bench" engines "${options[@]}" \
  --peer "socket.io 4.8.3=node $peers/node/main.js" \
  --peer "socketioxide 0.18.9=$TARGET_DIR/peers/$profile/salala-peer-socketioxide" \
  --peer "salala-socketio=$built/examples/room_chat" \
  --peer "floor=$built/examples/floor"
