"""Recomputes everything that `patchbay analyze` writes from the cached activations, and compares it.

    python check_analyze.py PATH/TO/patchbay [--model FOLDER_OR_BUNDLED] [--keep FOLDER]

It writes analysis files that use every kind and option of Documentation/analysis-file.md (analyze_files.py), runs them,
selects the activations from the caches itself (analyze_selection.py) and computes each dataset in float64 with numpy,
scipy, scikit-learn and concept-erasure (analyze_reference.py). Numbers agree if they differ by at most 1e-4 of the
largest number of their array at a place, or of 1 for scores. Numbers that depend on a seeded generator are only checked
for consistency: intervals must enclose their value, random directions must have length 1 and the scores that follow
from them. Prints a line per dataset, with the number of places and the largest deviation. If some do not agree, prints
which and exits with status 1.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

import h5py
import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.stats import kurtosis
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score, silhouette_score

import analyze_reference as reference
from analyze_files import DEFAULTS, files_of, prepare
from analyze_selection import Cache, Selection, layer_of, numbers, text, texts

TOLERANCE = 1e-4
METHODS = ["mean-difference", "paired-component", "logistic", "discriminant", "leace", "random", "shuffled"]
SCORES = ["accuracy", "auc", "calibration_error", "brier", "margin", "separation"]


# MARK: the comparison


class Report:
    def __init__(self):
        self.places, self.worst, self.failures, self.skipped = defaultdict(int), defaultdict(float), [], set()

    def compare(self, name, stored, expected, floor=1e-6):
        """Checks that the largest error is within the tolerance of the largest expected number, or of `floor` if that
        is larger. NaN agrees with NaN."""
        stored, expected = np.asarray(stored, np.float64), np.asarray(expected, np.float64)
        self.places[name] += 1
        if stored.shape != expected.shape:
            return self.fail(name, f"shape {stored.shape}, expected {expected.shape}")
        if (np.isnan(stored) != np.isnan(expected)).any():
            return self.fail(name, f"{np.isnan(stored).sum()} NaN, expected {np.isnan(expected).sum()}")
        scale = max(np.nanmax(np.abs(expected), initial=0), floor)
        error = np.nanmax(np.abs(stored - expected), initial=0) / scale
        self.worst[name] = max(self.worst[name], error)
        if not error <= TOLERANCE:
            self.fail(name, f"off by {error:.1e} of {scale:.3g}")

    def same(self, name, condition, what):
        self.places[name] += 1
        if not condition:
            self.fail(name, what)

    def fail(self, name, what):
        self.failures.append((name, f"{self.where}: {what}"))


class Check:
    """One analysis: its group, its selection, and the checks of its kind."""

    def __init__(self, report, group, selection, name):
        self.report, self.group, self.selection, self.name = report, group, selection, name
        self.settings, self.touched = selection.settings, set()

    def stored(self, dataset, place):
        self.touched.add(dataset)
        return self.group[dataset][place]

    def compare(self, dataset, place, expected, **options):
        if dataset not in self.group:
            return self.same(dataset, False, "is missing")
        self.report.compare(f"{self.name} {dataset}", self.stored(dataset, place), expected, **options)

    def same(self, dataset, condition, what):
        self.touched.add(dataset)
        self.report.same(f"{self.name} {dataset}", condition, what)

    def interval(self, dataset, place, redraws=1000):
        low, value, high = (np.asarray(self.stored(dataset + end, place), np.float64) for end in ("_low", "", "_high"))
        known = np.isfinite(value) & (redraws > 0)
        slack = 1e-6 * (1 + np.abs(value[known] if value.ndim else value))
        inside = (low[known] <= value[known] + slack) & (value[known] <= high[known] + slack)
        # Redraws omit some examples and repeat others, which biases scores that are not means: allow another width.
        bend = high[known] - low[known]
        if dataset in ("calibration_error", "separation", "r2"):
            inside = (low[known] - bend <= value[known] + slack) & (value[known] <= high[known] + bend + slack)
        self.same(dataset + "_low", inside.all(), f"intervals do not enclose {value[known][~inside]}")
        self.touched.add(dataset + "_high")

    def run(self):
        self.report.where = "scales"
        selection, group = self.selection, self.group
        for scale, expected in (("source", list(selection.sources)), ("hook", selection.hooks)):
            if scale in group and self.settings["kind"] != "similarity":
                found = list(texts(group[scale][:]))
                if scale == "source" and selection.labels == "cache":
                    expected = found
                self.same(scale, found == expected, f"{found}, expected {expected}")
        if selection.classes and "classes" in group.attrs:
            self.same("classes", list(texts(group.attrs["classes"])) == selection.classes, "not the requested ones")
        if self.settings["kind"] == "similarity":
            return self.similarity()
        if "layer" in group:
            self.same("layer", list(group["layer"][:]) == [layer_of(h) for h in selection.hooks], "not the layers of the hooks")
        if selection.heads is not None:
            self.same("head", list(group["head"][:]) == selection.heads, "not the requested ones")
        for s, (source, parts) in enumerate(selection.sources.items()):
            self.report.where = source
            items = self.items_of(s, parts)
            for h, hook in enumerate(selection.hooks):
                for p, where in enumerate(selection.positions):
                    for a, head in enumerate([None] if selection.heads is None else selection.heads):
                        self.report.where = f"{source} {hook} {where}" + (f" head {head}" if head is not None else "")
                        vectors = [selection.vector(item, hook, "every" if item[2] is not None else where, head) for item in items]
                        there = np.array([v is not None for v in vectors])
                        self.there, self.items = there, [item for item, t in zip(items, there) if t]
                        self.labels = np.array([self.chosen[item] for item in self.items], object)
                        x = np.array([v for v in vectors if v is not None])
                        place = (s, h, p) if head is None else (s, h, p, a)
                        getattr(self, self.settings["kind"])(place, x)
        scales = {d.keys()[0] for dataset in group.values() for d in dataset.dims if len(d)}
        for dataset in set(group) - self.touched - scales:
            self.same(dataset, False, "was not checked")

    def items_of(self, s, parts):
        """The items of a source in the file's order, after a check that they are the ones selected here."""
        chosen, group = self.selection.items(parts), self.group
        self.chosen = chosen
        if "item_example" not in group:
            return list(chosen)
        examples = self.stored("item_example", s)
        count = int((examples >= 0).sum())
        positions, tokens = self.stored("item_position", s), texts(self.stored("item_token", s))
        runs = texts(self.stored("item_run", s)) if "item_run" in group else None
        every = self.selection.positions == ["every"]
        items, names = [], {"/".join(filter(None, part)): part for part in parts}
        for i in range(count):
            part = names.get(runs[i]) if runs is not None else parts[0]
            items.append((part, int(examples[i]), int(positions[0, i]) if every else None))
        self.same("item_example", sorted(map(str, items)) == sorted(map(str, chosen)), f"{len(items)} items, expected {len(chosen)}")
        if "item_label" in group:
            labels = list(texts(self.stored("item_label", s))[:count])
            self.same("item_label", labels == [chosen.get(item, "?") for item in items], "not the prompts' labels")
        for p, where in enumerate(self.selection.positions):
            for i, ((name, run), example, token) in enumerate(items):
                cache = self.selection.caches[name]
                token = cache.token(where, run, example) if token is None and where != "mean" else token
                found = positions[p, i]
                self.same("item_position", found == (-1 if token is None else token), f"{where}, item {i}: {found}, expected {token}")
                if token is not None:
                    self.same("item_token", tokens[p, i] == cache.tokens[run][example][token], f"{where}, item {i}: {tokens[p, i]!r}")
        return items

    # MARK: the kinds of analysis

    def classes_of(self):
        names = self.selection.classes or sorted(set(self.labels))
        return np.array([names.index(label) for label in self.labels]), names

    def pairs_of(self, training, y):
        """The rows of x that form pairs, as (positive, negative)."""
        key, found = self.settings.get("pairs"), defaultdict(lambda: ([], []))
        for i in np.flatnonzero(training):
            (name, run), example, token = self.items[i]
            value = self.selection.caches[name].labels[key][example] if key else (name, example, token)
            found[value][1 - y[i]].append(i)
        return [(positive[0], negative[0]) for positive, negative in found.values() if len(positive) == len(negative) == 1]

    def readers(self, place, x):
        settings, report = self.settings, self.report
        paired = settings.get("labels") == "run" or "pairs" in settings
        methods = settings.get("methods") or [m for m in METHODS if paired or m != "paired-component"]
        self.same("method", list(texts(self.group["method"][:])) == methods, "not the requested ones")
        penalty, shrinkage = settings.get("penalty", 1), settings.get("shrinkage", 0.1)
        y, _ = self.classes_of()
        split = self.stored("split", place[0])[: len(self.there)][self.there]
        train, test = split == 0, split == 1
        self.check_split(split, y)
        self.compare("trained", place, train.sum())
        self.compare("tested", place, test.sum())
        xt, yt = x[train], y[train]
        low, high = reference.means_of(xt, yt)
        curve = settings.get("curve", [])
        directions = self.stored("direction", place)
        for m, method in enumerate(methods):
            at, bias, at_name = place + (m,), None, report.where
            report.where = f"{at_name} {method}"
            if method == "mean-difference":
                weight = high - low
            elif method == "paired-component":
                pairs = self.pairs_of(train, y)
                weight = reference.paired_component(np.array([x[a] - x[b] for a, b in pairs]))
            elif method == "logistic":
                weight, bias = reference.logistic(xt, yt, penalty)
            elif method == "discriminant":
                weight, bias = reference.discriminant(xt, yt, shrinkage)
            elif method == "leace":
                weight = self.check_eraser(place, xt, yt)
            else:
                weight = self.stored("weight", at).astype(np.float64)
                bias = self.stored("bias", at) if method == "shuffled" else None
            self.compare("length", at, np.linalg.norm(weight) if method != "random" else 1)
            if bias is None:
                weight = reference.unit(weight)
                weight = weight if weight @ (high - low) > 0 else -weight
                bias = -weight @ (low + high) / 2
            slope, intercept = (1, 0) if method in ("logistic", "discriminant", "shuffled") else reference.platt(xt @ weight + bias, yt)
            self.compare("weight", at, weight)
            self.compare("direction", at, reference.unit(weight))
            self.compare("bias", at, bias, floor=np.abs(xt @ weight).max())
            self.compare("calibration_slope", at, slope)
            self.compare("calibration_intercept", at, intercept, floor=1)
            s = x[test] @ weight + bias
            expected = reference.scores(s, reference.sigmoid(slope * s + intercept), y[test], np.linalg.norm(weight))
            # Scores that differ only by rounding may be tied or not: allow any AUC between the two cases.
            ends = [reference.roc_auc_score(y[test], s + side * 1e-6 * np.abs(s).max() * y[test]) for side in (-1, 1)]
            expected["auc"] = np.clip(self.stored("auc", at), *ends)
            for score in SCORES:
                self.compare(score, at, expected[score], floor=1)
            if curve:
                mean, bottom, top = (self.stored("curve_accuracy" + end, at) for end in ("", "_low", "_high"))
                fine = (bottom <= mean + 1e-6) & (mean <= top + 1e-6) & (bottom >= 0) & (top <= 1)
                self.same("curve_accuracy", fine.all() if method != "shuffled" else np.isnan(mean).all(), f"{bottom} {mean} {top}")
                curved, lengths = self.stored("curve_direction", at), self.stored("curve_length", at)
                none = np.isnan(curved).all(1)
                self.same("curve_direction", none.all() == (method == "shuffled") and (none.all() or not none.any()), "NaN in some rows")
                self.same("curve_direction", none.all() or np.allclose(np.linalg.norm(curved, axis=1), 1, atol=1e-5), "not of length 1")
                self.same("curve_length", (np.isnan(lengths) == none).all() and (none.all() or (lengths > 0).all()), f"{lengths}")
                if curve[-1] * 2 == train.sum() and method not in ("random", "shuffled"):
                    self.compare("curve_accuracy", at + (-1,), expected["accuracy"], floor=1)
                    # With all pairs, the training examples are the same for every draw.
                    if method != "logistic":
                        self.compare("curve_direction", at + (-1,), self.stored("direction", at))
                        self.compare("curve_length", at + (-1,), self.stored("length", at))
            if settings.get("influence"):
                cosines = reference.influence(method, xt, yt, penalty, shrinkage)
                missing = np.full(self.group["influence"].shape[-1], np.nan)
                if cosines is not None:
                    missing[np.flatnonzero(self.there)[train]] = 1 - cosines
                self.compare("influence", at, missing, floor=1e-3) if cosines is None else self.report.compare(
                    f"{self.name} influence", 1 - self.stored("influence", at).astype(np.float64), missing, floor=1e-3)
            report.where = at_name
        for score in SCORES:
            self.interval(score, place, settings.get("redraws", 1000))
        self.compare("cosine", place, directions @ directions.T)
        others = np.moveaxis(self.group["direction"][(place[0], slice(None)) + place[2:]], 1, 0)
        self.compare("cosine_across", place, np.einsum("mf,mhf->mh", directions, others))

    def check_split(self, split, y):
        train, by = split == 0, self.settings.get("split", {}).get("by")
        share = self.settings.get("split", {}).get("train", 0.7)
        used = min(self.settings.get("limit", 50000), len(split))
        self.same("split", (split >= 0).sum() == used, f"{(split < 0).sum()} items on neither side")
        key = by or self.settings.get("pairs")
        sides = defaultdict(set)
        for (part, example, token), side in zip(self.items, split):
            if side < 0:
                continue
            cache = self.selection.caches[part[0]]
            sides[cache.labels[key][example] if key else (part[0], example)].add(side)
        self.same("split", all(len(side) == 1 for side in sides.values()), "a group is on both sides")
        if not by:
            shares = [train[(y == c) & (split >= 0)].mean() for c in set(y)]
            self.same("split", max(abs(s - share) for s in shares) < 0.05, f"shares {shares}")

    def check_eraser(self, place, xt, yt):
        parts = {name: self.stored("eraser_" + name, place).astype(np.float64) for name in ("mean", "removed", "reading")}
        self.compare("eraser_mean", place, xt.mean(0))
        low, high = reference.means_of(xt, yt)
        if reference.LeaceFitter:
            erased = xt - (xt - xt.mean(0)) @ reference.erasure(xt, yt).T
            ours = xt - np.outer((xt - parts["mean"]) @ parts["reading"], parts["removed"])
            self.report.compare(f"{self.name} eraser", ours - xt.mean(0), erased - xt.mean(0))
        else:
            self.report.skipped.add("LEACE against concept-erasure, which is not installed; it was compared with its formula")
        return reference.leace_reading(xt, yt)

    def probes(self, place, x):
        settings, numeric = self.settings, self.settings.get("target") == "numbers"
        prediction = self.stored("prediction", place)[: len(self.there)][self.there]
        test = np.isfinite(prediction)
        train, penalty = ~test, settings.get("penalty", 1)
        self.compare("trained", place, train.sum())
        self.compare("tested", place, test.sum())
        if numeric:
            y = self.labels.astype(float)
            weight, bias = reference.ridge(x[train], y[train], penalty)
            told = x @ weight + bias
            residual = ((y - told)[test] ** 2).sum()
            self.compare("r2", place, 1 - residual / ((y[test] - y[test].mean()) ** 2).sum(), floor=1)
            self.compare("rmse", place, np.sqrt(residual / test.sum()))
            self.interval("r2", place, settings.get("redraws", 1000))
        else:
            y, names = self.classes_of()
            self.check_split(test.astype(int), y)
            weight, bias = reference.multinomial(x[train], y[train], len(names), penalty)
            told = (x @ weight.T + bias).argmax(1)
            right = (told == y)[test].mean()
            self.compare("accuracy", place, right, floor=1)
            self.interval("accuracy", place, settings.get("redraws", 1000))
            self.compare("chance", place, np.bincount(y[test]).max() / test.sum(), floor=1)
            confusion = np.zeros((len(names),) * 2)
            np.add.at(confusion, (y[test], told[test]), 1)
            self.compare("confusion", place, confusion, floor=1)
            if "control" in settings:
                self.interval("control_accuracy", place, settings.get("redraws", 1000))
                self.compare("selectivity", place, right - self.stored("control_accuracy", place), floor=1)
        expected = np.full(self.group["prediction"].shape[-1], np.nan)
        expected[np.flatnonzero(self.there)[test]] = told[test]
        self.compare("prediction", place, expected)
        self.compare("weight", place, weight)
        self.compare("bias", place, bias, floor=1)

    def components(self, place, x):
        count = self.settings.get("count", 10)
        covariance = np.cov(x.T)
        values, vectors = np.linalg.eigh(covariance)
        values, vectors = values[::-1], vectors[:, ::-1].T
        self.compare("mean", place, x.mean(0))
        self.compare("total_variance", place, values.sum())
        self.compare("participation_ratio", place, values.sum() ** 2 / (values**2).sum())
        self.compare("variance", place, values[:count])
        self.compare("explained", place, values[:count] / values.sum())
        axes = self.stored("axis", place).astype(np.float64)
        self.same("axis", (axes.max(1) >= -axes.min(1)).all(), "their largest entries are not positive")
        self.report.compare(f"{self.name} axis", axes @ axes.T, np.eye(count))
        self.report.compare(f"{self.name} axis", axes @ covariance, values[:count, None] * axes)
        for c in range(count):
            if min(values[c] - values[c + 1], values[c - 1] - values[c] if c else np.inf) > 1e-3 * values[0]:
                self.compare("axis", place + (c,), vectors[c] * np.sign(vectors[c] @ axes[c]))
        if self.settings.get("project", True):
            self.compare("projection", place, self.spread((x - x.mean(0)) @ axes.T).T)
        else:
            self.same("projection", "projection" not in self.group, "should not be there")

    def spread(self, values):
        """[item, ...]: the values of the items that exist at this place, NaN for the others."""
        out = np.full((self.group["item_example"].shape[1],) + values.shape[1:], np.nan)
        out[np.flatnonzero(self.there)] = values
        return out

    def separation(self, place, x):
        between, within = reference.scatter(x, self.labels)
        self.compare("between_over_within", place, between / within)
        self.compare("explained", place, between / (between + within))
        if self.settings.get("silhouette", True):
            self.compare("silhouette", place, silhouette_score(x, self.labels.astype(str)), floor=1)

    def clusters(self, place, x):
        methods = self.settings.get("methods", ["kmeans", "ward"])
        count = self.settings.get("count") or (len(set(self.labels)) if self.settings.get("labels") else 2)
        self.same("method", list(texts(self.group["method"][:])) == methods, "not the requested ones")
        for m, method in enumerate(methods):
            clusters = self.stored("cluster", place + (m,))
            self.same("cluster", (clusters[: len(self.there)][self.there] >= 0).sum() == (clusters >= 0).sum(), "items that do not exist at this place")
            clusters = clusters[: len(self.there)][self.there]
            held = clusters >= 0
            self.same("cluster", len(set(clusters[held])) == count and held.sum() == min(len(x), self.settings.get("limit", 5000)),
                      f"{len(set(clusters[held]))} clusters of {held.sum()}")
            rows, clusters, labels = x[held], clusters[held], self.labels[held].astype(str)
            if method == "kmeans":
                inertia, strays = reference.lloyd(rows, clusters)
                self.compare("inertia", place, inertia)
                self.same("cluster", strays == 0, f"k-means: {strays:.0%} of the items are nearer to another mean")
                best = KMeans(count, n_init=50, random_state=0, tol=0).fit(rows).inertia_
                self.same("inertia", inertia <= best * 1.05, f"{inertia}, scikit-learn finds {best}")
            else:
                theirs = fcluster(linkage(rows, method), count, "maxclust")
                self.same("cluster", adjusted_rand_score(theirs, clusters) == 1, f"{method}: not the clusters of scipy")
            if self.settings.get("labels"):
                self.compare("adjusted_rand", place + (m,), adjusted_rand_score(labels, clusters), floor=1)
                self.compare("normalized_information", place + (m,), normalized_mutual_info_score(labels, clusters), floor=1)

    def similarity(self):
        selection, rows, names = self.selection, [], []
        sources = {source: selection.items(parts) for source, parts in selection.sources.items()}
        for source, items in sources.items():
            for hook in selection.hooks:
                for where in selection.positions:
                    rows.append(np.array([selection.vector(item, hook, where, None) for item in items]))
                    names.append((source, hook, str(where), layer_of(hook)))
        stored = list(zip(*(texts(self.group[k][:]) for k in ("source", "hook", "position")), self.group["layer"][:]))
        self.touched |= {"source", "hook", "position", "layer"}
        self.same("place", stored == names, f"{stored[:3]}, expected {names[:3]}")
        units = [x / np.linalg.norm(x, axis=1, keepdims=True) for x in rows]
        everything = (slice(None), slice(None))
        self.compare("cka", everything, [[reference.alignment(a, b) for b in rows] for a in rows])
        self.compare("cosine", everything, [[(a * b).sum(1).mean() if a.shape == b.shape else np.nan for b in units] for a in units])

    def norms(self, place, x):
        norms = np.linalg.norm(x, axis=1)
        for name, value in (("mean", norms.mean()), ("deviation", norms.std(ddof=1)), ("smallest", norms.min()), ("median", np.median(norms)),
                            ("largest", norms.max())):
            self.compare(name, place, value, floor=norms.max())
        sizes = np.sqrt((x**2).mean(0))
        width = self.group["root_mean_square"].shape[-1]
        padded = np.full(width, np.nan)
        padded[: len(sizes)] = sizes
        self.compare("root_mean_square", place, padded)
        outliers = sizes > self.settings.get("threshold", 6) * np.median(sizes)
        self.compare("outliers", place, outliers.sum())
        self.compare("is_outlier", place + (slice(0, len(sizes)),), outliers)

    def trajectory(self, place, x):
        settings = self.settings
        train = settings["train"]
        select = {k: v for k, v in settings["select"].items() if k in ("hooks", "layers", "heads")} | DEFAULTS["select"] | train["select"]
        hook = self.selection.hooks[place[1]]
        trained = Selection(self.selection.caches, settings | train | {"select": select})
        (parts,) = trained.sources.values()
        items = trained.items(parts)
        vectors = [(trained.vector(item, hook, trained.positions[0], None), label) for item, label in items.items()]
        xt = np.array([v for v, _ in vectors if v is not None])
        yt = np.array([train["classes"].index(label) for v, label in vectors if v is not None])
        low, high = reference.means_of(xt, yt)
        method = settings["method"]
        direction = {"mean-difference": lambda: high - low, "logistic": lambda: reference.logistic(xt, yt, settings["penalty"])[0],
                     "discriminant": lambda: reference.discriminant(xt, yt, settings["shrinkage"])[0],
                     "leace": lambda: reference.leace_reading(xt, yt)}[method]()
        direction = reference.unit(direction)
        centroids = np.array([low, high])
        self.compare("direction", place, direction)
        self.compare("centroid_mean", place, centroids)
        self.compare("centroid_coordinate", place, centroids @ direction)
        along, (start, end) = x @ direction, centroids @ direction
        self.compare("coordinate", place, self.spread(along))
        self.compare("share", place, self.spread((along - start) / (end - start)))
        self.compare("distance", place, self.spread(np.linalg.norm(x[:, None] - centroids, axis=2)).T)

    def units(self, place, x):
        settings, along = self.settings, self.settings.get("along")
        items = self.items
        if along is None:
            wanted = numbers(settings.get("units"), x.shape[1])
            self.same("unit", list(self.group["unit"][:]) == wanted, "not the requested ones")
            values = x[:, wanted]
        elif along.startswith("direction"):
            values = (x @ np.load(self.selection.caches["pairs"].folder / "direction.npy").astype(float))[:, None]
        else:
            readers = self.group.parent[along]
            hook = list(texts(readers["hook"][:])).index(self.selection.hooks[place[1]])
            method = list(texts(readers["method"][:])).index(settings.get("method", text(readers["method"][0])))
            values = (x @ readers["direction"][0, hook, 0, method].astype(np.float64))[:, None]
        size = np.abs(values).max()
        self.compare("active_share", place, (values > settings.get("threshold", 0)).mean(0), floor=1)
        self.compare("mean", place, values.mean(0), floor=size)
        self.compare("deviation", place, values.std(0))
        self.compare("excess_kurtosis", place, kurtosis(values), floor=1)
        self.compare("smallest", place, values.min(0), floor=size)
        self.compare("largest", place, values.max(0), floor=size)
        histogram = self.stored("histogram", place)
        top = settings.get("top", 5)
        stored = {k: self.stored("top_" + k, place) for k in ("value", "example", "position", "token", "text")}
        for u in range(values.shape[1]):
            expected = np.histogram(values[:, u], settings.get("bins", 40))[0]
            # A value within a rounding error of an edge may be counted on either side of it.
            edges = np.abs(np.cumsum(histogram[u]) - np.cumsum(expected))
            self.same("histogram", edges.max() <= (1 if along else 0) and histogram[u].sum() == len(x), f"unit {u}: {edges.max()} in different bins")
            ranked = np.sort(values[:, u])[::-1][:top]
            self.compare("top_value", place + (u,), ranked, floor=size)
            by_example = {}
            for item, value in zip(items, values[:, u]):
                by_example[item[1], self.token_of(item, place)] = (value, item)
            for r in range(len(ranked)):
                value, item = by_example.get((int(stored["example"][u, r]), int(stored["position"][u, r])), (np.nan, None))
                self.same("top_example", abs(value - ranked[r]) <= TOLERANCE * size, f"unit {u}, rank {r}: {value}, expected {ranked[r]}")
                if item:
                    token = text(stored["token"][u, r])
                    tokens = self.selection.caches[item[0][0]].tokens[item[0][1]][item[1]]
                    self.same("top_token", token == tokens[stored["position"][u, r]], f"{token!r}")
                    self.same("top_text", token.strip() in text(stored["text"][u, r]), text(stored["text"][u, r]))
        self.touched |= {"top_value", "top_example", "top_position", "top_token", "top_text"}

    def token_of(self, item, place):
        (name, run), example, token = item
        return token if token is not None else self.selection.caches[name].token(self.selection.positions[place[2]], run, example)

    def matrix(self, place, x):
        self.compare("activation", place, self.spread(x))


