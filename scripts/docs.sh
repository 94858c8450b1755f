#!/usr/bin/env bash
# Builds the pages of the Swift library with docc, which comes with the toolchain: scripts/docs.sh [FOLDER]. The
# default folder is .build/docs. Exits with status 1 if docc has a warning. To read the pages, run
# python3 -m http.server --directory FOLDER and open /documentation/patchbaykit.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/setup.sh

output=${1:-.build/docs}
graphs=.build/symbol-graphs
# The modules that PatchbayKit re-exports: their declarations are documented as part of it.
modules=$(sed -n 's/^@_exported import //p' Sources/Entrances/PatchbayKit/PatchbayKit.swift | paste -s -d , -)

step "build"
mkdir -p .build
build_with_progress .build/docs-build.log --target PatchbayKit

step "symbol graph"
flags=()
for map in Sources/*/*/module.modulemap .build/checkouts/*/Sources/*/include/module.modulemap .build/release/CKernels.build/module.modulemap; do
  flags+=(-Xcc "-fmodule-map-file=$map")
done
for flag in $(pkg-config --cflags-only-I hdf5 lapacke cairo librsvg-2.0 oniguruma); do flags+=(-Xcc "$flag"); done
rm -rf "$graphs"
mkdir -p "$graphs"
swift symbolgraph-extract -module-name PatchbayKit -I .build/release/Modules -I Sources/Numerics/CKernels/include "${flags[@]}" \
  -target "$(swiftc -print-target-info | sed -n 's/.*"triple": "\([^"]*\)".*/\1/p' | head -n 1)" -minimum-access-level public \
  -skip-inherited-docs -experimental-allowed-reexported-modules="$modules" -output-dir "$graphs"

step "pages"
docc=$(command -v docc || xcrun --find docc)
rm -rf "$output"
"$docc" convert Sources/Entrances/PatchbayKit/PatchbayKit.docc --fallback-display-name PatchbayKit --fallback-bundle-identifier patchbay.kit \
  --additional-symbol-graph-dir "$graphs" --transform-for-static-hosting --warnings-as-errors --output-path "$output"
echo "$output/documentation/patchbaykit"
