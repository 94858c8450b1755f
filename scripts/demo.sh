#!/usr/bin/env bash
# Builds Patchbay and runs the indirect-object experiments on a bundled model. Works from a fresh clone on a machine
# with a Swift 6 toolchain; installs everything else that it needs.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/setup.sh

step "build (some minutes the first time)"
mkdir -p .build
build_with_progress .build/demo-build.log --product patchbay

start=$(date +%s%N)
step "experiments/ioi.yaml: who tells the model whom not to name?"
.build/release/patchbay run experiments/ioi.yaml
step "experiments/ioi-names.yaml: where do the names come from?"
.build/release/patchbay run experiments/ioi-names.yaml
tenths=$((($(date +%s%N) - start) / 100000000))

step "in short"
cat <<'TEXT'
0.6            attends from the end to the subject's last mention and writes against that name: nearly the whole logit difference (heads, direct).
2.6, 2.0       name movers: copy every name in the opening to the end, the subject's included (ioi-names: heads, into-logits).
0.0, 0.5, 0.2  collect the names for them after the opening (into-2.6-v). Nothing tells the movers where to look (into-2.6-q).
TEXT
printf '\nBoth experiments took %d.%d s, reports included. Open in a browser:\n\n' $((tenths / 10)) $((tenths % 10))
for name in ioi ioi-names; do echo "    $PWD/notebooks-export/$name/report.html"; done
cat <<'TEXT'

Next to each report are a notebook of the same results (NAME.ipynb), figures and tables.
The numbers are in activations/ioi.h5 and activations/ioi-names.h5.
TEXT
