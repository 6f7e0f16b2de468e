#!/usr/bin/env bash
# Formats Rust, TypeScript, JavaScript and the page.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/lib.sh
source scripts/lib.sh

need_rust
need_node
cargo fmt --all
npm run --silent format
npm --prefix e2e run --silent format
