#!/bin/sh
# Runs the small samples and holds their outputs against what PyTorch Geometric gives; exit status 1 if one differs.
#
#   GNNC=path/to/gnnc samples/check.sh [SAMPLE...]
set -eu
cd "$(dirname "$0")"
: "${GNNC:=gnnc}"
bound=1e-5
[ $# -gt 0 ] || set -- gcn sage gin gat hgt geniepath gated

mkdir -p build
cc -O2 -o build/compare ../bench/limits/compare.c -lm

status=0
for sample in "$@"; do
  "$GNNC" run "$sample/model.gnn" "$sample/graph" --weights "$sample/weights.safetensors" -o "build/$sample" --quiet --force
  for expected in "$sample"/expected/*.npy; do
    printf '%-11s%-9s' "$sample" "$(basename "$expected" .npy)"
    build/compare "build/$sample/$(basename "$expected")" "$expected" "$bound" || status=1
  done
done
exit $status
