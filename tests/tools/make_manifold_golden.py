#!/usr/bin/env python3
"""Makes the golden values of the maps in tests/golden (umap-*) from umap-learn and scikit-learn.

    python3 -m venv v && v/bin/pip install -r tests/tools/requirements.txt
    v/bin/python tests/tools/make_manifold_golden.py

Matrices are those of make_golden.py, whose spectra (tests/golden/spectra-miles.npy) must be there. umap-learn counts a
row among its own neighbours, so that its n_neighbors is ours and one more. Neighbours are exact, from f64, ties by index.

umap-curves.npy                        rows of min_dist, spread, a, b
umap-NAME-scales.npy                   sigma, rho of each row
umap-NAME-graph.npy                    rows of i, j, membership of the fuzzy union, by i and j
umap-NAME-trustworthiness.npy          of umap-learn's maps, by random_state 0, 1, 2; spectral start, all else as it comes
"""

import warnings

import numpy as np
from make_golden import GOLDEN, clustered, duplicates, random, save
from sklearn.manifold import trustworthiness
from umap import UMAP
from umap.umap_ import find_ab_params, fuzzy_simplicial_set, smooth_knn_dist

CURVES = [(0.1, 1.0), (0.0, 1.0), (0.001, 1.0), (0.5, 1.0), (0.99, 1.0), (0.1, 0.5), (0.25, 2.0), (1.0, 5.0)]
SEEDS = [0, 1, 2]


def table(x, k):
    """The k nearest others of each row behind the row itself: indices and distances, as umap-learn wants them."""
    x = x.astype(float)
    indices, distances = np.empty((len(x), k + 1), np.int32), np.empty((len(x), k + 1), np.float32)
    for i, row in enumerate(x):
        apart = np.sqrt(((x - row) ** 2).sum(axis=1))
        apart[i] = -1
        indices[i] = np.argsort(apart, kind="stable")[: k + 1]
        distances[i] = np.maximum(apart[indices[i]], 0)
    return indices, distances


def graph(name, x, k):
    indices, distances = table(x, k)
    sigmas, rhos = smooth_knn_dist(distances, float(k + 1), local_connectivity=1.0)
    fuzzy, *_ = fuzzy_simplicial_set(
        x, k + 1, np.random.RandomState(0), "euclidean", knn_indices=indices, knn_dists=distances
    )
    fuzzy = fuzzy.tocsr()
    fuzzy.sort_indices()
    fuzzy = fuzzy.tocoo()
    save(f"umap-{name}-scales", np.stack([sigmas, rhos], axis=1).astype(np.float32))
    save(f"umap-{name}-graph", np.stack([fuzzy.row, fuzzy.col, fuzzy.data], axis=1).astype(np.float32))


def maps(name, x, k):
    found = []
    for seed in SEEDS:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            places = UMAP(n_neighbors=k + 1, random_state=seed).fit_transform(x)
        found.append(trustworthiness(x, places, n_neighbors=15))
    print(f"  {name}: trustworthiness {found}")
    save(f"umap-{name}-trustworthiness", np.array(found))


def main():
    save("umap-curves", np.array([(m, s, *find_ab_params(s, m)) for m, s in CURVES]))
    graph("random-50x2", random(50, 2, 1), 15)
    graph("duplicates-400x5", duplicates(400, 5, 5), 10)
    spectra = np.load(GOLDEN / "spectra-miles.npy")
    for name, x in [("clustered-600x8", clustered(600, 8, 4)), ("spectra", spectra)]:
        maps(name, x, 15)


if __name__ == "__main__":
    main()
