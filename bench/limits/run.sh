#!/bin/sh
# gnnc beside hand-written programs: the same graph, the same weights, in turn, on this machine.
#
#   GNNC=path/to/gnnc ROUNDS=3 CC=gcc bench/limits/run.sh
#
# A round runs each program once, and each program takes the best of four passes over the model; the least over the
# rounds is printed. LIMITS_SHARED may name a directory with other hand-written programs (rmat.c, gcn.c, gat.c and a
# Makefile that builds them into BUILD); theirs are printed too.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
build=$root/build/limits
gnnc=${GNNC:-$root/.build/release/gnnc}
rounds=${ROUNDS:-3}
shared=${LIMITS_SHARED:-$root/../shared/limits}
vertices=169343
edges=2332486
seed=1

compile() {
  ${CC:-gcc} -O3 -march=native -ffp-contract=off -fopenmp -Wall -Wextra "$here/$1.c" -o "$build/$1" -lm
}

# least FILE: the least of the numbers in a file of one number a line
least() { sort -g "$1" | head -n 1; }

# field NAME FILE: a number of a JSON object
field() { tr -d '\n' < "$2" | sed -n "s/.*\"$1\" *: *\([0-9.eE+-]*\).*/\1/p"; }

# best TEXT: the seconds in a program's line "gcn: best 0.423 s of 4, peak 0.346 GB"
best() { echo "$1" | sed -n 's/.*best \([0-9.]*\) s.*/\1/p'; }
peak() { echo "$1" | sed -n 's/.*peak \([0-9.]*\) GB.*/\1/p'; }

mkdir -p "$build"
for program in make-inputs gcn gat compare child; do compile $program; done
if [ ! -f "$build/inputs/gat.safetensors" ]; then
  echo "making a graph of $vertices vertices and $edges edges"
  "$build/make-inputs" "$build/inputs" $vertices $edges $seed
fi
if [ -d "$shared" ]; then
  make -s -C "$shared" BUILD="$build/shared" "$build/shared/rmat" "$build/shared/gcn" "$build/shared/gat"
  [ -f "$build/shared/edges" ] || "$build/shared/rmat" $vertices $edges $seed "$build/shared/edges"
fi

rm -rf "$build/graph" "$build"/*.gnnc "$build"/*.times
"$gnnc" partition "$build/inputs/graph" -o "$build/graph" --quiet
for model in gcn gat; do
  "$gnnc" compile "$here/$model.gnn" --weights "$build/inputs/$model.safetensors" -o "$build/$model.gnnc" --quiet
done

# run_gnnc MODEL ARGUMENT ...: the model over the graph; its report in MODEL.json, its process in MODEL.child
run_gnnc() {
  model=$1
  shift
  rm -rf "$build/$model.out"
  "$build/child" "$build/$model.child" "$gnnc" run "$build/$model.gnnc" "$build/graph" -o "$build/$model.out" --json "$@" \
    > "$build/$model.json"
}

for round in $(seq "$rounds"); do
  for model in gcn gat; do
    if [ -d "$shared" ]; then
      best "$("$build/shared/$model" "$build/shared/edges" $vertices)" >> "$build/$model.shared.times"
    fi
    line=$("$build/$model" "$build/inputs/graph" "$build/inputs/$model.safetensors" "$build/$model.npy")
    best "$line" >> "$build/$model.hand.times"
    peak "$line" > "$build/$model.hand.peak"
    run_gnnc $model
    cut -d ' ' -f 1 "$build/$model.child" >> "$build/$model.whole.times"
    run_gnnc $model --repeat 4
    field stages_seconds "$build/$model.json" >> "$build/$model.stages.times"
    cut -d ' ' -f 2 "$build/$model.child" > "$build/$model.gnnc.peak"
  done
done

status=0
for model in gcn gat; do
  awk -v model=$model -v hand="$(least "$build/$model.hand.times")" -v stages="$(least "$build/$model.stages.times")" \
    -v whole="$(least "$build/$model.whole.times")" -v hand_peak="$(cat "$build/$model.hand.peak")" \
    -v gnnc_peak="$(cat "$build/$model.gnnc.peak")" 'BEGIN {
      printf "%s: hand-written %.3f s, gnnc %.3f s (whole run %.3f s), ratio %.2fx; ", model, hand, stages, whole, stages / hand
      printf "peak memory %.3f GB and %.3f GB, ratio %.2fx\n", hand_peak, gnnc_peak / 1e9, gnnc_peak / 1e9 / hand_peak }'
  if [ -d "$shared" ]; then
    awk -v shared="$(least "$build/$model.shared.times")" -v hand="$(least "$build/$model.hand.times")" \
      'BEGIN { printf "     %s %.3f s, hand-written %.2fx of that\n", "shared/limits", shared, hand / shared }'
  fi
  printf '     outputs: '
  "$build/compare" "$build/$model.out/logits.npy" "$build/$model.npy" 1e-5 || status=1
done
exit $status
