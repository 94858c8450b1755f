"""Recomputes steering studies in mazes with numpy alone, from the drawings of mazes in a results file and the weights
of a policy.

    python scripts/python/check_mazes.py RESULTS.h5 POLICY_FOLDER

The pictures, the policy (in float64), the vectors, what is added and the probabilities at decision squares are
reimplemented here from Documentation/mazes.md. Prints a line per study with the largest difference; exits with status 1
if one is above 1e-4.
"""

import json
import re
import sys

import h5py
import numpy as np

WORLD, PIXELS = 25, 64
COLOURS = {"#": (0.30, 0.20, 0.15), ".": (0.85, 0.85, 0.80), "M": (0.10, 0.35, 0.90), "C": (0.95, 0.75, 0.05)}
STEPS = {"left": (0, 1, 2), "right": (6, 7, 8), "down": (3,), "up": (5,)}


def coverage():
    """[pixel, square]: the share of a pixel's length that lies in a square."""
    edges = np.arange(PIXELS + 1) * WORLD / PIXELS
    squares = np.arange(WORLD)
    overlap = np.minimum(edges[1:, None], squares + 1) - np.maximum(edges[:-1, None], squares)
    return np.clip(overlap, 0, None) * PIXELS / WORLD


SHARES = coverage()


def picture(rows):
    """[3, 64, 64] of a maze drawn as strings."""
    margin = (WORLD - len(rows)) // 2
    world = np.tile(np.array(COLOURS["#"]), (WORLD, WORLD, 1))
    for r, row in enumerate(rows):
        for c, square in enumerate(row):
            world[margin + r, margin + c] = COLOURS[square]
    return np.einsum("pr,rck,qc->kpq", SHARES, world, SHARES)


def without(rows, mark):
    return [row.replace(mark, ".") for row in rows]


def mouse_at(rows, place):
    rows = [list(row) for row in without(rows, "M")]
    rows[place[0]][place[1]] = "M"
    return ["".join(row) for row in rows]


def path_opened(rows):
    """The maze with a path opened straight up from the mouse and along the top row to the right."""
    rows = [list(row) for row in rows]
    row = next(i for i, r in enumerate(rows) if "M" in r)
    column = rows[row].index("M")
    for r in range(row + 1):
        rows[r][column] = "." if rows[r][column] == "#" else rows[r][column]
    for c in range(column, len(rows)):
        rows[0][c] = "." if rows[0][c] == "#" else rows[0][c]
    return ["".join(row) for row in rows]


class Policy:
    def __init__(self, folder):
        with open(f"{folder}/model.safetensors", "rb") as file:
            size = int.from_bytes(file.read(8), "little")
            header = json.loads(file.read(size))
            data = file.read()
        self.weights = {
            name: np.frombuffer(data[slice(*entry["data_offsets"])], "<f4").reshape(entry["shape"]).astype(float)
            for name, entry in header.items()
            if name != "__metadata__"
        }

    def conv(self, name, x):
        w, b = self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]
        padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(2, 3))
        return np.einsum("ncrsij,ocij->nors", windows, w, optimize=True) + b[None, :, None, None]

    def run(self, x, add=None):
        """{hook: activation} for pictures [n, 3, 64, 64]; add: {hook: what is added, [n, ...]}."""
        out = {}

        def hook(name, value):
            if add and name in add:
                value = value + add[name].reshape(value.shape)
            out[name] = value
            return value

        for block in (1, 2, 3):
            at = f"embedder.block{block}"
            x = hook(f"{at}.conv_out", self.conv(f"{at}.conv", x))
            padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)), constant_values=-np.inf)
            x = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(2, 3))[:, :, ::2, ::2].max((-1, -2))
            x = hook(f"{at}.maxpool_out", x)
            for residual in ("res1", "res2"):
                y = x
                for part in ("1", "2"):
                    y = hook(f"{at}.{residual}.relu{part}_out", np.maximum(y, 0))
                    y = hook(f"{at}.{residual}.conv{part}_out", self.conv(f"{at}.{residual}.conv{part}", y))
                x = hook(f"{at}.{residual}.resadd_out", x + y)
        x = hook("embedder.relu3_out", np.maximum(x, 0))
        x = hook("embedder.flatten_out", x.reshape(len(x), -1))
        for name, after in (("embedder.fc", "embedder.relufc_out"), ("fc_policy", None)):
            x = hook(f"{name}_out", x @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"])
            if after:
                x = hook(after, np.maximum(x, 0))
        return out


def chances(logits, ways):
    """The probability of each row's direction."""
    p = np.exp(logits - logits.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    return np.array([row[list(STEPS[way])].sum() for row, way in zip(p, ways)])


def main(results, folder):
    policy = Policy(folder)
    worst = 0.0
    with h5py.File(results) as file:
        text = lambda name: file[f"prompts/label_{name}"].asstr()[...]
        mazes = [drawing.split("/") for drawing in text("maze")]
        places = [tuple(map(int, re.findall(r"\d+", place))) for place in text("decision")]
        ways = {"p_cheese": text("to_cheese"), "p_corner": text("to_corner")}
        looked_at = np.stack([picture(mouse_at(maze, place)) for maze, place in zip(mazes, places)])
        plain = policy.run(np.stack([picture(maze) for maze in mazes]))
        changed = {
            "cheese": (1, policy.run(np.stack([picture(without(maze, "C")) for maze in mazes]))),
            "top-right": (-1, policy.run(np.stack([picture(path_opened(maze)) for maze in mazes]))),
        }
        for name, study in file["steering"].items():
            vectors = np.atleast_1d(study.attrs["vectors"])
            if not set(vectors) <= set(changed) or "site" in study:
                continue
            site, source = study.attrs["site"], study.attrs["from"]
            own = {v: changed[v][0] * (plain[site] - changed[v][1][site]) for v in vectors}
            axes = [study["coefficient"][...]] if len(vectors) == 1 else [study[v][...] for v in vectors]
            sources = range(len(mazes)) if source == "every" else [None]
            difference = 0.0
            for s in sources:
                for cell in np.ndindex(*[len(axis) for axis in axes]):
                    added = 0
                    for v, axis, i in zip(vectors, axes, cell):
                        made = {"own": own[v], "mean": own[v].mean(0), "every": own[v][s or 0]}[source]
                        added = added + axis[i] * np.broadcast_to(made, own[v].shape)
                    logits = policy.run(looked_at, {site: added})["fc_policy_out"]
                    at = cell if s is None else (s, *cell)
                    for dataset, way in ways.items():
                        difference = max(difference, np.abs(study[dataset][at] - chances(logits, way)).max())
            print(f"{name}: {' and '.join(vectors)} from {source}, largest difference {difference:.1e}")
            worst = max(worst, difference)
    print(f"all: {worst:.1e}")
    return worst < 1e-4


if __name__ == "__main__":
    sys.exit(0 if main(sys.argv[1], sys.argv[2]) else 1)
