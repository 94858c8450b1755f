"""Recomputes the numbers of an export from its results file with h5py and numpy alone, and compares them with the
tables.

    python scripts/python/check_report.py RESULTS.h5 notebooks-export/NAME

Effects, means and counts must agree to float32, bounds with those of another 4,000 redraws, and p-values up to the
error of 20,000 random signs (or with all signs, if there are few examples).
"""

import csv
import itertools
import pathlib
import sys

import h5py
import numpy as np


def number(text):
    return float(text) if text else np.nan


def close(found, wanted, tolerance, what):
    if np.isnan(wanted) and np.isnan(found):
        return
    assert abs(found - wanted) <= tolerance * max(1.0, abs(wanted)), f"{what}: the table has {found}, numpy {wanted}"


def redrawn_means(values, rng, redraws=4000):
    """The means of redraws of all examples, over the examples that have a number."""
    picks = rng.integers(0, len(values), (redraws, len(values)))
    with np.errstate(invalid="ignore"):
        return np.nanmean(values[picks], axis=1)


def permutation_p(values, rng):
    values = values[np.isfinite(values)]
    total = abs(values.sum())
    slack = 1e-5 * np.abs(values).sum()
    if 2 ** len(values) <= 4096:
        signs = np.array(list(itertools.product([1, -1], repeat=len(values))))
    else:
        signs = rng.choice([1, -1], (20000, len(values)))
    return float(np.mean(np.abs(signs @ values) >= total - slack))


def check_baselines(file, folder):
    rng = np.random.default_rng(1)
    for row in csv.DictReader(open(folder / "tables/baselines.csv", newline="")):
        values = file[f"baseline/{row['run']}/{row['metric']}"][:].astype(np.float64)
        what = f"baseline {row['run']} {row['metric']}"
        close(number(row["mean"]), values.mean(), 1e-6, what)
        means = redrawn_means(values, rng)
        spread = means.std() + 1e-9
        for bound, share in (("low", 2.5), ("high", 97.5)):
            assert abs(number(row[bound]) - np.percentile(means, share)) < 0.35 * spread, f"{what}: {bound}"


def check_sweep(file, name, path):
    group = file[f"sweeps/{name}"]
    denoise = file.attrs["direction"] == "denoise"
    base_run, other_run = ("corrupted", "clean") if denoise else ("clean", "corrupted")
    rng = np.random.default_rng(2)
    rows = list(csv.DictReader(open(path, newline="")))
    compared, seen = 0, {}
    for row in rows:
        metric, source = row["metric"], row["method"]
        base = file[f"baseline/{base_run}/{metric}"][:].astype(np.float64)
        other = file[f"baseline/{other_run}/{metric}"][:].astype(np.float64)
        data = group[metric if source == "run" else f"{metric}_attribution"]
        axes = [data.dims[i][0].name.split("/")[-1] for i in range(data.ndim - 1)]
        key = (metric, source)
        if key not in seen:
            labels = [[x.decode() if isinstance(x, bytes) else str(x) for x in group[a][:]] for a in axes]
            seen[key] = (data[:].astype(np.float64) + (0 if source == "run" else base), labels)
        values, labels = seen[key]
        at = tuple(lab.index(row[a]) if row[a] in lab else [float(x) for x in lab].index(float(row[a])) for a, lab in zip(axes, labels))
        patched = values[at]
        there = np.isfinite(patched)
        what = f"{name} {metric} {source} {at}"
        close(number(row["mean"]), patched[there].mean(), 1e-5, what + " mean")
        close(number(row["change"]), (patched - base)[there].mean(), 1e-5, what + " change")
        with np.errstate(divide="ignore", invalid="ignore"):
            ratios = np.where(there, (patched - base) / (other - base), np.nan)
        ratios[~np.isfinite(ratios)] = np.nan
        assert int(row["n"]) == np.isfinite(ratios).sum(), what + " n"
        if int(row["n"]) == 0:
            assert row["effect"] == "" and row["p"] == "", what
            continue
        close(number(row["effect"]), np.nanmean(ratios), 1e-5, what + " effect")
        gap = (other - base)[there].mean()
        if gap != 0:
            close(number(row["ratio_of_means"]), (patched - base)[there].mean() / gap, 1e-4, what + " ratio of means")
        # Bounds and p only of every seventh cell: they take a thousand times as long.
        if compared % 7 == 0:
            means = redrawn_means(ratios, rng)
            means = means[np.isfinite(means)]
            # With 1,000 redraws, the standard error of a 2.5th percentile is half a percent. Among thousands of cells,
            # some are off by four and a half times that.
            for bound, shares in (("low", (0.3, 5.0)), ("high", (95.0, 99.7))):
                least, most = np.percentile(means, shares)
                slack = 1e-5 * max(1.0, np.abs(means).max())
                assert least - slack <= number(row[bound]) <= most + slack, f"{what}: {bound}"
            if int(row["n"]) == len(ratios):
                p = permutation_p(ratios, rng)
                error = 4 * np.sqrt(max(p * (1 - p), 1e-4) * (1 / 20000 + 1 / 9999)) + 2e-4
                assert abs(number(row["p"]) - p) <= error, f"{what}: p: the table has {row['p']}, numpy {p}"
        compared += 1
    check_rates(rows, name)
    return len(rows)


def check_rates(rows, name):
    """Checks Benjamini and Hochberg's procedure over the cells of each metric."""
    for key in {(r["metric"], r["method"]) for r in rows}:
        own = [r for r in rows if (r["metric"], r["method"]) == key and r["p"]]
        p = np.array([float(r["p"]) for r in own])
        order = np.argsort(p)
        adjusted = np.minimum.accumulate((p[order] * len(p) / np.arange(1, len(p) + 1))[::-1])[::-1]
        wanted = np.empty_like(adjusted)
        wanted[order] = np.minimum(adjusted, 1)
        found = np.array([float(r["p_fdr"]) for r in own])
        assert np.allclose(found, wanted, atol=1e-12), f"{name} {key}: false discovery rates"


def main():
    results, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    with h5py.File(results) as file:
        check_baselines(file, folder)
        for name in file.get("sweeps", {}):
            count = check_sweep(file, name, folder / f"tables/sweep-{name}.csv")
            print(f"{name}: {count} rows")


main()
