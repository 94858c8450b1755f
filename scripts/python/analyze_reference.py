"""The formulas of Documentation/analysis.md in numpy, scipy and scikit-learn, for check_analyze.py. Everything is in
float64; x has a row per item."""

import numpy as np
from scipy.spatial.distance import cdist
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score

try:
    import torch
    from concept_erasure import LeaceFitter
except ImportError:
    LeaceFitter = None


def unit(vector):
    return vector / np.linalg.norm(vector)


def sigmoid(x):
    return 1 / (1 + np.exp(-np.clip(x, -700, 700)))


def means_of(x, y):
    return x[y == 0].mean(0), x[y == 1].mean(0)


def newton(loss_gradient_hessian, start):
    """The minimum of a convex function, to full precision; a step is halved until it decreases the loss."""
    at = start
    loss, gradient, hessian = loss_gradient_hessian(at)
    for _ in range(200):
        step = np.linalg.solve(hessian, gradient)
        size = 1.0
        while size > 1e-6 and not loss_gradient_hessian(at - size * step)[0] <= loss:
            size /= 2
        at = at - size * step
        before = loss
        loss, gradient, hessian = loss_gradient_hessian(at)
        if size <= 1e-6 or before - loss <= 1e-15 * abs(before):
            break
    return at


def logistic(x, y, penalty):
    """scikit-learn's optimum, refined by Newton steps: its tolerance is too loose where only the penalty bounds the
    weights."""
    first = LogisticRegression(C=1 / penalty, tol=1e-8, max_iter=10000).fit(x, y)
    rows = np.column_stack([x, np.ones(len(x))])
    ridge = np.append(np.full(x.shape[1], penalty), 0.0)

    def objective(weights):
        z = rows @ weights
        p = sigmoid(z)
        loss = np.logaddexp(0, np.where(y == 1, -z, z)).sum() + (ridge * weights**2).sum() / 2
        return loss, rows.T @ (p - y) + ridge * weights, (rows.T * (p * (1 - p))) @ rows + np.diag(ridge)

    weights = newton(objective, np.append(first.coef_[0], first.intercept_[0]))
    return weights[:-1], weights[-1]


def multinomial(x, classes, count, penalty):
    """Weights [class, feature], and biases that sum to 0. scikit-learn fits two classes as one logistic probe, so each
    class gets half of its weights."""
    if count == 2:
        weights, bias = logistic(x, classes, penalty / 2)
        return np.array([-weights, weights]) / 2, np.array([-bias, bias]) / 2
    # The optimum lies in the space that the rows span, which is smaller if they are few.
    basis = np.linalg.svd(x, full_matrices=False)[2] if len(x) < x.shape[1] else np.eye(x.shape[1])
    x = x @ basis.T
    first = LogisticRegression(C=1 / penalty, tol=1e-8, max_iter=10000).fit(x, classes)
    rows, width = np.column_stack([x, np.ones(len(x))]), x.shape[1] + 1
    biases = np.tile(np.append(np.zeros(x.shape[1]), 1.0), count)
    ridge = np.tile(np.append(np.full(x.shape[1], penalty), 0.0), count)
    wanted = np.eye(count)[classes]

    def objective(flat):
        z = rows @ flat.reshape(count, width).T
        z -= z.max(1, keepdims=True)
        log_p = z - np.log(np.exp(z).sum(1, keepdims=True))
        p = np.exp(log_p)
        # Adding a constant to all biases changes nothing, so their sum is constrained to 0.
        hessian = np.diag(ridge) + np.outer(biases, biases)
        for a in range(count):
            for b in range(count):
                curvature = (rows.T * (p[:, a] * ((a == b) - p[:, b]))) @ rows
                hessian[a * width : (a + 1) * width, b * width : (b + 1) * width] += curvature
        loss = -(wanted * log_p).sum() + (ridge * flat**2).sum() / 2 + (biases @ flat) ** 2 / 2
        return loss, ((p - wanted).T @ rows).ravel() + ridge * flat + (biases @ flat) * biases, hessian

    best = newton(objective, np.column_stack([first.coef_, first.intercept_]).ravel()).reshape(count, width)
    return best[:, :-1] @ basis, best[:, -1]


def discriminant(x, y, shrinkage):
    if shrinkage:
        model = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=shrinkage).fit(x, y)
        return model.coef_[0], model.intercept_[0]
    # scikit-learn's least squares drops only eigenvalues below one rounding error, so it fits noise if the scatter is
    # singular.
    low, high = means_of(x, y)
    within = sum((x[y == c] - mean).T @ (x[y == c] - mean) for c, mean in ((0, low), (1, high))) / len(x)
    weights = np.linalg.pinv(within, rcond=1e-10, hermitian=True) @ (high - low)
    return weights, np.log((y == 1).sum() / (y == 0).sum()) - weights @ (low + high) / 2


def paired_component(differences):
    centred = differences - differences.mean(0)
    axis = np.linalg.svd(centred, full_matrices=False)[2][0]
    return axis if differences.mean(0) @ axis > 0 else -axis


