"""Kills a run and resumes it, many times, and compares the result with that of an uninterrupted run, bit for bit. Reads
the file with h5py after every kill.

    python kill_and_resume.py .build/release/patchbay experiments/ioi.yaml [--kills 50] [--seed 0]
"""

import argparse
import os
import pathlib
import random
import signal
import subprocess
import tempfile
import time

import h5py
import numpy as np


def datasets(path):
    """All arrays of a file by name, floats as bits, so that NaN equals NaN."""
    arrays = {}
    with h5py.File(path) as file:

        def visit(name, item):
            if isinstance(item, h5py.Dataset):
                values = item[()]
                arrays[name] = values.view(np.uint32) if values.dtype == np.float32 else values

        file.visititems(visit)
        return arrays, {name: str(value) for name, value in file.attrs.items()}


def same(a, b):
    return a.keys() == b.keys() and all(np.array_equal(a[name], b[name]) for name in a)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("patchbay")
    parser.add_argument("experiment")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    random.seed(arguments.seed)
    name = next(
        line.split(":")[1].strip() for line in open(arguments.experiment) if line.startswith("name:")
    )
    with tempfile.TemporaryDirectory() as folder:
        command = [arguments.patchbay, "run", arguments.experiment, "--quiet", "--output"]
        start = time.time()
        subprocess.run([*command, f"{folder}/whole"], check=True, stdout=subprocess.DEVNULL)
        seconds = time.time() - start
        right, attributes = datasets(f"{folder}/whole/{name}.h5")
        results = pathlib.Path(f"{folder}/broken/{name}.h5")
        partial = results.with_name(results.name + ".partial")
        kills = finished = before_layout = 0
        flagged = 0
        steps = []
        while kills < arguments.kills:
            process = subprocess.Popen(
                [*command, f"{folder}/broken", "--resume"], stdout=subprocess.DEVNULL, preexec_fn=os.setsid
            )
            time.sleep(random.uniform(0.02, 0.5 * seconds))
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                kills += 1
            else:
                assert process.returncode == 0, process.returncode
            if results.exists():
                found, whole = datasets(results)
                assert same(found, right) and whole == attributes, "the finished file differs"
                finished += 1
                for leftover in results.parent.rglob("*"):
                    if leftover.is_file():
                        leftover.unlink()
                flagged = 0
            elif partial.exists():
                found, there = datasets(partial)
                assert there["complete"] == "0"
                now = sum(int((array == 1).sum()) for key, array in found.items() if key.endswith("/done"))
                assert now >= flagged, f"{flagged} cells were done before the kill, {now} after it"
                steps.append(now - flagged)
                flagged = now
            else:
                before_layout += 1
        subprocess.run([*command, f"{folder}/broken", "--resume"], check=True, stdout=subprocess.DEVNULL)
        found, whole = datasets(results)
        assert same(found, right) and whole == attributes, "the finished file differs"
        print(
            f"{arguments.experiment}: {seconds:.1f} s without interruption; {kills} kills, {before_layout} of them before the layout, "
            f"{finished} runs finished in between; every file was readable, nothing was lost, the final bits are the same"
        )


if __name__ == "__main__":
    main()
