# The doors: `make run` to use Salala, `make test` to change it. Each installs or builds what it lacks.

.PHONY: run test build format bench faults

## Builds Salala and serves it at http://localhost:3000, with its data in ./data.
run:
	@scripts/run.sh

## Every check that a change must pass, cheapest first.
test:
	@scripts/test.sh

## The best binary, however long it takes: target/release/salala.
build:
	@scripts/build.sh

## Formats Rust, JavaScript and the page.
format:
	@scripts/format.sh

## Random faults under load against two servers: SEEDS=3 of them, see docs/guarantees.md.
faults:
	@scripts/faults.sh

## Measures the server with the load generator; see docs/performance.md.
bench:
	@scripts/bench.sh
