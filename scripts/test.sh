#!/usr/bin/env bash
# Every check that a change must pass, cheapest first.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/lib.sh
source scripts/lib.sh
# shellcheck source=scripts/postgres.sh
source scripts/postgres.sh
# shellcheck source=scripts/redis.sh
source scripts/redis.sh
# shellcheck source=scripts/s3.sh
source scripts/s3.sh

# One set of features everywhere, so that nothing is built twice.
BUILD=(--locked --workspace --features salala-store/postgres-tests,salala-server/redis-tests)

# The tree as it is now, so that a check that changes it is found, also while one is working on it.
tree() {
  git status --porcelain --untracked-files=all
  git diff HEAD | cksum
}

# The lines in which a test runner says how many passed.
counts() {
  sed -e 's/\x1b\[[0-9;]*m//g' "$STEP_LOG" |
    grep -E '(tests run:|^test result:|^# (pass|fail) |^ +Tests )' | sed 's/^[# ]*/    /' || true
}

rust_tests() {
  if cargo nextest --version >/dev/null 2>&1; then
    cargo nextest run --profile ci "${BUILD[@]}" --all-targets --color never
  else
    cargo test "${BUILD[@]}" --all-targets
  fi
}

# The server's tests again with its data in PostgreSQL, but for those about SQLite's files.
server_tests_on_postgres() {
  if cargo nextest --version >/dev/null 2>&1; then
    cargo nextest run --profile ci "${BUILD[@]}" --all-targets --color never \
      -E 'package(salala-server) & binary(it) - test(/^it::sqlite_files::/)'
  else
    cargo test "${BUILD[@]}" --test it -- --skip sqlite_files::
  fi
}

# Ends if a step has changed what is committed, or about to be.
unchanged() {
  local words=$1
  shift
  [ "$before" = "$(tree)" ] || [ -z "$(git status --porcelain -- "$@")" ] || fail "$words"
}

started=$SECONDS
need_rust
need_node
need chromium chromium
need openssl openssl
need turnserver coturn
need faketime faketime
start_postgres
start_redis
start_s3
before=$(tree)

step "Rust format" cargo fmt --all --check
step "JavaScript, page and documents' format" npm --prefix e2e run --silent check
step "TypeScript's format" npm run --silent check
step "TypeScript's types" npm run --silent types
step "TypeScript's lints" npm run --silent lint
step "TypeScript's units" npm run --silent units
counts
step "The client package, as it is published" npm run --silent pack
need_page
step "Rust lints" cargo clippy "${BUILD[@]}" --all-targets -- -D warnings
RUSTDOCFLAGS="-D warnings" step "Rust documents" \
  cargo doc --locked --workspace --no-deps --document-private-items
step "Rust tests" rust_tests
counts
TEST_STORE_URL=$TEST_POSTGRES_URL step "The server's tests on PostgreSQL" server_tests_on_postgres
counts
step "Examples in Rust documents" cargo test "${BUILD[@]}" --doc
step "The binary that the next tests start" cargo build "${BUILD[@]}" --bins
SALALA_BIN=$TARGET_DIR/debug/salala step "The wire's types, made again" scripts/types.sh
unchanged "the types of the wire differ from what the server documents: run scripts/types.sh" \
  packages/client/src/generated
step "The official client and the page" npm --prefix e2e run --silent test
counts
TEST_STORE_URL=$TEST_POSTGRES_URL step "The same on PostgreSQL" \
  npm --prefix e2e run --silent test:postgres
counts

step "Files in a bucket of S3" npm --prefix e2e run --silent test:s3
counts

if [ "$before" != "$(tree)" ]; then
  git status --short
  fail "the checks changed the tree: commit what they made, or mend what makes it"
fi
say "All checks passed in $((SECONDS - started)) s"
