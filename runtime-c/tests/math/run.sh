#!/bin/sh
# Checks gnnc_math.h: errors against libm on every STRIDE-th float; the same bits from every compiler, processor and
# vector width at hand; loops vectorised; clean under the undefined-behaviour sanitizer.
#   runtime-c/tests/math/run.sh [STRIDE]      1 for all floats: half an hour
set -eu
here=$(cd "$(dirname "$0")" && pwd)
stride=${1:-4001}
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
strict="-std=c11 -Wall -Wextra -Wpedantic -Werror -I$here/../../include -ffp-contract=off"
want=

# try FLAG...: builds the loops as emitted C is built, and compares the bits of their results with the first build's.
try() {
  # shellcheck disable=SC2086
  $compiler $strict -O3 -fno-math-errno -fno-trapping-math $say "$@" -c -o "$build/loops.o" "$here/loops.c" \
    2> "$build/report" || { cat "$build/report" >&2; exit 1; }
  $compiler -o "$build/exhaustive" "$build/exhaustive.o" "$build/loops.o" -lm
  if [ -z "$want" ]; then
    "$build/exhaustive" check "$stride"
    want=$("$build/exhaustive" hash "$stride")
  fi
  got=$("$build/exhaustive" hash "$stride")
  if [ "$got" != "$want" ]; then
    echo "math: $compiler $* gives other bits: $got, not $want" >&2
    exit 1
  fi
  builds=$((builds + 1))
}

# The last build's report names every loop.
vectorised() {
  loops=$(grep -c '^loop' "$here/loops.c")
  got=$(grep -E 'loop vectorized|vectorized loop' "$build/report" | sed -n 's/.*loops\.c:\([0-9]*\):.*/\1/p' | sort -u | wc -l)
  if [ "$got" -lt "$loops" ]; then
    echo "math: $compiler vectorised $got loops of $loops" >&2
    exit 1
  fi
}

for compiler in gcc clang-14; do
  if ! command -v $compiler > /dev/null; then
    echo "math: no $compiler, skipped"
    continue
  fi
  case $compiler in
    *clang*) say=-Rpass=loop-vectorize ;;
    *) say=-fopt-info-vec-optimized ;;
  esac
  # shellcheck disable=SC2086
  $compiler $strict -O2 -c -o "$build/exhaustive.o" "$here/exhaustive.c"
  builds=0
  if [ "$(uname -m)" = x86_64 ]; then
    native=-march=native
    try $native -mprefer-vector-width=128
    try $native -mprefer-vector-width=512
    try -march=x86-64-v2 -mfma
    try -march=x86-64-v3
    vectorised
  else
    native=-mcpu=native
  fi
  try $native -O1
  try $native
  vectorised
  # shellcheck disable=SC2086
  $compiler $strict $native -O1 -fsanitize=undefined -fno-sanitize-recover=all -o "$build/sanitized" \
    "$here/exhaustive.c" "$here/loops.c" -lm
  "$build/sanitized" hash $((stride * 10)) > /dev/null
  echo "math: $compiler gives $want in $builds builds, vectorised; clean under the undefined-behaviour sanitizer"
done
