#!/usr/bin/env bash
# Builds Patchbay and runs the indirect-object experiment on the model that comes along; from a fresh clone on a machine that has a Swift 6
# toolchain. What else is needed is installed.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/setup.sh

step "build (some minutes the first time)"
log=.build/demo-build.log
mkdir -p .build
if ! swift build -c release --product patchbay >"$log" 2>&1; then
  tail -n 40 "$log" >&2
  exit 1
fi

step "experiments/ioi.yaml"
start=$(date +%s%N)
.build/release/patchbay run experiments/ioi.yaml
printf '\nThe experiment took %d.%d s.\n' $((($(date +%s%N) - start) / 1000000000)) $((($(date +%s%N) - start) / 100000000 % 10))
echo "Look further: .build/release/patchbay inspect activations/ioi.h5, or open it with xarray; README says how."
