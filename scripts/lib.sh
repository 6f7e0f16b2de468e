# What the scripts share: one line for each step, and what a clean Debian lacks.
# shellcheck shell=bash

# Says what happens, in one line.
say() {
  printf '%s\n' "$*"
}

# Ends with a sentence that says what to do.
fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# Runs a step quietly and prints one line with its time; on failure everything that it said.
# Afterwards STEP_LOG holds its output.
STEP_LOG=$(mktemp)
trap 'rm -f "$STEP_LOG"' EXIT
step() {
  local name=$1 start=$SECONDS
  shift
  if "$@" >"$STEP_LOG" 2>&1; then
    printf '%-46s %4d s\n' "$name" $((SECONDS - start))
  else
    cat "$STEP_LOG"
    fail "$name failed after $((SECONDS - start)) s"
  fi
}

# Installs Debian packages, if the command that stands first is missing.
need() {
  local command=$1
  shift
  if command -v "$command" >/dev/null; then
    return
  fi
  local root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || fail "$command is missing: install the package $1"
    root=(sudo)
  fi
  command -v apt-get >/dev/null || fail "$command is missing: install the package $1"
  say "Installing $* (Debian packages; $command is missing)"
  "${root[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive \
    "${root[@]}" apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# What compiling takes: Rust, and a C compiler for the embedded SQLite.
need_rust() {
  command -v cargo >/dev/null || fail "Rust is missing: install it as https://rustup.rs says"
  need cc build-essential
}

# What the end-to-end tests take: Node and their packages.
need_node() {
  command -v npm >/dev/null || fail "Node is missing: install version 20 or newer with npm"
  if ! cmp -s e2e/package-lock.json e2e/node_modules/.installed; then
    step "Installing the end-to-end tests' packages" npm --prefix e2e ci
    cp e2e/package-lock.json e2e/node_modules/.installed
  fi
}

# Where cargo puts what it builds.
TARGET_DIR=${CARGO_TARGET_DIR:-target}
