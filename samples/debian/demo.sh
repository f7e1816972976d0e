#!/bin/sh
# From the frozen table of packages to sections, accuracies and similar packages, with the time of each step.
# GNNC is the program; what is made goes into graph/ and build/ beside this script.
set -eu
cd "$(dirname "$0")"
: "${GNNC:=gnnc}"
parts=4
asked="firefox-esr python3-numpy gcc-12 nginx vim postgresql-15 gimp git openssh-server"

bold= plain=
if [ -t 1 ]; then bold=$(printf '\033[1m') plain=$(printf '\033[0m'); fi

title() { printf '\n%s%s%s\n' "$bold" "$1" "$plain"; }

now() { date +%s%N; }

seconds() { awk "BEGIN { printf \"%.2f\", ($2 - $1) / 1e9 }"; }

# field NAME FILE: a number of a JSON object
field() { tr -d '\n' <"$2" | sed -n "s/.*\"$1\" *: *\([0-9.eE+-]*\).*/\1/p"; }

# step WHAT COMMAND...: runs the command, whose answer goes into build/answer, and says how long it took. The line is left
# open for what came of it.
step() {
  what=$1
  shift
  printf '  %-34s' "$what"
  from=$(now)
  "$@" >build/answer || { printf 'failed\n'; exit 1; }
  printf '%7s s' "$(seconds "$from" "$(now)")"
}

outcome() { printf '   %s\n' "$*"; }

prepare() {
  cc -O2 -o build/unpack unpack.c -lm
  cc -O2 -o build/report report.c -lopenblas -lm
}

unpack() {
  xz -dc packages.tsv.xz >build/packages.tsv
  xz -dc origins.tsv.xz | paste build/packages.tsv - | build/unpack sections.txt graph
}

edges_between() {
  awk "BEGIN { printf \"%.1f %% of the edges run between partitions\", 100 * $(field cut_edges "$1") / $(field edges "$1") }"
}

stages() {
  awk "BEGIN { printf \"%.2f s of it in the stages, %.0f MB of memory at most\", $(field stages_seconds "$1"), \
    $(field peak_bytes "$1") / 1e6 }"
}

rm -rf build
mkdir -p build graph
began=$(now)

title "Debian 12: which section does a package belong to?"
step "compile the demo's own tools" prepare
outcome "unpack.c, report.c"
step "unpack the packages" unpack
outcome "$(sed ':again; s/\B[0-9]\{3\}\>/,&/; t again' build/answer)"
step "partition the graph into $parts" \
  "$GNNC" partition graph -o build/partitioned --parts "$parts" --method metis --for sage.gnn --quiet --json
outcome "$(edges_between build/answer)"
for model in mlp sage gat rgcn hgt; do
  step "$model.gnn: compile" \
    "$GNNC" compile "$model.gnn" --weights "$model.safetensors" -o "build/$model.gnnc" --quiet --json
  outcome "$(field stages build/answer | sed 's/^1$/1 stage/; s/^[0-9]*$/& stages/')"
  step "$model.gnn: answer for every package" \
    "$GNNC" run "build/$model.gnnc" build/partitioned -o "build/$model" --quiet --json
  outcome "$(stages build/answer)"
done
printf '  %-34s%7s s\n' "all of it" "$(seconds "$began" "$(now)")"

title "How often it is right, on the tenth of the packages that training never saw"
build/report accuracy sections.txt graph evaluate-reference.json \
  mlp "without the edges (MLP)" build/mlp/logits.npy \
  sage "GraphSAGE" build/sage/logits.npy \
  gat "graph attention (GAT)" build/gat/logits.npy \
  rgcn "9 relations as data (RGCN)" build/rgcn/logits.npy \
  hgt "20 kinds of edge (HGT)" build/hgt/logits.npy

title "The five most similar packages, and the nearest one's cosine, by the GAT's embedding"
# shellcheck disable=SC2086
build/report similar graph build/gat/embedding.npy $asked
printf '\n  The answers for every package: samples/debian/build/{mlp,sage,gat,rgcn,hgt}/*.npy\n'
