#!/usr/bin/env bash
# Damages 28,000 files, of every kind that Patchbay reads, and prints how each kind fared. Exits with an error if a file
# made the reader crash or hang, or was read incorrectly. Further arguments go to patchbay-fuzz: scripts/fuzz.sh --seed 7 --count 100000
set -euo pipefail
cd "$(dirname "$0")/.."
swift build -c release --product patchbay-fuzz
exec .build/release/patchbay-fuzz --count 28000 --seed 1 --jobs "$(getconf _NPROCESSORS_ONLN)" "$@"
