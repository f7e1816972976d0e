#!/bin/sh
# Installs what gnnc needs from Debian's packages, only what is missing, and says so in one line.
# Swift itself is not a Debian package: its absence is said, not mended.
#
#   scripts/install-dependencies.sh            what building, testing and the demo need
#   scripts/install-dependencies.sh PACKAGE... these as well
set -eu

packages="gcc libc6-dev xz-utils clang-14 libclang-rt-14-dev libomp-dev libopenblas-dev libmetis-dev $*"

missing=""
for package in $packages; do
  status=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
  [ "$status" = "install ok installed" ] || missing="$missing $package"
done

if [ -n "$missing" ]; then
  if ! command -v apt-get >/dev/null; then
    echo "dependencies: missing:$missing; this machine has no apt-get: install them by its own means" >&2
    exit 1
  fi
  become=""
  if [ "$(id -u)" != 0 ]; then become="sudo"; fi
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  export DEBIAN_FRONTEND=noninteractive
  # Old package lists name versions that a mirror no longer has: refresh them, and go on if that fails.
  $become apt-get update >"$log" 2>&1 || true
  # shellcheck disable=SC2086
  if ! $become apt-get install -y --no-install-recommends $missing >>"$log" 2>&1; then
    tail -n 20 "$log" >&2
    echo "dependencies: could not install:$missing" >&2
    exit 1
  fi
  echo "dependencies: installed:$missing"
else
  echo "dependencies: all there"
fi

if ! command -v swift >/dev/null; then
  echo "dependencies: swift is missing; version 6.0 or later is needed (swift.org/install)" >&2
  exit 1
fi
