#!/usr/bin/env python3
"""Makes tests/golden/counts.json: tails of counts as scipy has them, clusters by density as scikit-learn has them.

    python3 -m venv v && v/bin/pip install -r tests/tools/requirements.txt
    v/bin/python tests/tools/make_counts_golden.py

Hypergeometric cases are [inside, population, marked, drawn, P(X >= inside)], binomial ones [inside, drawn, probability,
P(X >= inside)]. False discovery rates are those of scipy.stats.false_discovery_control.
"""

import json
from pathlib import Path

import numpy as np
import scipy
import sklearn
from scipy.stats import binom, false_discovery_control, hypergeom
from sklearn.cluster import DBSCAN

rng = np.random.default_rng(2024)
hypergeometric, binomial = [], []
for population in (5, 60, 1763, 40_000, 1_000_000):
    for _ in range(12):
        marked = int(rng.integers(0, population + 1)) if rng.random() < 0.5 else int(rng.integers(0, min(population, 60) + 1))
        drawn = int(rng.integers(0, min(population, 400) + 1))
        expected = drawn * marked / population
        inside = int(min(drawn, marked, max(0, round(expected + rng.integers(-2, 12)))))
        p = float(hypergeom.sf(inside - 1, population, marked, drawn))
        if p > 1e-280:
            hypergeometric.append([inside, population, marked, drawn, p])
hypergeometric += [[12, 1763, 120, 15, float(hypergeom.sf(11, 1763, 120, 15))], [1, 10, 0, 3, 0.0], [0, 10, 4, 3, 1.0]]
for _ in range(40):
    drawn, probability = int(rng.integers(1, 400)), float(10 ** rng.uniform(-4, -0.05))
    inside = int(min(drawn, max(0, round(drawn * probability + rng.integers(-2, 9)))))
    p = float(binom.sf(inside - 1, drawn, probability))
    if p > 1e-280:
        binomial.append([inside, drawn, probability, p])
p = [float(x) for x in 10 ** rng.uniform(-8, 0, 25)] + [0.01, 0.01, 1.0]
dbscan = []
for eps, fewest in ((0.3, 4), (0.5, 6), (0.8, 4)):
    blobs = [rng.normal(c, 0.25, (n, 2)) for c, n in (((0, 0), 30), ((2.2, 0), 25), ((0, 2.5), 8))]
    points = np.round(rng.permutation(np.vstack([*blobs, rng.uniform(-3, 5, (25, 2))])), 3)
    labels = DBSCAN(eps=eps, min_samples=fewest).fit_predict(points)
    dbscan.append({"eps": eps, "min_samples": fewest, "points": points.tolist(), "labels": labels.tolist()})
document = {
    "made_by": f"tests/tools/make_counts_golden.py with scipy {scipy.__version__}, numpy {np.__version__}, scikit-learn {sklearn.__version__}",
    "hypergeometric": hypergeometric,
    "binomial": binomial,
    "dbscan": dbscan,
    "false_discovery": [p, [float(q) for q in false_discovery_control(p, method="bh")]],
}
path = Path(__file__).parents[1] / "golden" / "counts.json"
path.write_text(json.dumps(document, separators=(",", ":")) + "\n")
print(path, len(hypergeometric), len(binomial))
