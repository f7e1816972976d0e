#!/bin/bash
# Everything that has to hold, one step after the other; the first failure ends it. `make test` calls this.
set -euo pipefail
cd "$(dirname "$0")/.."

started=$SECONDS
step() { printf '\n== %s (%d s so far)\n' "$1" $((SECONDS - started)); }

step "format"
swift format lint --strict --parallel --recursive Package.swift Sources Tests

step "runtime, under the sanitizers"
runtime-c/tests/run.sh

step "build"
swift build --build-tests

step "tests"
# The closing lines of the test runner are the ones that count.
swift test --skip-build "$@"

printf '\nall tests passed in %d s\n' $((SECONDS - started))
