#!/usr/bin/env python3
"""Makes the golden values of tests/golden from scikit-learn.

    python3 -m venv v && v/bin/pip install -r tests/tools/requirements.txt
    v/bin/pip download --no-deps --dest /tmp sdss-mangadap==4.5.0
    v/bin/python tests/tools/make_golden.py /tmp/sdss_mangadap-4.5.0-py3-none-any.whl

Matrices come from a linear congruential generator that shared/core/src/oracle/matrices.rs repeats bit by bit, so
that only scores are committed; the spectra are those of the MILES library (Sanchez-Blazquez+ 2006, Falcon-Barroso+
2011) as shipped, under BSD-3, in the PyPI package sdss-mangadap.

LOF uses a kd-tree on f64: scikit-learn's brute force subtracts squares and is off for near duplicates.
"""

import io
import sys
import warnings
import zipfile
from pathlib import Path

import numpy as np
from astropy.io import fits
from sklearn.decomposition import PCA
from sklearn.exceptions import ConvergenceWarning
from sklearn.neighbors import LocalOutlierFactor
from sklearn.semi_supervised import LabelPropagation, LabelSpreading

GOLDEN = Path(__file__).resolve().parent.parent / "golden"


def lcg(seed, count):
    """Uniform f32 in [0, 1): the upper 24 bits of a 64-bit linear congruential generator (Knuth's MMIX)."""
    state, mask, out = seed, (1 << 64) - 1, np.empty(count, np.float32)
    for i in range(count):
        state = (state * 6364136223846793005 + 1442695040888963407) & mask
        out[i] = (state >> 40) / np.float32(1 << 24)
    return out


def random(n, d, seed):
    return lcg(seed, n * d).reshape(n, d)


def clustered(n, d, seed):
    """Three clusters: the i-th row belongs to cluster i % 3, of size 1/4, 1/2, 1, two units apart."""
    x = random(n, d, seed)
    cluster = np.arange(n) % 3
    size = np.array([0.25, 0.5, 1.0], np.float32)[cluster]
    return x * size[:, None] + (np.float32(2) * cluster.astype(np.float32))[:, None]


def duplicates(n, d, seed):
    """Random rows; the last eighth repeats the first one, and 30 more repeat row 7."""
    x = random(n, d, seed)
    eighth = n // 8
    x[n - eighth:] = x[:eighth]
    x[100:130] = x[7]
    return x


def miles(wheel):
    """MILES in the window 6519-6732 A, 140 pixels, each spectrum scaled to [-1, 1]."""
    grid, rows = np.linspace(6519, 6732, 140), []
    with zipfile.ZipFile(wheel) as archive:
        names = sorted(n for n in archive.namelist() if "spectral_templates/miles/" in n and ".fits" in n)
        for name in names:
            with fits.open(io.BytesIO(archive.read(name))) as hdus:
                header, flux = hdus[0].header, np.asarray(hdus[0].data, float).ravel()
            wave = header["CRVAL1"] + header["CDELT1"] * (np.arange(flux.size) + 1 - header.get("CRPIX1", 1))
            row = np.interp(grid, wave, flux)
            span = row.max() - row.min()
            if np.isfinite(row).all() and span > 0:
                rows.append(2 * (row - row.min()) / span - 1)
    return np.array(rows, np.float32)


def lof(name, x, ks):
    columns = []
    for k in ks:
        model = LocalOutlierFactor(n_neighbors=k, algorithm="kd_tree").fit(x.astype(float))
        columns.append(-model.negative_outlier_factor_)
    save(f"lof-{name}", np.stack(columns, axis=1))


def diffuse(name, x, y, gamma, alpha=None, max_iter=1000, tol=1e-3):
    rule = LabelPropagation if alpha is None else LabelSpreading
    extra = {} if alpha is None else {"alpha": alpha}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = rule(kernel="rbf", gamma=gamma, max_iter=max_iter, tol=tol, **extra).fit(x.astype(float), y)
    print(f"  {name}: {model.n_iter_} iterations")
    save(name, model.label_distributions_)


def pca(name, x, components):
    model = PCA(n_components=components, svd_solver="full")
    projected = model.fit_transform(x.astype(float))
    save(f"pca-{name}-components", model.components_)
    save(f"pca-{name}-variance", model.explained_variance_)
    save(f"pca-{name}-projected", projected.astype(np.float32))


def seeds(n, every):
    """Every `every`-th row is labelled, with the classes in turn."""
    row = np.arange(n)
    return np.where(row % every == 0, (row // every) % 3, -1)


def save(name, array):
    np.save(GOLDEN / f"{name}.npy", np.ascontiguousarray(array))


def main():
    GOLDEN.mkdir(exist_ok=True)
    spectra = miles(sys.argv[1])
    print("spectra", spectra.shape)
    save("spectra-miles", spectra)
    tiny, small, large = random(50, 2, 1), random(500, 10, 2), random(5000, 140, 3)
    groups, copies = clustered(600, 8, 4), duplicates(400, 5, 5)
    lof("random-50x2", tiny, [5, 20, 49])
    for name, x in [("random-500x10", small), ("random-5000x140", large), ("clustered-600x8", groups),
                    ("duplicates-400x5", copies), ("spectra", spectra)]:
        lof(name, x, [5, 20, 100])

    by_cluster = np.where(np.arange(600) < 9, np.arange(600) % 3, -1)
    diffuse("spreading-random-50x2", tiny, seeds(50, 10), 20.0, alpha=0.2)
    diffuse("spreading-clustered-600x8", groups, by_cluster, 0.5, alpha=0.8)
    diffuse("spreading-spectra", spectra, seeds(len(spectra), 30), 0.5, alpha=0.2)
    diffuse("spreading-random-5000x140", large, seeds(5000, 100), 0.2, alpha=0.2)
    diffuse("propagation-random-50x2", tiny, seeds(50, 10), 20.0)
    diffuse("propagation-clustered-600x8", groups, by_cluster, 0.5)
    diffuse("propagation-spectra", spectra, seeds(len(spectra), 30), 0.5, max_iter=150)
    diffuse("propagation-spectra-5-iterations", spectra, seeds(len(spectra), 30), 20.0, max_iter=5)
    diffuse("propagation-random-5000x140", large, seeds(5000, 100), 0.2, max_iter=20)

    pca("clustered-600x8", groups, 3)
    pca("spectra", spectra, 10)
    pca("wide-spectra", spectra[:40], 5)


if __name__ == "__main__":
    main()
