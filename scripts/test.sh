#!/bin/bash
# Everything that has to hold, one step after the other; the first failure ends it. `make test` calls this.
set -euo pipefail
cd "$(dirname "$0")/.."

started=$SECONDS
step() { printf '\n== %s (%d s so far)\n' "$1" $((SECONDS - started)); }

step "format"
# Told, not insisted on: what a line break costs is not worth a red build.
places=$(swift format lint --parallel --recursive Package.swift Sources Tests 2>&1 | grep -c warning || true)
echo "$places places differ from .swift-format; \`make format\` mends most of them"

step "runtime, under the sanitizers"
runtime-c/tests/run.sh

step "build"
swift build --build-tests

step "samples"
GNNC=$PWD/.build/debug/gnnc samples/check.sh

step "tests"
# The closing lines of the test runner are the ones that count.
swift test --skip-build --disable-xctest "$@"

printf '\nall tests passed in %d s\n' $((SECONDS - started))
