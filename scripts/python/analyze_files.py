"""The analysis files of check_analyze.py, with every kind and option of Documentation/analysis-file.md, and their
prompts, tables and caches."""

import json
import subprocess

import h5py
import numpy as np

DEFAULTS = {
    "labels": "context",
    "classes": ["none", "mind"],
    "select": {"caches": ["pairs"], "hooks": ["*resid_post"], "layers": [0, 3], "positions": [-1]},
}
POSITIONS = [
    -1, 2, "{thing}", {"span": "thing", "occurrence": 1, "at": "first"}, {"token": ".", "occurrence": 1}, {"token": " The"}, "mean"]
HEADS = {"hooks": ["*hook_z"], "layers": "1..2", "heads": "all"}
PLAIN = {"caches": ["plain"]}
ANALYSES = [
    {"name": "readers", "kind": "readers", "select": {"positions": POSITIONS}, "curve": [3, 20], "draws": 6, "influence": True},
    {"name": "readers.runs", "kind": "readers", "labels": "run", "curve": [5, 140], "draws": 3, "redraws": 100},
    {"name": "readers.pairs", "kind": "readers", "labels": "label", "pairs": "pair", "select": PLAIN, "split": {"train": 0.6, "seed": 3}},
    {"name": "readers.by", "kind": "readers", "split": {"by": "thing"}, "penalty": 4, "shrinkage": 0.5, "methods": ["logistic", "discriminant"],
     "influence": True},
    {"name": "readers.heads", "kind": "readers", "select": HEADS, "redraws": 50, "influence": True},
    {"name": "readers.some", "kind": "readers", "select": HEADS | {"heads": [0, 5]}, "methods": ["leace", "mean-difference"], "redraws": 0},
    {"name": "readers.caches", "kind": "readers", "labels": "cache", "classes": ["pairs", "plain"], "select": {"caches": ["pairs", "plain"]}},
    {"name": "readers.both", "kind": "readers", "labels": {"key": "context"}, "methods": ["logistic", "random"], "redraws": 20,
     "select": {"runs": ["clean", "corrupted"], "examples": {"frame": ["0", "1", "2", "3", "4", "5"], "context": ["mind", "none"]}}},
    {"name": "readers.every", "kind": "readers", "methods": ["mean-difference", "logistic"], "select": {"positions": ["every"], "layers": 2}},
    {"name": "probes", "kind": "probes", "labels": "frame", "classes": [str(i) for i in range(5)], "control": "thing", "penalty": 0.5},
    {"name": "probes.two", "kind": "probes", "select": HEADS, "split": {"seed": 5}, "redraws": 100},
    {"name": "probes.tokens", "kind": "probes", "labels": "token", "classes": [" the", ".", " The"], "control": "token",
     "select": {"positions": ["every"], "layers": [1]}},
    {"name": "probes.few", "kind": "probes", "labels": "frame", "classes": [str(i) for i in range(8)], "control": "context"},
    {"name": "probes.numbers", "kind": "probes", "labels": {"file": "numbers.csv", "column": "size"}, "target": "numbers", "penalty": 2},
    {"name": "probes.csv", "kind": "probes", "labels": {"file": "rows.csv", "column": "side"}, "classes": ["left", "middle", "right"]},
    {"name": "probes.where", "kind": "probes", "labels": "position", "target": "numbers", "select": {"positions": ["every"]}},
    {"name": "components", "kind": "components", "select": {"positions": [-1, "mean"]}},
    {"name": "components.few", "kind": "components", "count": 3, "project": False, "select": {"layers": "all", "hooks": ["*mlp.hook_post"]}},
    {"name": "separation", "kind": "separation", "labels": "frame", "classes": ["1", "2", "3", "4"], "select": {"positions": [-1, "mean"]}},
    {"name": "separation.fast", "kind": "separation", "silhouette": False, "select": HEADS},
    {"name": "clusters", "kind": "clusters", "methods": ["kmeans", "ward", "average", "complete"], "labels": "frame",
     "classes": ["1", "2", "3", "4"]},
    {"name": "clusters.limit", "kind": "clusters", "count": 3, "limit": 60, "restarts": 30, "seed": 2},
    {"name": "readers.limit", "kind": "readers", "limit": 90, "methods": ["mean-difference"], "redraws": 0},
    {"name": "readers.sharp", "kind": "readers", "shrinkage": 0, "methods": ["discriminant", "leace"], "influence": True, "redraws": 0,
     "select": HEADS | {"heads": [1]}},
    {"name": "readers.singular", "kind": "readers", "shrinkage": 0, "methods": ["discriminant"], "select": {"positions": [2]}},
    {"name": "similarity", "kind": "similarity",
     "select": {"positions": [-1, "mean"], "runs": ["clean", "corrupted"], "hooks": ["*resid_post", "*hook_z", "*ln1.hook_scale"], "layers": [0, 4]}},
    {"name": "norms", "kind": "norms", "select": {"positions": [-1, 0, "mean"]}},
    {"name": "norms.every", "kind": "norms", "threshold": 1.5, "select": {"positions": ["every"], "hooks": ["*ln1.hook_scale"], "layers": 3}},
    *[{"name": f"trajectory.{method}", "kind": "trajectory", "method": method, "penalty": 3, "shrinkage": 0.2,
       "train": {"labels": "context", "classes": ["none", "mind"], "select": {"positions": ["{thing}"]}}, "select": selected}
      for method, selected in [("mean-difference", {"positions": ["every"]}), ("logistic", {"runs": ["clean", "corrupted"]}),
                               ("discriminant", {"caches": ["pairs", "plain"]}), ("leace", {"positions": [2, "mean"]})]],
    {"name": "units", "kind": "units", "units": [3, 8, 100], "bins": 12, "top": 3, "threshold": 0.2, "select": {"hooks": ["*mlp.hook_post"]}},
    {"name": "units.range", "kind": "units", "units": "5..9", "select": {"positions": ["every"], "layers": [4]}},
    {"name": "units.heads", "kind": "units", "select": HEADS},
    {"name": "units.reader", "kind": "units", "along": "readers.runs", "method": "logistic", "select": {"positions": ["every"]}},
    {"name": "units.first", "kind": "units", "along": "readers.by"},
    {"name": "units.file", "kind": "units", "along": "direction.npy", "select": {"positions": [-1, "{thing}"]}},
    {"name": "units.json", "kind": "units", "along": "direction.json"},
    {"name": "matrix", "kind": "matrix", "select": {"positions": POSITIONS}},
    {"name": "matrix.heads", "kind": "matrix", "select": {"hooks": ["*hook_z"], "heads": "2..4", "runs": "corrupted", "positions": ["every"]}},
    {"name": "matrix.stored", "kind": "matrix", "select": {"caches": ["pairs", "stored"]}},
]
# Analyses without any settings.
BARE = [{"name": kind, "kind": kind} for kind in ("components", "clusters", "similarity", "norms", "units", "matrix")]
HOOKS = ["blocks.0.attn.hook_pattern"] + [
    f"blocks.{layer}.{hook}" for layer in range(5) for hook in ("hook_resid_post", "attn.hook_z", "mlp.hook_post", "ln1.hook_scale")]


