"""Compares whole runs of `patchbay run` with the values of reference libraries in Tests/Golden.

    python scripts/python/check_golden.py PATH/TO/patchbay [FOLDER ...] [--tolerance 1e-4]

FOLDER has a model and its golden.h5; the default is all language models of Tests/Golden. One experiment per direction
has every sweep, edit, estimate and path of the file, and caches all activations. Baselines, results and cache are
compared number by number; differences are divided by the largest number of the reference if that is above 1.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import h5py
import numpy as np

GOLDEN = pathlib.Path(__file__).resolve().parents[2] / "Tests" / "Golden" / "golden"
FAMILIES = sorted(folder.parent.name for folder in GOLDEN.glob("*/golden.h5") if folder.parent.name != "impala")
MASKED = -1e8
"""Masked attention scores are minus infinity in Patchbay and a large negative number in the reference."""


def axes(name):
    """The site and axes of a sweep of the reference: `z_by_pos` is over heads at every position."""
    if name == "mlp_post_all_pos":
        return "mlp_post", ["layer", "neuron"]
    if name.endswith("_all_pos"):
        return name.removesuffix("_all_pos"), ["layer", "head"]
    if name.endswith("_by_pos"):
        return name.removesuffix("_by_pos"), ["layer", "position", "head"]
    return name, ["layer", "position"]


class Question:
    """A sweep of an experiment, and where to find its results and those of the reference."""

    def __init__(self, name, spec, reference, dataset="logit_diff"):
        self.name, self.spec, self.reference, self.dataset = name, {"name": name, **spec}, reference, dataset


def questions(golden, direction, folder):
    """The sweeps of a golden file in one direction."""
    for name in golden[direction]:
        site, over = axes(name)
        yield Question(f"sweep-{name}", {"site": site, "over": over}, f"{direction}/{name}")
    for name in golden.get(f"attribution/{direction}", {}):
        site, over = axes(name)
        reference = f"attribution/{direction}/{name}"
        spec = {"site": site, "over": over, "method": "attribution"}
        yield Question(f"estimate-{name}", spec, reference, "logit_diff_attribution")
    for freeze, receivers in golden.get(f"path/{direction}", {}).items():
        for receiver in receivers:
            path = {"senders": "heads", "receivers": [receiver], "freeze": freeze}
            name = f"path-{freeze}-{receiver}".replace("+", "-").replace(".", "-")
            yield Question(name, {"path": path}, f"path/{direction}/{freeze}/{receiver}")
    if direction == "denoise" and "edit" in golden:
        heads = {"site": "z", "over": ["layer", "head"]}
        yield Question("zero", {**heads, "edit": "zero"}, "edit/zero_z")
        yield Question("double", {**heads, "edit": {"scale": 2}}, "edit/scale2_z")


def experiment(golden, direction, folder, asked):
    """The experiment file, as JSON, which is valid YAML."""
    def numbers(path):
        return golden[path][...].tolist()

    columns = ["clean_tokens", "corrupted_tokens", "answer_token", "wrong_token"]
    pairs = [dict(zip(columns, row)) for row in zip(*map(numbers, columns))]
    return {
        "name": direction, "model": str(folder), "direction": direction, "metrics": ["logit_diff"],
        "prepend_bos": False, "prompts": {"pairs": pairs}, "sweeps": [question.spec for question in asked],
        "cache": {"hooks": ["*"], "runs": ["clean", "corrupted"]},
    }


class Comparison:
    def __init__(self, tolerance):
        self.tolerance, self.count, self.worst, self.faults = tolerance, 0, 0.0, []

    def add(self, name, own, reference):
        self.count += 1
        if own.size != reference.size:
            self.faults.append(f"{name}: shape {own.shape}, reference {reference.shape}")
            return
        own, reference = own.ravel().astype(np.float64), reference.ravel().astype(np.float64)
        seen = reference > MASKED
        if np.any(own[~seen] > MASKED) or not np.all(np.isfinite(own[seen])):
            self.faults.append(f"{name}: some numbers are missing, or are not masked as in the reference")
            return
        scale = max(1.0, np.abs(reference[seen]).max(initial=0))
        difference = np.abs(own[seen] - reference[seen]).max(initial=0) / scale
        self.worst = max(self.worst, difference)
        if not difference < self.tolerance:
            self.faults.append(f"{name}: {difference:.1e}")


def check(tool, folder, tolerance):
    """Runs both directions of a folder and returns whether everything agrees."""
    found = Comparison(tolerance)
    with h5py.File(folder / "golden.h5") as golden, tempfile.TemporaryDirectory() as out:
        for direction in ["denoise", "noise"]:
            asked = list(questions(golden, direction, folder))
            file = pathlib.Path(out, f"{direction}.yaml")
            file.write_text(json.dumps(experiment(golden, direction, folder, asked)))
            done = subprocess.run([tool, "run", str(file), "--output", out], capture_output=True, text=True)
            if done.returncode:
                found.faults.append(f"{direction}: status {done.returncode}: {done.stderr[-400:]}")
                continue
            with h5py.File(f"{out}/{direction}.h5") as results, h5py.File(f"{out}/{direction}.cache.h5") as cache:
                for run in ["clean", "corrupted"]:
                    own = results[f"baseline/{run}/logit_diff"][...]
                    found.add(f"baseline {run}", own, golden[f"{run}_logit_diff"][...])
                for question in asked:
                    own = results[f"sweeps/{question.name}/{question.dataset}"][...]
                    found.add(f"{direction} {question.name}", own, golden[question.reference][...])
                activations = 0
                for run in ["clean", "corrupted"]:
                    for hook in set(cache[f"activations/{run}"]) & set(golden[run]):
                        own = cache[f"activations/{run}/{hook}"][...]
                        found.add(f"{run} {hook}", own, golden[f"{run}/{hook}"][...])
                        activations += 1
                if activations < 40:
                    found.faults.append(f"only {activations} activations were compared")
    for fault in found.faults[:12]:
        print(f"  {fault}")
    print(f"{folder.name}: {found.count} arrays, worst {found.worst:.1e}, {len(found.faults)} off")
    return not found.faults


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tool")
    parser.add_argument("folders", nargs="*", type=pathlib.Path)
    parser.add_argument("--tolerance", type=float, default=1e-4)
    options = parser.parse_args()
    folders = [folder.resolve() for folder in options.folders] or [GOLDEN / family for family in FAMILIES]
    agree = [check(options.tool, folder, options.tolerance) for folder in folders]
    sys.exit(0 if all(agree) else 1)


if __name__ == "__main__":
    main()
