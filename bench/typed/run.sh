#!/bin/sh
# Two models of several types and of repetition, with the time and memory of each.
#
#   GNNC=path/to/gnnc bench/typed/run.sh          after bench/limits/run.sh and make-inputs.py build/typed build/limits/inputs/graph
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
build=$root/build/typed
limits=$root/build/limits
gnnc=${GNNC:-$root/.build/release/gnnc}

field() { tr -d '\n' < "$2" | sed -n "s/.*\"$1\" *: *\([0-9.eE+-]*\).*/\1/p"; }

${CC:-gcc} -O2 "$here/../limits/compare.c" -o "$build/compare" -lm
for model in hgt geniepath; do
  graph=$build/graph
  [ $model = hgt ] || graph=$limits/inputs/graph
  "$gnnc" partition "$graph" -o "$build/$model.graph" --quiet --force
  "$gnnc" compile "$here/$model.gnn" --weights "$build/$model.safetensors" -o "$build/$model.gnnc" --quiet
  "$gnnc" run "$build/$model.gnnc" "$build/$model.graph" -o "$build/$model.out" --force --json --repeat 4 > "$build/$model.json"
  printf '%s: stages %s s, best of 4; %s bytes of memory at most\n' $model \
    "$(field stages_seconds "$build/$model.json")" "$(field peak_bytes "$build/$model.json")"
  if [ -f "$build/$model.npy" ]; then "$build/compare" "$build/$model.out"/*.npy "$build/$model.npy" 1e-4; fi
done
