#!/usr/bin/env bash
# Every check that a change must pass, cheapest first.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/lib.sh
source scripts/lib.sh

# The tree as it is now, so that a check that changes it is found, also while one is working on it.
tree() {
  git status --porcelain --untracked-files=all
  git diff HEAD | cksum
}

# The lines in which a test runner says how many passed.
counts() {
  sed -e 's/\x1b\[[0-9;]*m//g' "$STEP_LOG" |
    grep -E '(tests run:|^test result:|^# (pass|fail) )' | sed 's/^[# ]*/    /' || true
}

rust_tests() {
  if cargo nextest --version >/dev/null 2>&1; then
    cargo nextest run --profile ci --locked --workspace --all-targets --color never
  else
    cargo test --locked --workspace --all-targets
  fi
}

started=$SECONDS
need_rust
need_node
need chromium chromium
need openssl openssl
before=$(tree)

step "Rust format" cargo fmt --all --check
step "JavaScript, page and documents' format" npm --prefix e2e run --silent check
step "Rust lints" cargo clippy --locked --workspace --all-targets -- -D warnings
RUSTDOCFLAGS="-D warnings" step "Rust documents" \
  cargo doc --locked --workspace --no-deps --document-private-items
step "Rust tests" rust_tests
counts
step "Examples in Rust documents" cargo test --locked --workspace --doc
step "The binary that the next tests start" cargo build --locked --workspace --bins
step "The official client and the page" npm --prefix e2e run --silent test
counts

if [ "$before" != "$(tree)" ]; then
  git status --short
  fail "the checks changed the tree: commit what they made, or mend what makes it"
fi
say "All checks passed in $((SECONDS - started)) s"
