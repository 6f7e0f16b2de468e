#!/usr/bin/env bash
# Makes the TypeScript types of the wire anew, from what the binary says of its API: SALALA_BIN, or the one built here.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/lib.sh
source scripts/lib.sh

need_node
binary=${SALALA_BIN:-}
if [ -z "$binary" ]; then
  need_rust
  cargo build --locked --workspace --features salala-store/postgres-tests,salala-server/redis-tests --bins
  binary=$TARGET_DIR/debug/salala
fi
folder=$(mktemp -d)
at_exit "rm -rf '$folder'"
# A limit that is set here is no part of the types.
for document in openapi asyncapi; do
  env -i PATH="$PATH" DATA_DIR="$folder" "$binary" api "$document" >"$folder/$document.json"
done
node packages/client/scripts/types.js "$folder"