# MARK: the files


def check(folder, patchbay, name, caches, defaults, analyses, report):
    # JSON is valid YAML.
    (folder / f"{name}.yaml").write_text(json.dumps({"name": name, "caches": caches} | defaults | {"analyses": analyses}, indent=1))
    subprocess.run([patchbay, "analyze", folder / f"{name}.yaml", "--output", folder, "--quiet"], check=True, stdout=subprocess.DEVNULL)
    results = folder / f"{name}.analysis.h5"
    with h5py.File(results) as file:
        found = {text(cache): Cache(folder / text(path), folder) for cache, path in zip(file.attrs["caches"], file.attrs["cache_files"])}
        for analysis in analyses:
            settings = defaults | analysis | {"select": defaults.get("select", {}) | analysis.get("select", {})}
            if "labels" in analysis and "classes" not in analysis:
                # The classes of the file apply only to the labels of the file.
                settings["classes"] = ["corrupted", "clean"] if analysis["labels"] == "run" else None
            title = f"{name + '/' + analysis['name']:32}"
            try:
                Check(report, file["analyses"][analysis["name"]], Selection(found, settings), title).run()
            except Exception as error:
                report.fail(title, f"{type(error).__name__}: {error}")
    try:
        import xarray
    except ImportError:
        report.skipped.add("opening the groups with xarray, which is not installed")
        return
    for analysis in analyses:
        report.where = "xarray"
        try:
            with xarray.open_dataset(results, group=f"analyses/{analysis['name']}", engine="h5netcdf") as opened:
                report.same(f"{name + '/':32} opened by xarray", opened.sizes and opened.attrs["kind"] == analysis["kind"], analysis["name"])
        except Exception as error:
            report.same(f"{name + '/':32} opened by xarray", False, f"{analysis['name']}: {error}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("patchbay")
    parser.add_argument("--model", default="bundled:ioi")
    parser.add_argument("--keep", help="a folder in which the files are kept; without it they are deleted")
    arguments = parser.parse_args()
    report = Report()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(arguments.keep or scratch).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        patchbay = str(Path(arguments.patchbay).resolve())
        model = arguments.model if arguments.model.startswith("bundled:") else str(Path(arguments.model).resolve())
        prepare(folder, patchbay, model)
        for name, caches, defaults, analyses in files_of(model):
            check(folder, patchbay, name, caches, defaults, analyses, report)
    for name in report.places:
        print(f"{name:58} {report.places[name]:7} compared  {report.worst[name]:.1e}")
    for skipped in sorted(report.skipped):
        print("skipped:", skipped)
    shown = defaultdict(int)
    for name, failure in report.failures:
        shown[name] += 1
        if shown[name] <= 4:
            print("FAILED", name, failure)
    if report.failures:
        print(f"{len(report.failures)} comparisons disagree")
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
