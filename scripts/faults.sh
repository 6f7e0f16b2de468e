#!/usr/bin/env bash
# Random faults under load against two servers on PostgreSQL and Redis, which it starts itself (make faults).
# SEEDS=3 says how many, FIRST=1 with which to begin: a seed that failed fails again.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/lib.sh
source scripts/lib.sh
# shellcheck source=scripts/postgres.sh
source scripts/postgres.sh

need_rust
need_node
find_postgres
need redis-server redis-server
need faketime faketime
step "The binary" cargo build --locked -p salala-server --bin salala
cd e2e && exec node --test-reporter=dot faults/run.js "${SEEDS:-3}" "${FIRST:-1}"
