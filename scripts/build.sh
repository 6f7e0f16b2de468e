#!/usr/bin/env bash
# Builds the best binary, however long it takes.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/lib.sh
source scripts/lib.sh

need_rust
need_page
say "Building the release binary (about ten minutes on two cores)"
cargo build --locked --release --package salala-server
say "Built: $TARGET_DIR/release/salala"
