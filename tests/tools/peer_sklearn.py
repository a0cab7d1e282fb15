"""scikit-learn's Local Outlier Factor and label spreading."""

import warnings

import numpy as np
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.neighbors import LocalOutlierFactor
from sklearn.semi_supervised import LabelSpreading

warnings.simplefilter("ignore", ConvergenceWarning)


def lof(x, k):
    """By brute force, the fastest that it has in more than a few dimensions."""
    model = LocalOutlierFactor(n_neighbors=k, algorithm="brute", n_jobs=-1).fit(x)
    return -model.negative_outlier_factor_


def graph(x, neighbours):
    """Joins every row with each of its neighbours, either way; the graph stays in this process."""
    global edges
    n, k = neighbours.shape
    ends = np.arange(0, n * k + 1, k)
    directed = sparse.csr_matrix((np.ones(n * k), neighbours.ravel().astype(np.int32), ends), shape=(n, n))
    edges = directed.maximum(directed.T).tocoo()


def spread_along(x, labels, settings):
    """Along the graph that was made before."""
    return LabelSpreading(kernel=lambda *_: edges, n_jobs=-1, **settings).fit(x, labels).label_distributions_


def spread(x, labels, k, settings):
    model = LabelSpreading(kernel="knn", n_neighbors=k, n_jobs=-1, **settings)
    return model.fit(x, labels).label_distributions_
