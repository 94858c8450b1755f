#!/usr/bin/env bash
# Builds everything and runs all tests. Works from a fresh clone on a machine with a Swift 6 toolchain: installs the
# system libraries that are missing, sets up a Python under .build/ to read HDF5 files with h5py and xarray, checks the
# format, builds without warnings, compares whole runs with values of reference libraries, and runs the tests in
# release. Checks that take too long to run for every change are in scripts/proofs.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/setup.sh
make_python

step "format"
swift format lint --strict -r Sources Tests Package.swift

step "build"
log=.build/test-build.log
# Only warnings about our own files count, not those about dependencies or pkg-config.
if ! swift build -c release --build-tests 2>&1 | tee "$log"; then exit 1; fi
if grep -E "^$PWD/(Sources|Tests)/.*: (warning|error):" "$log" | sort -u; then
  echo "error: the build has warnings" >&2
  exit 1
fi

step "reference values"
"$PATCHBAY_PYTHON" scripts/python/check_golden.py .build/release/patchbay
if [ -d ../shared/checks ]; then
  for family in gpt2 llama neox qwen3 gemma2; do
    "$PATCHBAY_PYTHON" ../shared/checks/check_golden.py .build/release/patchbay "../shared/golden/$family"
  done
  "$PATCHBAY_PYTHON" ../shared/checks/check_golden.py .build/release/patchbay ../shared/golden/gpt2 paths
fi

step "tests"
log=.build/test.log
status=0
swift test -c release --skip-build >"$log" 2>&1 || status=$?
# Print what failed and what was skipped, with the reasons; the end of the log if the tests did not finish.
closing=$(grep -E '^[✔✘] Test run with [0-9]+ tests' "$log" | tail -n 1 || true)
if [ -n "$closing" ]; then grep -E '^(✘|↳|➜)' "$log" | grep -v '^↳ \(Testing Library\|Target Platform\)' || true; else tail -n 100 "$log"; fi
echo "${closing:-error: the tests did not finish}"
exit "$status"
