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

# Runs a command when the script ends, however it ends, before those that were given earlier.
AT_EXIT=
at_exit() {
  AT_EXIT="$1; $AT_EXIT"
  # shellcheck disable=SC2064
  trap "$AT_EXIT" EXIT
}

# Runs a step quietly and prints one line with its time; on failure everything that it said.
# Afterwards STEP_LOG holds its output.
STEP_LOG=$(mktemp)
at_exit 'rm -f "$STEP_LOG"'
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
  if ! command -v "$command" >/dev/null; then
    install_packages "$command" "$@"
  fi
}

# Installs Debian packages for the sake of a command, and starts none of their services.
install_packages() {
  local command=$1
  shift
  local root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || fail "$command is missing: install the package $1"
    root=(sudo)
  fi
  command -v apt-get >/dev/null || fail "$command is missing: install the package $1"
  say "Installing $* (Debian packages; $command is missing)"
  # Debian starts what it installs unless this file says no. A policy that is there already stays.
  local policy=/usr/sbin/policy-rc.d installed=0
  if [ -e "$policy" ]; then
    policy=
  else
    printf '#!/bin/sh\nexit 101\n' | "${root[@]}" tee "$policy" >/dev/null
    "${root[@]}" chmod 0755 "$policy"
  fi
  "${root[@]}" apt-get update -qq &&
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y -qq --no-install-recommends "$@" >/dev/null || installed=1
  if [ -n "$policy" ]; then
    "${root[@]}" rm -f "$policy"
  fi
  [ "$installed" -eq 0 ] || fail "$* cannot be installed: see what apt-get says above"
}

# What compiling takes: Rust, and a C compiler for the embedded SQLite.
need_rust() {
  command -v cargo >/dev/null || fail "Rust is missing: install it as https://rustup.rs says"
  need cc build-essential
}

# What TypeScript and the end-to-end tests take: Node and their packages.
need_node() {
  need_web_packages
  if ! cmp -s e2e/package-lock.json e2e/node_modules/.installed; then
    step "Installing the end-to-end tests' packages" npm --prefix e2e ci
    cp e2e/package-lock.json e2e/node_modules/.installed
  fi
}

# What the client package and the page take: Node and their packages.
need_web_packages() {
  command -v npm >/dev/null || fail "Node is missing: install version 20 or newer with npm"
  if ! cmp -s package-lock.json node_modules/.installed; then
    step "Installing the packages of the web" npm ci
    cp package-lock.json node_modules/.installed
  fi
}

# Builds the page that the binary holds, if its sources are not those of the last time. PAGE_BUILT=1 says
# that it is there already, where it was built elsewhere.
need_page() {
  local sources
  if [ "${PAGE_BUILT:-}" = 1 ]; then
    [ -f web/packed/page.rs ] || fail "PAGE_BUILT is set, but web/packed/page.rs is not there"
    return
  fi
  sources=$(page_sources)
  if [ -f web/packed/page.rs ] && [ "$sources" = "$(cat "$TARGET_DIR/page.sources" 2>/dev/null)" ]; then
    return
  fi
  need_web_packages
  step "Building the page" npm run --workspace web build
  mkdir -p "$TARGET_DIR"
  printf '%s\n' "$sources" >"$TARGET_DIR/page.sources"
}

# The hash of all that the page is made of.
page_sources() {
  find package-lock.json package.json tsconfig.base.json packages web \
    \( -name node_modules -o -name .next -o -name out -o -name dist -o -name packed \) -prune \
    -o -type f ! -name '*.test.ts*' ! -name '*.tsbuildinfo' ! -name next-env.d.ts -print0 |
    LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum
  printf '%s\n' "${NEXT_PUBLIC_API_URL:-}"
}

# A port of 127.0.0.1 on which nobody listens.
free_port() {
  node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => {
    console.log(s.address().port); s.close(); })'
}

# Where cargo puts what it builds.
TARGET_DIR=${CARGO_TARGET_DIR:-target}
