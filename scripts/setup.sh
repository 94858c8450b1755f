# Sourced by the other scripts, from the root of the package. Installs the libraries that are missing.
# make_python sets PATCHBAY_PYTHON, a Python with numpy, h5py, xarray, h5netcdf, scipy, scikit-learn, matplotlib and
# what notebooks need to run. build_with_progress builds and shows progress.

step() { printf '\n== %s\n' "$1"; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

install_libraries() {
  if command -v apt-get >/dev/null; then
    local missing=()
    for package in libhdf5-dev libdnnl-dev liblapacke-dev libopenblas-pthread-dev librsvg2-dev libssl-dev libonig-dev pkg-config python3-venv; do
      dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q "ok installed" || missing+=("$package")
    done
    [ ${#missing[@]} = 0 ] && return
    as_root apt-get update
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"
  elif command -v brew >/dev/null; then
    brew list hdf5 onednn lapack librsvg oniguruma pkg-config python3 >/dev/null 2>&1 || brew install hdf5 onednn lapack librsvg oniguruma pkg-config python3
  else
    echo "error: neither apt-get nor brew is here; install HDF5, oneDNN, LAPACKE, librsvg, OpenSSL, Oniguruma, pkg-config and Python 3 by hand" >&2
    exit 1
  fi
}

make_python() {
  local folder="$PWD/.build/python"
  export PATCHBAY_PYTHON="$folder/bin/python"
  if "$PATCHBAY_PYTHON" -c 'import numpy, h5py, xarray, h5netcdf, scipy, sklearn, matplotlib, nbclient, ipykernel' 2>/dev/null; then return; fi
  rm -rf "$folder"
  mkdir -p .build
  # Prefer the system's own Python: python3-venv belongs to it.
  local python=python3
  if [ -x /usr/bin/python3 ] && /usr/bin/python3 -c 'import venv, ensurepip' 2>/dev/null; then python=/usr/bin/python3; fi
  "$python" -m venv "$folder"
  "$folder/bin/pip" install --quiet --disable-pip-version-check numpy h5py xarray h5netcdf scipy scikit-learn \
    matplotlib nbclient ipykernel
}

# build_with_progress LOG ARGUMENTS...: runs `swift build -c release ARGUMENTS...` and writes its output to LOG. Shows
# the build's progress: on a terminal in one line that is updated, otherwise in a new line every 30 seconds. Prints the
# end of the log if the build fails.
build_with_progress() {
  local log=$1 start=$SECONDS shown=$SECONDS status=0 builder at
  shift
  swift build -c release "$@" >"$log" 2>&1 &
  builder=$!
  trap 'kill $builder 2>/dev/null; exit 130' INT TERM
  while kill -0 $builder 2>/dev/null; do
    sleep 1
    at=$(tail -n 1 "$log" | tr '\r' '\n' | tail -n 1 | cut -c 1-70)
    if [ -t 1 ]; then
      printf '\r\033[K%4d s  %s' $((SECONDS - start)) "$at"
    elif [ $((SECONDS - shown)) -ge 30 ]; then
      shown=$SECONDS
      printf '%4d s  %s\n' $((SECONDS - start)) "$at"
    fi
  done
  wait $builder || status=$?
  trap - INT TERM
  if [ -t 1 ]; then printf '\r\033[K'; fi
  if [ $status != 0 ]; then
    tail -n 40 "$log" >&2
    return $status
  fi
  echo "built in $((SECONDS - start)) s"
}

command -v swift >/dev/null || {
  echo "error: swift was not found; install a Swift 6 toolchain from swift.org first" >&2
  exit 1
}
step "setup"
install_libraries
