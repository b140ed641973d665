"""Logistic regression on standardised features as scikit-learn finds it: python3 make_linear_probe.py > linear_probe.json

scikit-learn 1.9, NumPy 2.4. `coef` is [classes, features] of the standardised features; `objective` is
-1/n sum log softmax[y] + 1/(2 C n) |W|^2.
"""

import json

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

rng = np.random.default_rng(7)
cases = []
for name, n, d, labels, c in [
    ("three classes", 60, 4, [-2, 0, 7], 1.0),
    ("strong penalty", 50, 3, [1, 2, 3, 4], 0.05),
    ("more features than samples", 20, 30, [0, 1, 2], 1.0),
]:
    y = rng.choice(labels, n)
    centres = rng.normal(0, 1.5, (len(labels), d))
    x = centres[np.searchsorted(labels, y)] + rng.normal(0, 1, (n, d))
    x = (x * rng.uniform(0.1, 5, d) + rng.normal(0, 3, d)).astype(np.float32)
    scaled = StandardScaler().fit_transform(x.astype(np.float64))
    model = LogisticRegression(C=c, tol=1e-12, max_iter=100000).fit(scaled, y)
    logp = model.predict_log_proba(scaled)[np.arange(n), np.searchsorted(labels, y)]
    cases.append(
        {
            "name": name,
            "shape": [n, d],
            "features": x.ravel().astype(float).tolist(),
            "labels": y.tolist(),
            "l2": 1 / c,
            "coef": model.coef_.ravel().tolist(),
            "intercept": model.intercept_.tolist(),
            "objective": float(-logp.mean() + (model.coef_**2).sum() / (2 * c * n)),
            "predicted": model.predict(scaled).tolist(),
        }
    )
print(json.dumps({"cases": cases}))
