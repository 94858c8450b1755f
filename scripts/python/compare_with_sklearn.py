"""Compares Patchbay with scikit-learn on logistic probes and principal components of all layers.

    python compare_with_sklearn.py PATH/TO/patchbay-bench-analysis [--layers 12] [--examples 20000] [--width 768]

Both get the same numbers, which resemble a residual stream: the spectrum follows a power law, the mean of a few
features is much larger than their deviations, and the classes overlap, so that 69% to 97% of examples can be
classified. Both minimise sum of log losses + penalty / 2 |w|^2. scikit-learn is timed with its default solver and with
the one that is best for many examples of few features, each until its loss is within 1e-6 of Patchbay's.
"""

import argparse
import json
import pathlib
import subprocess
import tempfile
import time
import warnings

import numpy as np
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression


# Try float32 and the default tolerance first. Only the fit that reaches the loss is timed, without conversions.
ATTEMPTS = [(np.float32, 1e-4), (np.float64, 1e-4), (np.float64, 1e-6), (np.float64, 1e-8)]


def layer(rng, examples, width, labels, signal):
    scale = np.arange(1, width + 1) ** -0.5
    rotation, _ = np.linalg.qr(rng.standard_normal((width, width)))
    rows = (rng.standard_normal((examples, width)) * scale) @ rotation
    direction = rng.standard_normal(width) @ (rotation.T * scale) @ rotation / np.sqrt(width)
    rows += signal * np.outer(labels - 0.5, direction)
    rows[:, [7, width // 2]] += [30.0, -80.0]
    return rows.astype(np.float32)


def loss(model, rows, labels, penalty):
    scores = rows.astype(np.float64) @ model.coef_[0].astype(np.float64) + float(model.intercept_[0])
    data = np.logaddexp(0, scores).sum() - scores[labels == 1].sum()
    return data + 0.5 * penalty * float((model.coef_.astype(np.float64) ** 2).sum())


def show(name, seconds, processor, ours, key, note=""):
    mine, used = ours[key], ours[key + "_processor"]
    print(f"{name:28} {seconds:8.2f} {mine:8.2f} {seconds / mine:6.1f} | "
          f"{processor:8.2f} {used:8.2f} {processor / used:6.1f} |{note}", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bench")
    parser.add_argument("--layers", type=int, default=12)
    parser.add_argument("--examples", type=int, default=20000)
    parser.add_argument("--width", type=int, default=768)
    parser.add_argument("--penalty", type=float, default=1.0)
    parser.add_argument("--repetitions", type=int, default=3)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    rng = np.random.default_rng(0)
    labels = (rng.random(options.examples) < 0.5).astype(np.uint8)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        with open(folder / "rows.f32", "wb") as file:
            for index in range(options.layers):
                layer(rng, options.examples, options.width, labels, 1 + 0.25 * index).tofile(file)
        labels.tofile(folder / "labels.u8")
        shape = (options.layers, options.examples, options.width)
        command = [options.bench, "numbers", str(folder / "rows.f32"), str(folder / "labels.u8")]
        for name in ("layers", "examples", "width", "penalty", "repetitions"):
            command += [f"--{name}", str(getattr(options, name))]
        subprocess.run(command + ["--json", str(folder / "figures.json")], check=True)
        ours = json.loads((folder / "figures.json").read_text())
        rows = np.memmap(folder / "rows.f32", np.float32, "r", shape=shape)
        print(f"\n{'':28} {'seconds':>8} {'ours':>8}  ratio | processor seconds, ours, ratio | largest excess of loss")
        for solver in ("newton-cholesky", "lbfgs"):
            total, used, excess = 0.0, 0.0, 0.0
            for index in range(options.layers):
                data = np.array(rows[index])
                best = ours[f"loss_{index}"]
                for kind, tolerance in ATTEMPTS:
                    numbers = data.astype(kind)
                    model = LogisticRegression(
                        C=1 / options.penalty, solver=solver, tol=tolerance, max_iter=3000
                    )
                    start, processor = time.perf_counter(), time.process_time()
                    model.fit(numbers, labels)
                    seconds, processor = time.perf_counter() - start, time.process_time() - processor
                    over = (loss(model, data, labels, options.penalty) - best) / best
                    if over < 1e-6:
                        break
                # Only the fit that reached the loss counts.
                total += seconds
                used += processor
                excess = max(excess, over)
            show(f"scikit-learn {solver}", total, used, ours, "logistic", f"  {excess:.1e}")
        start, processor = time.perf_counter(), time.process_time()
        for index in range(options.layers):
            PCA(n_components=10).fit(np.array(rows[index]))
        seconds, processor = time.perf_counter() - start, time.process_time() - processor
        show("scikit-learn PCA(10)", seconds, processor, ours, "mean_difference_and_pca")


if __name__ == "__main__":
    main()
