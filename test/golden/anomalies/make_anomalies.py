"""Makes anomalies.json: what scikit-learn says of scores that rank anomalies.

Run: python make_anomalies.py [SHOES.csv BIOPSIES.csv]   (needs numpy and scikit-learn)

The two files are the scores.csv of docs/results.md, "Anomalies": a model of shoes that looks at shoes and bags, and a model of
benign biopsies that looks at benign and malignant ones. Without them their cases are taken from anomalies.json as it is.
"""
import csv
import json
import pathlib
import sys
import warnings

import numpy as np
import sklearn
from sklearn.metrics import average_precision_score, precision_score, recall_score, roc_auc_score

HERE = pathlib.Path(__file__).parent
rng = np.random.default_rng(20261129)


def measured(scores, anomaly, threshold):
    scores, anomaly = np.asarray(scores, float), np.asarray(anomaly, int)
    flagged = (scores > threshold).astype(int)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of samples that are all normal, or none of which is flagged
        auc = roc_auc_score(anomaly, scores)
        return {
            "scores": scores.tolist(),
            "anomaly": anomaly.tolist(),
            "threshold": threshold,
            "rocAuc": None if np.isnan(auc) else float(auc),
            "averagePrecision": float(average_precision_score(anomaly, scores)),
            "precision": float(precision_score(anomaly, flagged)),
            "recall": float(recall_score(anomaly, flagged)),
            "flagged": int(flagged.sum()),
        }


def from_csv(path, is_anomaly):
    rows = list(csv.DictReader(open(path)))
    return [float(f"{float(row['mse']):.9g}") for row in rows], [int(is_anomaly(row["label"])) for row in rows]


def real_cases(files):
    if files:
        shoes, biopsies = files
        return {
            "shoes and bags": (*from_csv(shoes, lambda label: label == "8"), 0.05),
            "biopsies": (*from_csv(biopsies, lambda label: label == "1"), 1.5),
        }
    before = json.loads((HERE / "anomalies.json").read_text())["cases"]
    return {
        name: (before[name]["scores"], before[name]["anomaly"], before[name]["threshold"])
        for name in ("shoes and bags", "biopsies")
    }


anomaly = rng.random(200) < 0.15
shifted = rng.normal(size=200) + 1.5 * anomaly
cases = {
    "no ties": (shifted.round(9), anomaly, 1.0),
    "many ties": (shifted.round(0), anomaly, 1.0),  # scores equal to the threshold are not flagged
    "all equal": (np.ones(7), [0, 1, 0, 0, 1, 0, 0], 0.5),
    "perfect": ([1, 2, 3, 4], [0, 0, 1, 1], 2.5),
    "the wrong way round": ([4, 3, 2, 1], [0, 0, 1, 1], 2.5),
    "none flagged": ([1, 2, 3, 4], [0, 1, 0, 1], 4),
    "one anomaly": ([1, 2, 2, 0.5], [0, 0, 1, 0], 1.5),
    "no anomalies": ([1, 2, 3], [0, 0, 0], 1.5),
    "anomalies only": ([1, 2, 3], [1, 1, 1], 1.5),
    **real_cases(sys.argv[1:]),
}
out = {
    "cases": {name: measured(*case) for name, case in cases.items()},
    "made_with": f"scikit-learn {sklearn.__version__}, numpy {np.__version__}",
}
(HERE / "anomalies.json").write_text(json.dumps(out) + "\n")
print((HERE / "anomalies.json").stat().st_size, "bytes")
