#!/bin/bash
# Random programs, compiled against interpreted, with new seeds, until a difference is found or the time is over.
#   scripts/fuzz.sh [SECONDS]
set -euo pipefail
cd "$(dirname "$0")/.."

limit=${1:-300}
swift build --build-tests
end=$((SECONDS + limit))
rounds=0
while [ "$SECONDS" -lt "$end" ]; do
  seed=$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')
  echo "seed $seed"
  GNNC_FUZZ_SEED=$seed swift test --skip-build --disable-xctest --filter RandomPrograms
  rounds=$((rounds + 1))
done
echo "$rounds rounds without a difference"
