#!/usr/bin/env bash
# Proofs that take too long for scripts/test.sh, each by itself.
#
#   scripts/proofs.sh [NAME...]                 runs those named, or all; ends with a table and with status 1 if one failed
#   scripts/proofs.sh --list                    their names, what they show and what they need
#   scripts/proofs.sh --make-peers FOLDER       makes a Python with torch and TransformerLens there (2 GB), outside the clone
#
# PATCHBAY_PEERS names the folder of such a Python; proofs that need it are skipped without. PATCHBAY_WEIGHTS is a
# folder of GPT-2 small's shape (498 MB; random weights are written there the first time) for those that time
# something of that size.
set -euo pipefail
cd "$(dirname "$0")/.."

names=()

# proof NAME NEEDS "what it shows": NEEDS is any of build (patchbay), bench, tests, shared, peers, weights. The
# function proof_NAME, with _ for -, runs it; status 75 says that it was skipped, and its last line why.
proof() {
  names+=("$1")
  printf -v "needs_${1//-/_}" %s "$2"
  printf -v "shows_${1//-/_}" %s "$3"
}

needs() { local variable="needs_${1//-/_}"; echo "${!variable}"; }
shows() { local variable="shows_${1//-/_}"; echo "${!variable}"; }

patchbay=.build/release/patchbay
peers="${PATCHBAY_PEERS:-}"
work=.build/proofs

proof golden "build shared" "whole runs agree with all reference values beside the package, paths among them"
proof_golden() {
  "$PATCHBAY_PYTHON" scripts/python/check_golden.py $patchbay ../shared/golden/{gpt2,llama,neox,qwen3,gemma2}
}

proof kill-and-resume "build" "a run that is killed fifty times ends with the bits of an unbroken one"
proof_kill_and_resume() {
  "$PATCHBAY_PYTHON" scripts/python/kill_and_resume.py $patchbay experiments/ioi.yaml --kills 50
}

if [ -f scripts/python/check_cut.py ]; then
  proof cut "build" "results are the same bits whatever --threads and --memory"
  proof_cut() { "$PATCHBAY_PYTHON" scripts/python/check_cut.py $patchbay experiments/ioi.yaml; }

  proof memory "build" "10,000 prompts need no more memory than 500, their text apart"
  proof_memory() { "$PATCHBAY_PYTHON" scripts/python/check_cut.py $patchbay --memory-proof; }
fi

proof fuzz "" "28,000 damaged files of every kind are refused with an error or are sound"
proof_fuzz() { scripts/fuzz.sh; }

proof notebooks "build" "notebooks and reports of all experiments on bundled models give the numbers that they carry"
proof_notebooks() {
  local name
  for name in ioi ioi-names mind-vector maze-cheese-vector maze-top-right-vector; do
    $patchbay run "experiments/$name.yaml" --output $work --quiet >$work/$name.txt
    "$PATCHBAY_PYTHON" scripts/python/check_notebook.py "$work/$name/$name.ipynb"
    "$PATCHBAY_PYTHON" scripts/python/check_report.py "$work/$name.h5" "$work/$name"
  done
}

proof analyses "build" "every kind and option of an analysis file agrees with numpy, scipy and scikit-learn"
proof_analyses() { "$PATCHBAY_PYTHON" scripts/python/check_analyze.py $patchbay; }

proof mazes "build" "steering in mazes agrees with numpy"
proof_mazes() {
  $patchbay run experiments/maze-cheese-vector.yaml --output $work --quiet >$work/mazes.txt
  "$PATCHBAY_PYTHON" scripts/python/check_mazes.py $work/maze-cheese-vector.h5 Sources/Models/BundledModels/Models/maze
}

proof torch "tests peers" "tests that compare with torch and transformers: text, vectors, training, tokens, the Python analyses"
proof_torch() {
  PATCHBAY_PYTHON="$peers/bin/python" swift test -c release --skip-build \
    --filter 'asTransformersGoesOn|asPyTorchFindsThem|TorchTests|TokenizersLibraryTests|AnalysisTests.PythonTests'
}

proof families "build peers" "tiny models of every family, flag and spelling of a config give the logits of transformers"
proof_families() { "$peers/bin/python" scripts/python/check_families.py $patchbay; }

proof speed "bench weights" "sweeps, paths, estimates and text agree with the plain executor, and what they take"
proof_speed() {
  if [ ! -f "$PATCHBAY_WEIGHTS/config.json" ]; then
    if [ -z "$peers" ]; then echo "no weights there, and no PATCHBAY_PEERS to write them"; return 75; fi
    "$peers/bin/python" scripts/python/compare_generate.py .build/release/patchbay-bench "$PATCHBAY_WEIGHTS" --tokens 5 --rounds 1
  fi
  .build/release/patchbay-bench "$PATCHBAY_WEIGHTS" --batch 1 --from 0 --from 9
  .build/release/patchbay-bench "$PATCHBAY_WEIGHTS" --attribution
  .build/release/patchbay-bench generate "$PATCHBAY_WEIGHTS"
}