def prepare(folder, patchbay, model):
    """Writes the prompts, tables, caches and directions that the analysis files name."""
    command = [patchbay, "dataset", "agency", "--count", "90", "--seed", "7", "--model", model]
    drawn = subprocess.run(command, check=True, capture_output=True, text=True)
    lines = []
    for number, line in enumerate(drawn.stdout.splitlines()):
        pair = json.loads(line)
        for side, context in (("clean", pair["context"]), ("corrupted", "none" if pair["context"] == "mind" else "mind")):
            # The first four pairs share a number: eight prompts with one value do not form a pair.
            lines.append({"prompt": pair[side], "label": context, "context": context, "thing": pair["thing"], "pair": str(max(number, 3))})
    order = np.random.default_rng(0).permutation(len(lines))
    (folder / "plain.jsonl").write_text("".join(json.dumps(lines[i]) + "\n" for i in order))
    subprocess.run([patchbay, "cache", model, "--prompts", folder / "plain.jsonl", "--hooks", ",".join(HOOKS), "--output", folder / "stored.cache.h5",
                    "--dtype", "float16", "--compress", "--quiet"], check=True)
    random = np.random.default_rng(1)
    rows = [f"{example},{random.normal():.4f}" if example % 9 else f"{example}," for example in random.permutation(200)]
    (folder / "numbers.csv").write_text("\n".join(["example,size"] + rows) + "\n")
    (folder / "rows.csv").write_text("\n".join(["number,side"] + [f'{i},"{["left", "middle", "right"][i % 3]}"' for i in range(200)]) + "\n")
    with h5py.File(folder / "stored.cache.h5") as file:
        direction = random.normal(size=file["activations/blocks.0.hook_resid_post"].shape[-1])
    np.save(folder / "direction.npy", direction)
    (folder / "direction.json").write_text(json.dumps(list(direction)))


def files_of(model):
    """The analysis files: name, caches, settings of the whole file, analyses."""
    drawn = {"template": {"name": "agency", "count": 200, "seed": 3}}
    yield "all", [
        {"name": "pairs", "model": model, "prompts": drawn, "hooks": HOOKS},
        {"name": "plain", "model": model, "prompts": "plain.jsonl", "hooks": HOOKS, "prepend_bos": "auto"},
        "stored.cache.h5",
    ], DEFAULTS, ANALYSES
    yield "bare", [{"name": "only", "model": model, "prompts": "plain.jsonl", "hooks": ["blocks.?.hook_resid_mid"], "prepend_bos": False}], {}, BARE
    if model != "bundled:ioi":
        # Activations of different models have different widths, and so are in separate groups.
        yield "models", [{"name": "both", "model": ["bundled:ioi", model], "prompts": drawn, "hooks": ["blocks.1.hook_resid_post"]}], {
            "labels": "context", "across_models": True}, [{"name": "similarity", "kind": "similarity"}]
