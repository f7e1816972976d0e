#!/bin/sh
# Builds the runtime's tests and runs them: with every compiler at hand for warnings, and under the sanitizers.
#   runtime-c/tests/run.sh [COMPILER ...]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
[ $# -gt 0 ] || set -- gcc clang-14
strict="-std=c11 -g -Wall -Wextra -Wpedantic -Werror -I$here/../include"
for compiler in "$@"; do
  if ! command -v "$compiler" > /dev/null; then
    echo "runtime: no $compiler, skipped"
    continue
  fi
  "$compiler" $strict -O2 -o "$build/plain" "$here"/*.c "$here"/../src/*.c -lpthread -lm
  "$build/plain"
  for sanitizer in address,undefined thread; do
    "$compiler" $strict -O1 -fno-omit-frame-pointer -fsanitize=$sanitizer -fno-sanitize-recover=all \
      -o "$build/sanitized" "$here"/*.c "$here"/../src/*.c -lpthread -lm
    "$build/sanitized"
  done
  echo "runtime: $compiler fine, also under the address, undefined-behaviour and thread sanitizers"
done
"$here/math/run.sh"
