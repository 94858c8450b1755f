#!/usr/bin/env bash
# Proofs that take too long for scripts/test.sh. Each runs on its own.
#
#   scripts/proofs.sh [NAME...]                 runs the named proofs, or all; prints a table; exits with status 1 if one failed
#   scripts/proofs.sh --list                    lists the proofs, what they show and what they need
#   scripts/proofs.sh --make-peers FOLDER       installs a Python with torch and TransformerLens there (2 GB), outside the clone
#
# PATCHBAY_PEERS is the folder of such a Python; the proofs that need it are skipped if it is not set.
# PATCHBAY_WEIGHTS is the folder of a model of GPT-2 small's shape, for the proofs that measure speed. If it is empty,
# random weights are written there the first time (498 MB).
set -euo pipefail
cd "$(dirname "$0")/.."

names=()

# proof NAME NEEDS "what it shows": NEEDS is any of build (patchbay), bench, tests, shared, peers, weights. The
# function proof_NAME, with _ for -, runs it. Status 75 means that it was skipped; its last line says why.
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

proof golden "build shared" "whole runs agree with all reference values in ../shared/golden, paths included"
proof_golden() {
  "$PATCHBAY_PYTHON" scripts/python/check_golden.py $patchbay ../shared/golden/{gpt2,llama,neox,qwen3,gemma2}
}

proof kill-and-resume "build" "a run that is killed fifty times ends with the same bits as an uninterrupted one"
proof_kill_and_resume() {
  "$PATCHBAY_PYTHON" scripts/python/kill_and_resume.py $patchbay experiments/ioi.yaml --kills 50
}

if [ -f scripts/python/check_cut.py ]; then
  proof cut "build" "results have the same bits for any --threads and --memory"
  proof_cut() { "$PATCHBAY_PYTHON" scripts/python/check_cut.py $patchbay experiments/ioi.yaml; }

  proof memory "build" "10,000 prompts need no more memory than 500, apart from their text"
  proof_memory() { "$PATCHBAY_PYTHON" scripts/python/check_cut.py $patchbay --memory-proof; }
fi

proof fuzz "" "each of 28,000 damaged files is rejected with an error or still valid"
proof_fuzz() { scripts/fuzz.sh; }

proof notebooks "build" "notebooks and reports of all experiments on bundled models show the numbers in their result files"
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

proof torch "tests peers" "the tests that compare with torch and transformers: text, vectors, training, tokens, the Python analyses"
proof_torch() {
  PATCHBAY_PYTHON="$peers/bin/python" swift test -c release --skip-build \
    --filter 'asTransformersGoesOn|asPyTorchFindsThem|TorchTests|TokenizersLibraryTests|AnalysisTests.PythonTests'
}

proof families "build peers" "tiny models of every family, flag and spelling of a config give the same logits as transformers"
proof_families() { "$peers/bin/python" scripts/python/check_families.py $patchbay; }

proof gguf "build peers" "SmolLM2 and Gemma 3 as GGUF files give the same tokens and logits as in transformers (downloads 345 MB)"
proof_gguf() {
  local models=("$(scripts/get-model.sh smollm2)" "$(scripts/get-model.sh gemma3)")
  "$peers/bin/python" scripts/python/check_gguf.py $patchbay "${models[@]}" &&
    "$peers/bin/python" scripts/python/check_gguf_tokens.py $patchbay "${models[@]}"
}

proof speed "bench weights" "sweeps, paths, estimates and text agree with the plain executor; how long each takes"
proof_speed() {
  if [ ! -f "$PATCHBAY_WEIGHTS/config.json" ]; then
    if [ -z "$peers" ]; then echo "PATCHBAY_WEIGHTS is empty, and writing weights needs PATCHBAY_PEERS"; return 75; fi
    "$peers/bin/python" scripts/python/compare_generate.py .build/release/patchbay-bench "$PATCHBAY_WEIGHTS" --tokens 5 --rounds 1
  fi
  .build/release/patchbay-bench "$PATCHBAY_WEIGHTS" --batch 1 --from 0 --from 9
  .build/release/patchbay-bench "$PATCHBAY_WEIGHTS" --attribution
  .build/release/patchbay-bench generate "$PATCHBAY_WEIGHTS"
}

proof transformerlens "bench peers weights" "how many times faster sweeps are than in TransformerLens"
proof_transformerlens() {
  "$peers/bin/python" scripts/python/compare_with_transformerlens.py .build/release/patchbay-bench "$PATCHBAY_WEIGHTS"
}

proof transformers "bench peers weights" "how long generating text takes compared with transformers; the tokens are the same"
proof_transformers() {
  "$peers/bin/python" scripts/python/compare_generate.py .build/release/patchbay-bench "$PATCHBAY_WEIGHTS"
}

proof sklearn "bench" "how long probes and components take compared with scikit-learn; the losses are the same"
proof_sklearn() {
  "$PATCHBAY_PYTHON" scripts/python/compare_with_sklearn.py .build/release/patchbay-bench-analysis
}

list() {
  local name
  for name in "${names[@]}"; do
    printf '%-16s %s%s\n' "$name" "$(shows "$name")" "$(missing_words "$name")"
  done
}

# The needs of a proof that a build does not meet, in words.
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

# The first need of a proof that is not met; nothing if it can run.
lack() {
  local need
  for need in $(needs "$1"); do
    case $need in
      shared) [ -d ../shared/golden ] || { echo "../shared/golden does not exist"; return; } ;;
      peers) [ -n "$peers" ] && [ -x "$peers/bin/python" ] || { echo "PATCHBAY_PEERS is not a folder with bin/python"; return; } ;;
      weights) [ -n "${PATCHBAY_WEIGHTS:-}" ] || { echo "PATCHBAY_WEIGHTS is not set"; return; } ;;
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
    "torch==2.13.0+cpu" transformer-lens==4.3.0 tokenizers gguf sentencepiece concept-erasure scikit-learn scipy h5py xarray h5netcdf
  echo "export PATCHBAY_PEERS=$parent/$(basename "$1")"
}

chosen=()
while [ $# -gt 0 ]; do
  case $1 in
    --list) list; exit ;;
    --make-peers)
      [ $# -ge 2 ] || { echo "error: --make-peers needs a FOLDER" >&2; exit 64; }
      make_peers "$2"
      exit ;;
    -h | --help) sed -n '2,/^set/s/^# \{0,1\}//p' scripts/proofs.sh; exit ;;
    -*) echo "error: unknown option $1; see scripts/proofs.sh --help" >&2; exit 64 ;;
    *)
      case " ${names[*]} " in
        *" $1 "*) chosen+=("$1") ;;
        *) echo "error: unknown proof '$1'; the proofs are ${names[*]}" >&2; exit 64 ;;
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
  # In a subshell, a failure ends only that proof. After `||`, `set -e` would have no effect.
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
