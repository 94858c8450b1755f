"""Recomputes an analysis with numpy, scipy, scikit-learn and concept-erasure, and compares it number by number.

    python check_analysis.py FILE.json

FILE holds the `inputs` (named arrays: shape and numbers) and `results` (named flat arrays) that the test wrote. Numbers
agree if they differ by at most 1e-4 of the largest number of their array. Otherwise prints which arrays do not agree
and exits with status 1.
"""

import json
import sys

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import (
    adjusted_rand_score, brier_score_loss, normalized_mutual_info_score, roc_auc_score, silhouette_score,
)

try:
    import torch
    from concept_erasure import LeaceFitter
except ImportError:
    LeaceFitter = None
    print("concept-erasure is not installed: LEACE is compared with its formula in numpy")

TOLERANCE = 1e-4


def erasure(x, indicators):
    """LEACE as I - P, and the erased rows."""
    if LeaceFitter:
        fitter = LeaceFitter.fit(
            torch.tensor(x), torch.tensor(indicators), shrinkage=False, constrain_cov_trace=False, svd_tol=1e-6
        )
        return fitter.eraser.P.numpy(), fitter.eraser(torch.tensor(x)).numpy()
    centred = x - x.mean(0)
    values, vectors = np.linalg.eigh(np.cov(x.T))
    root = vectors * np.sqrt(values) @ vectors.T
    inverse = vectors / np.sqrt(values) @ vectors.T
    left, sizes, _ = np.linalg.svd(inverse @ centred.T @ (indicators - indicators.mean(0)) / (len(x) - 1))
    left = left[:, : (sizes > 1e-6).sum()]
    removal = root @ left @ left.T @ inverse
    return np.eye(x.shape[1]) - removal, x - centred @ removal.T


def signed(axes):
    """The rows, each with the sign that makes its entry of largest magnitude positive."""
    largest = np.abs(axes).argmax(axis=1)
    return axes * np.sign(axes[np.arange(len(axes)), largest])[:, None]


def unit(vector):
    return vector / np.linalg.norm(vector)


def calibration_error(probabilities, classes):
    bins = np.minimum((probabilities * 10).astype(int), 9)
    gaps = [abs(probabilities[bins == b].sum() - classes[bins == b].sum()) for b in range(10)]
    return sum(gaps) / len(classes)


def alignment(x, y):
    x, y = x - x.mean(0), y - y.mean(0)
    return np.linalg.norm(x.T @ y) ** 2 / (np.linalg.norm(x.T @ x) * np.linalg.norm(y.T @ y))


