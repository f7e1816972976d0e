#!/bin/sh
# From the frozen table of packages to sections, similar packages and accuracies, with the time of each step.
# GNNC is the program; what is made goes into graph/ and build/ beside this script.
set -eu
cd "$(dirname "$0")"
: "${GNNC:=gnnc}"
shown="vim gimp postgresql-15 python3-numpy nethack-console apache2 libc6 texlive-base"

# step WHAT COMMAND...: runs the command, which says nothing unless it fails, and says how long it took.
step() {
  what=$1
  shift
  start=$(date +%s%N)
  "$@"
  printf '  %-62s %6.2f s\n' "$what" "$(awk "BEGIN { print $(($(date +%s%N) - start)) / 1e9 }")"
}

unpack() { xz -dc packages.tsv.xz | build/unpack sections.txt graph >build/graph.log; }

rm -rf build
mkdir -p build graph
cc -O2 -o build/unpack unpack.c
cc -O2 -o build/look look.c -lm

echo "Debian 12: who depends on whom"
step "unpack the packages" unpack
step "partition the graph into 4" "$GNNC" partition graph -o build/partitioned --parts 4 --method metis --for sage.gnn --quiet
sed 's/^/  /' build/graph.log

for model in sage gat mlp; do
  echo
  grep -m 1 '^// ' "$model.gnn" | sed 's|^// ||; s|\. Trained as||; s|: what is left.*||'
  step "compile $model.gnn into C and a library" \
    "$GNNC" compile "$model.gnn" --weights "$model.safetensors" -o "build/$model.gnnc" --quiet
  step "run it over the 4 partitions" \
    "$GNNC" run "build/$model.gnnc" build/partitioned -o "build/$model" --quiet
done

echo
echo "Right about the section of packages that training never saw"
printf '  %-30s %s\n' \
  "always the commonest section" "$(build/look commonest graph)" \
  "MLP, without the edges" "$(build/look accuracy sections.txt graph build/mlp/logits.npy)" \
  "GraphSAGE" "$(build/look accuracy sections.txt graph build/sage/logits.npy)" \
  "GAT" "$(build/look accuracy sections.txt graph build/gat/logits.npy)"

echo
echo "Most similar by GraphSAGE's embedding"
# shellcheck disable=SC2086
build/look similar graph build/sage/embedding.npy $shown | sed 's/^/  /'
