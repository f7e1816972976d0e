#!/bin/sh
# Puts the peers into virtual environments of their own, build/bench/venvs/pyg and build/bench/venvs/dgl; several gigabytes.
# Each wants another torch: DGL's last release for processors stands on 2.2.
#
#   bench/peers/install.sh [pyg|dgl]...        both by default
set -eu
here=$(cd "$(dirname "$0")" && pwd)
venvs=$here/../../build/bench/venvs

for peer in ${*:-pyg dgl}; do
  [ -f "$here/requirements-$peer.txt" ] || { echo "install.sh: there is no peer $peer" >&2; exit 2; }
  python3 -m venv "$venvs/$peer"
  "$venvs/$peer/bin/python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements-$peer.txt"
  echo "$peer: in build/bench/venvs/$peer"
done