def erasure(x, y):
    """LEACE's map from concept-erasure: the removal in x -> x - removal (x - mean)."""
    fitter = LeaceFitter.fit(
        torch.tensor(x), torch.tensor(y[:, None].astype(float)), shrinkage=False, constrain_cov_trace=False, svd_tol=1e-6
    )
    return np.eye(x.shape[1]) - fitter.eraser.P.numpy()


def leace_reading(x, y):
    """The direction in which LEACE reads: W u, where W is the inverse square root of the covariance and u is the unit
    vector along W (m_1 - m_0)."""
    low, high = means_of(x, y)
    solved = np.linalg.pinv(np.cov(x.T), rcond=1e-10, hermitian=True) @ (high - low)
    return solved / np.sqrt(solved @ (high - low))


def platt(scores, y):
    """The slope and intercept of P(class 1), fitted to Platt's targets."""
    ones, zeros = (y == 1).sum(), (y == 0).sum()
    target = np.where(y == 1, (ones + 1) / (ones + 2), 1 / (zeros + 2))
    rows = np.column_stack([scores, np.ones(len(scores))])

    def objective(fit):
        z = rows @ fit
        p = sigmoid(z)
        return (np.logaddexp(0, z) - target * z).sum(), rows.T @ (p - target), (rows.T * (p * (1 - p))) @ rows

    return newton(objective, np.zeros(2))


def scores(s, p, y, length):
    """The scores of a reader with values s and probabilities p of class 1, whose weights are `length` long."""
    spread = np.sqrt(sum(((s[y == c] - s[y == c].mean()) ** 2).sum() for c in (0, 1)) / (len(y) - 2))
    bins = np.minimum((p * 10).astype(int), 9)
    return {
        "accuracy": ((s > 0) == (y == 1)).mean(),
        "auc": roc_auc_score(y, s),
        "calibration_error": sum(abs(p[bins == b].sum() - y[bins == b].sum()) for b in range(10)) / len(y),
        "brier": brier_score_loss(y, p),
        "margin": np.where(y == 1, s, -s).mean() / length,
        "separation": (s[y == 1].mean() - s[y == 0].mean()) / spread,
    }


def influence(method, x, y, penalty, shrinkage):
    """The cosine between the direction with and without each item; None for methods without a formula."""
    low, high = means_of(x, y)
    out, n, width = [], len(x), x.shape[1]
    counts, means = {0: (y == 0).sum(), 1: (y == 1).sum()}, {0: low, 1: high}
    if method == "logistic":
        weights, bias = logistic(x, y, penalty)
        rows = np.column_stack([x, np.ones(n)])
        p = sigmoid(x @ weights + bias)
        hessian = (rows.T * (p * (1 - p))) @ rows + np.diag(np.append(np.full(width, penalty), 0.0))
        for i in range(n):
            without = hessian - p[i] * (1 - p[i]) * np.outer(rows[i], rows[i])
            step = np.linalg.solve(without, (p[i] - y[i]) * rows[i])
            out.append(unit(weights) @ unit(weights + step[:-1]))
        return np.array(out)
    if method not in ("mean-difference", "discriminant"):
        return None
    within = sum((x[y == c] - means[c]).T @ (x[y == c] - means[c]) for c in (0, 1))
    fixed = shrinkage * np.trace(within / n) / width * np.eye(width)
    whole = high - low
    if method == "discriminant":
        whole = np.linalg.solve((1 - shrinkage) * within / n + fixed, whole)
    for i in range(n):
        c = int(y[i])
        centred = x[i] - means[c]
        moved = means[c] - centred / (counts[c] - 1)
        direction = moved - low if c else high - moved
        if method == "discriminant":
            rest = within - counts[c] / (counts[c] - 1) * np.outer(centred, centred)
            direction = np.linalg.solve((1 - shrinkage) * rest / n + fixed, direction)
        out.append(unit(direction) @ unit(whole))
    return np.array(out)


def ridge(x, y, penalty):
    centred = x - x.mean(0)
    weights = np.linalg.solve(centred.T @ centred + penalty * np.eye(x.shape[1]), centred.T @ (y - y.mean()))
    return weights, y.mean() - weights @ x.mean(0)


def alignment(x, y):
    x, y = x - x.mean(0), y - y.mean(0)
    return np.linalg.norm(x.T @ y) ** 2 / (np.linalg.norm(x.T @ x) * np.linalg.norm(y.T @ y))


def scatter(x, labels):
    """The traces of the scatter between classes and within them."""
    between = within = 0.0
    for c in set(labels):
        rows = x[labels == c]
        between += len(rows) * ((rows.mean(0) - x.mean(0)) ** 2).sum()
        within += ((rows - rows.mean(0)) ** 2).sum()
    return between, within


def lloyd(x, clusters):
    """The inertia, and the share of items that are nearer to the mean of another cluster than to that of their own."""
    names = sorted(set(clusters))
    means = np.array([x[clusters == c].mean(0) for c in names])
    distances = cdist(x, means) ** 2
    own = distances[np.arange(len(x)), np.searchsorted(names, clusters)]
    return own.sum(), (distances.min(1) < own * (1 - 1e-5)).mean()