def expected(inputs, results):
    x, y, penalty = inputs["rows"], inputs["classes"].astype(int), float(inputs["penalty"][0])
    test, truth = inputs["test_rows"], inputs["test_classes"].astype(int)
    out = {}
    # Moments and components.
    out["mean"] = x.mean(0)
    out["covariance"] = np.cov(x.T)
    out["covariance_of_class_1"] = np.cov(x[y == 1].T)
    pca = PCA().fit(x)
    out["pca_variances"] = pca.explained_variance_[:4]
    out["pca_explained"] = pca.explained_variance_ratio_[:4]
    out["pca_axes"] = signed(pca.components_[:4])
    out["pca_projections"] = (x - x.mean(0)) @ signed(pca.components_[:4]).T
    spectrum = pca.explained_variance_
    out["participation_ratio"] = spectrum.sum() ** 2 / (spectrum**2).sum()
    # Directions.
    difference = x[y == 1].mean(0) - x[y == 0].mean(0)
    out["mean_difference"] = difference
    differences = inputs["positive"] - inputs["negative"]
    component = PCA(1).fit(differences).components_[0]
    out["paired_component"] = component * np.sign(differences.mean(0) @ component)
    for name, shrinkage in (("discriminant", 0.0), ("discriminant_shrunk", 0.3)):
        model = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=shrinkage or None).fit(x, y)
        out[name] = np.append(model.coef_[0], model.intercept_[0])
    few = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=0.5).fit(x[:9], y[:9])
    out["discriminant_of_few"] = np.append(few.coef_[0], few.intercept_[0])
    logistic = LogisticRegression(C=1 / penalty, tol=1e-12, max_iter=100000, solver="newton-cholesky").fit(x, y)
    out["logistic"] = np.append(logistic.coef_[0], logistic.intercept_[0])
    # LEACE, for two classes and for more.
    for name, classes in (("leace", y), ("leace_of_several", inputs["several"].astype(int))):
        indicators = np.eye(classes.max() + 1)[classes]
        out[name], out[name + "_erased"] = erasure(x, indicators[:, 1:] if name == "leace" else indicators)
    # Scores of the logistic reader on held-out rows.
    scores = logistic.decision_function(test)
    probabilities = logistic.predict_proba(test)[:, 1]
    out["scores"] = scores
    out["accuracy"] = logistic.score(test, truth)
    out["auc"] = roc_auc_score(truth, scores)
    out["brier"] = brier_score_loss(truth, probabilities)
    out["calibration_error"] = calibration_error(probabilities, truth)
    out["margin"] = np.mean(np.where(truth == 1, scores, -scores)) / np.linalg.norm(logistic.coef_)
    spread = np.sqrt(sum(((scores[truth == c] - scores[truth == c].mean()) ** 2).sum() for c in (0, 1)) / (len(truth) - 2))
    out["separation"] = (scores[truth == 1].mean() - scores[truth == 0].mean()) / spread
    directions = np.array([unit(difference), unit(logistic.coef_[0]), unit(out["discriminant"][:-1])])
    out["cosines"] = directions @ directions.T
    # Probes for several classes and for numbers.
    several = LogisticRegression(C=1 / penalty, tol=1e-10, max_iter=100000).fit(x, inputs["several"].astype(int))
    out["multinomial"] = several.coef_
    out["multinomial_biases"] = several.intercept_ - several.intercept_.mean()
    ridge = Ridge(alpha=penalty).fit(x, inputs["numbers"])
    out["ridge"] = np.append(ridge.coef_, ridge.intercept_)
    out["ridge_explained"] = ridge.score(x, inputs["numbers"])
    # Influence: training without each example in turn.
    out["influence_mean_difference"], out["influence_ridge"] = [], []
    for example in range(20):
        rest = np.arange(len(x)) != example
        without = x[rest][y[rest] == 1].mean(0) - x[rest][y[rest] == 0].mean(0)
        out["influence_mean_difference"].append(np.linalg.norm(without - difference) / np.linalg.norm(difference))
        without = Ridge(alpha=penalty).fit(x[rest], inputs["numbers"][rest]).coef_
        out["influence_ridge"].append(np.linalg.norm(without - ridge.coef_) / np.linalg.norm(ridge.coef_))
    # Geometry.
    means = np.array([x[y == c].mean(0) for c in (0, 1)])
    counts = np.array([(y == c).sum() for c in (0, 1)])
    between = (counts[:, None] * (means - x.mean(0)) ** 2).sum()
    within = sum(((x[y == c] - means[c]) ** 2).sum() for c in (0, 1))
    out["between_over_within"] = between / within
    out["silhouette"] = silhouette_score(x, y)
    out["alignment"] = alignment(x, inputs["other_rows"])
    out["alignment_of_wide"] = alignment(inputs["positive"], inputs["negative"])
    norms = np.linalg.norm(x, axis=1)
    out["norms"] = [norms.mean(), norms.std(ddof=1), norms.min(), np.median(norms), norms.max()]
    roots = np.sqrt((x**2).mean(0))
    out["outliers"] = [i for i in np.argsort(-roots) if roots[i] > 6 * np.median(roots)]
    # Clusters, from the same starting centres.
    start = results["kmeans_start"].reshape(-1, x.shape[1])
    clusters = KMeans(len(start), init=start, n_init=1, tol=0, max_iter=300).fit(x)
    out["kmeans_inertia"] = clusters.inertia_
    out["kmeans_clusters"] = clusters.labels_
    for name in ("ward", "average", "complete"):
        joins = linkage(x, name)
        out[f"{name}_distances"] = joins[:, 2]
        ours = results[f"{name}_clusters"].astype(int)
        theirs = fcluster(joins, 4, "maxclust")
        out[f"{name}_clusters"] = ours if adjusted_rand_score(ours, theirs) == 1 else theirs - 1
    several_labels = inputs["several"].astype(int)
    out["adjusted_rand"] = adjusted_rand_score(several_labels, clusters.labels_)
    out["information"] = normalized_mutual_info_score(several_labels, clusters.labels_)
    out["kmeans_start"] = results["kmeans_start"]
    return out


def main():
    with open(sys.argv[1]) as file:
        report = json.load(file)
    inputs = {k: np.array(v["numbers"], np.float64).reshape(v["shape"]) for k, v in report["inputs"].items()}
    results = {k: np.array(v, np.float64) for k, v in report["results"].items()}
    wanted = expected(inputs, results)
    failures = [f"{name}: not checked" for name in results.keys() - wanted.keys()]
    for name, theirs in wanted.items():
        theirs = np.asarray(theirs, np.float64).ravel()
        ours = results.get(name)
        if ours is None or ours.shape != theirs.shape:
            failures.append(f"{name}: {'missing' if ours is None else f'{ours.size} numbers'}, expected {theirs.size}")
            continue
        scale = max(np.abs(theirs).max(initial=0), 1e-12)
        error = np.abs(ours - theirs).max(initial=0) / scale
        print(f"{name:28} {theirs.size:7} numbers  {error:.1e}")
        if not error <= TOLERANCE:
            failures.append(f"{name}: off by {error:.1e} of {scale:.3g}")
    for failure in failures:
        print("FAILED", failure)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
