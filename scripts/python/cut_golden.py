"""Cuts the full reference values down to Tests/Golden: what the tests compare, in files small enough for the
repository.

    python scripts/python/cut_golden.py PATH/TO/patchbay PATH/TO/shared Tests/Golden

Models, tokens and every sweep, path, edit and estimate are kept whole. Activations are kept only under the names that
Patchbay uses (TransformerLens has two or three names for many of them). Of the corrupted run, only the streams and
patterns are kept; of the policy's four observations, the first two. Equal arrays are stored once, under several names.
"""

import json
import pathlib
import shutil
import subprocess
import sys

import h5py
import numpy as np

FAMILIES = ["gpt2", "llama", "neox", "qwen3", "gemma2"]
OBSERVATIONS = 2
CORRUPTED = ("hook_resid_post", "hook_pattern")


def hooks(tool, folder):
    """Patchbay's names of a model's activations."""
    listed = subprocess.run([tool, "hooks", str(folder), "--json"], check=True, capture_output=True, text=True).stdout
    return {hook["name"] for hook in json.loads(listed)}


def copy_values(source, target, keep, cut):
    """Copies the datasets for which `keep(path)` is true, each as `cut(path, values)`."""
    stored = {}

    def visit(path, item):
        if not isinstance(item, h5py.Dataset) or not keep(path):
            return
        values = np.ascontiguousarray(cut(path, item[...]))
        key = (values.dtype.str, values.shape, values.tobytes())
        if key in stored:
            target[path] = target[stored[key]]
            return
        stored[key] = path
        options = {"compression": "gzip", "compression_opts": 9, "shuffle": True} if values.nbytes > 4096 else {}
        target.create_dataset(path, data=values, **options)

    source.visititems(visit)
    for name, value in source.attrs.items():
        target.attrs[name] = value


def policy_values(path, values):
    if path == "observations" or path.startswith("activations/"):
        return values[:OBSERVATIONS]
    if path == "steer/policy_logits":
        return values[:, :OBSERVATIONS]
    if path == "steer/composed_logits":
        return values[:, :, :OBSERVATIONS]
    return values


def main():
    tool, shared, output = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    for family in FAMILIES + ["impala"]:
        source, target = shared / "golden" / family, output / "golden" / family
        target.mkdir(parents=True, exist_ok=True)
        for name in ["config.json", "model.safetensors"]:
            shutil.copyfile(source / name, target / name)
        names = hooks(tool, source)

        def keep(path):
            run, _, hook = path.partition("/")
            if run == "corrupted":
                return hook in names and hook.endswith(CORRUPTED)
            return run != "clean" or hook in names

        with h5py.File(source / "golden.h5") as full, h5py.File(target / "golden.h5", "w") as small:
            if family == "impala":
                copy_values(full, small, lambda path: True, policy_values)
            else:
                copy_values(full, small, keep, lambda path, values: values)
        # Of the circuits, keep only the edges of the graph.
        if family != "impala":
            with h5py.File(source / "circuits.h5") as full, h5py.File(target / "circuits.h5", "w") as small:
                for name in ["sender", "receiver", "edge_order"]:
                    full.copy(name, small)
    texts = output / "golden" / "tokenizers"
    shutil.copytree(shared / "golden" / "tokenizers", texts, dirs_exist_ok=True, copy_function=shutil.copyfile)
    models = {
        "stories260K": [
            "LICENSE", "SOURCE.txt", "config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"],
        "gpt2-tokenizer": ["SOURCE.txt"],
    }
    for model, names in models.items():
        (output / "models" / model).mkdir(parents=True, exist_ok=True)
        for name in names:
            shutil.copyfile(shared / "models" / model / name, output / "models" / model / name)
    # Omit vocab.json and merges.txt, which tokenizer.json repeats, and the white space of tokenizer.json.
    tokenizer = json.loads((shared / "models/gpt2-tokenizer/tokenizer.json").read_text(encoding="utf-8"))
    short = json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":"))
    (output / "models/gpt2-tokenizer/tokenizer.json").write_text(short, encoding="utf-8")


if __name__ == "__main__":
    main()
