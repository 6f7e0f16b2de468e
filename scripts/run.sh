#!/usr/bin/env bash
# Builds Salala and serves it, with a small demo world where the data folder is empty.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/lib.sh
source scripts/lib.sh

need_rust
need_page
say "Building Salala (some minutes the first time, seconds after that)"
cargo build --quiet --locked --profile quick --package salala-server
say "Starting Salala on port ${PORT:-3000} with its data in ${DATA_DIR:-data}/ (stop it with Ctrl-C)"
export DATA_DIR=${DATA_DIR:-data}
rm -f "$STEP_LOG"
exec "$TARGET_DIR/quick/salala" serve --seed-if-empty "$@"