proof transformerlens "bench peers weights" "how many times faster than TransformerLens the same sweeps are"
proof_transformerlens() {
  "$peers/bin/python" scripts/python/compare_with_transformerlens.py .build/release/patchbay-bench "$PATCHBAY_WEIGHTS"
}

proof transformers "bench peers weights" "how long text takes beside transformers; the tokens are the same"
proof_transformers() {
  "$peers/bin/python" scripts/python/compare_generate.py .build/release/patchbay-bench "$PATCHBAY_WEIGHTS"
}

proof sklearn "bench" "how long probes and components take beside scikit-learn; the losses are the same"
proof_sklearn() {
  "$PATCHBAY_PYTHON" scripts/python/compare_with_sklearn.py .build/release/patchbay-bench-analysis
}

list() {
  local name
  for name in "${names[@]}"; do
    printf '%-16s %s%s\n' "$name" "$(shows "$name")" "$(missing_words "$name")"
  done
}

# What a proof needs that is not a matter of building, in words.
missing_words() {
  local need words=()
  for need in $(needs "$1"); do
    case $need in
      shared) words+=("../shared/golden") ;;
      peers) words+=("PATCHBAY_PEERS") ;;
      weights) words+=("PATCHBAY_WEIGHTS") ;;
    esac
  done
  [ ${#words[@]} = 0 ] || printf ' (needs %s)' "$(IFS=,; echo "${words[*]}" | sed 's/,/, /g')"
}

# The first thing that a proof lacks; nothing if it can run.
lack() {
  local need
  for need in $(needs "$1"); do
    case $need in
      shared) [ -d ../shared/golden ] || { echo "../shared/golden is not there"; return; } ;;
      peers) [ -n "$peers" ] && [ -x "$peers/bin/python" ] || { echo "PATCHBAY_PEERS names no folder with bin/python"; return; } ;;
      weights) [ -n "${PATCHBAY_WEIGHTS:-}" ] || { echo "PATCHBAY_WEIGHTS names no folder"; return; } ;;
    esac
  done
}

make_peers() {
  local parent
  parent=$(cd "$(dirname "$1")" && pwd -P)
  case "$parent/" in
    "$(pwd -P)"/*) echo "error: $1 is inside the repository" >&2; exit 64 ;;
  esac
  python3 -m venv "$1"
  "$1/bin/pip" install --quiet --disable-pip-version-check --extra-index-url https://download.pytorch.org/whl/cpu \
    "torch==2.13.0+cpu" transformer-lens==4.3.0 tokenizers concept-erasure scikit-learn scipy h5py xarray h5netcdf
  echo "export PATCHBAY_PEERS=$parent/$(basename "$1")"
}

chosen=()
while [ $# -gt 0 ]; do
  case $1 in
    --list) list; exit ;;
    --make-peers)
      [ $# -ge 2 ] || { echo "error: --make-peers FOLDER" >&2; exit 64; }
      make_peers "$2"
      exit ;;
    -h | --help) sed -n '2,/^set/s/^# \{0,1\}//p' scripts/proofs.sh; exit ;;
    -*) echo "error: no option $1; see scripts/proofs.sh --help" >&2; exit 64 ;;
    *)
      case " ${names[*]} " in
        *" $1 "*) chosen+=("$1") ;;
        *) echo "error: no proof '$1'; there are ${names[*]}" >&2; exit 64 ;;
      esac ;;
  esac
  shift
done
[ ${#chosen[@]} != 0 ] || chosen=("${names[@]}")

source scripts/setup.sh
make_python
rm -rf "$work"
mkdir -p "$work"

step "build"
wanted=" $(for name in "${chosen[@]}"; do [ -n "$(lack "$name")" ] || printf '%s ' "$(needs "$name")"; done)"
build() { build_with_progress $work/build.log "$@"; }
case "$wanted" in *" tests "*) build --build-tests ;; esac
case "$wanted" in *" build "*) build --product patchbay ;; esac
case "$wanted" in *" bench "*) 
    build --product patchbay-bench
    build --product patchbay-bench-analysis ;; esac

table=()
failed=0
for name in "${chosen[@]}"; do
  why=$(lack "$name")
  if [ -n "$why" ]; then
    table+=("$(printf '%-16s skipped  %s' "$name" "$why")")
    continue
  fi
  step "$name: $(shows "$name")"
  start=$SECONDS
  # In a shell of its own, a failure ends that proof alone; behind `||` its `set -e` would not hold.
  set +e
  (
    set -euo pipefail
    "proof_${name//-/_}"
  ) 2>&1 | tee "$work/$name.log"
  status=${PIPESTATUS[0]}
  set -e
  took="$((SECONDS - start)) s"
  case $status in
    0) table+=("$(printf '%-16s passed   %s' "$name" "$took")") ;;
    75) table+=("$(printf '%-16s skipped  %s' "$name" "$(tail -n 1 "$work/$name.log")")") ;;
    *)
      table+=("$(printf '%-16s FAILED   %s, status %s; %s' "$name" "$took" "$status" "$work/$name.log")")
      failed=1 ;;
  esac
done

step "proofs"
printf '%s\n' "${table[@]}"
exit $failed
