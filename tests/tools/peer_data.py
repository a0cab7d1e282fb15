#!/usr/bin/env python3
"""Writes the matrices that engines and peers are measured on, as .npy of f32 in C order; the seed decides every bit.

    peer_data.py survey -o X.npy --n 50000 [--d 140|2000] --spectra FOLDER    real LAMOST spectra, perturbed to size
    peer_data.py noise -o X.npy --n 50000 [--d 140]                           white noise: nothing prunes
    peer_data.py cube -o X.npy --n 50000 [--d 3]                              points of the unit cube
    peer_data.py lowrank -o X.npy --n 50000 [--d 140] [--noise 0.03]          12 smooth components and noise

`survey` reads FOLDER/**/*.fits.gz as LAMOST publishes them (DR10, COADD), or the MILES library's *.fits. Each row is a spectrum drawn at random, mixed
with one of its nearest 12 (0.3 to 0.7 of it), so that no two rows share a star; shifted by a radial velocity (40 km/s);
given noise from its own inverse variance, on its own pixels, as much as the mixing took. Then what the default recipe does: 6519-6732 Angstrom on 140
pixels, a quadratic continuum clipped and divided out, min-max to [-1, 1]. With d = 2000, a whole spectrum instead: 4000-8000
Angstrom (MILES: 7300) in log wavelength, its continuum left in.
"""

import argparse
import glob
import os
import zlib

import numpy as np
from concurrent.futures import ThreadPoolExecutor

STEP = 1e-4  # of LAMOST's pixels, in log10 of the wavelength
LIGHT = 299_792.458  # km/s
NEIGHBOURS = 12
CHUNK = 2_000


def lamost(path):
    """Wavelengths in Angstrom, flux and noise of the good pixels; the share of them."""
    from astropy.io import fits

    with fits.open(path, memmap=False) as hdus:
        row = hdus["COADD"].data[0]
        axis, flux, ivar, mask = (row[name].astype("f8") for name in ("WAVELENGTH", "FLUX", "IVAR", "ANDMASK"))
    good = (ivar > 0) & (mask == 0) & np.isfinite(flux)
    return axis, flux, np.where(good, ivar, 1) ** -0.5, good


def miles(path):
    """The same; a library's star has no noise to speak of and is given that of LAMOST's spectra."""
    from astropy.io import fits

    with fits.open(path, memmap=False) as hdus:
        flux, head = hdus[0].data.astype("f8"), hdus[0].header
    axis = head["CRVAL1"] + head["CDELT1"] * np.arange(flux.size)
    signal_to_noise = 100 * np.exp(0.8 * np.random.default_rng(zlib.crc32(path.encode()[-30:])).standard_normal())
    return axis, flux, np.full(flux.shape, np.median(flux) / signal_to_noise), np.isfinite(flux)


def templates(folder, low, high):
    """Flux and noise of every usable spectrum on LAMOST's pixels from low to high, flux with a median of 1."""
    grid = np.arange(np.log10(low), np.log10(high), STEP)

    def read(path):
        axis, flux, noise, good = (lamost if path.endswith(".gz") else miles)(path)
        axis = np.log10(axis)
        inside = (axis >= grid[0]) & (axis <= grid[-1])
        if axis[0] > grid[0] or axis[-1] < grid[-1] or good[inside].mean() < 0.9:
            return None
        flux, noise = (np.interp(grid, axis[good], values[good]) for values in (flux, noise))
        level = np.median(flux)
        return (despiked(flux) / level, noise / level) if level > 0 else None

    paths = sorted(glob.glob(os.path.join(folder, "**", "*.fits*"), recursive=True))
    with ThreadPoolExecutor() as pool:
        usable = [pair for pair in pool.map(read, paths) if pair is not None]
    if len(usable) <= NEIGHBOURS:
        raise SystemExit(f"{len(usable)} usable spectra in {folder}: give --spectra a folder of LAMOST's or MILES's")
    flux, noise = (np.array(part) for part in zip(*usable))
    return grid, flux, noise


def despiked(flux):
    """Lone pixels more than ten times the noise above or below the running median become their neighbours' mean."""
    window = np.lib.stride_tricks.sliding_window_view(np.pad(flux, 5, mode="edge"), 11)
    residual = np.abs(flux - np.median(window, axis=1))
    flat = np.maximum(np.pad(residual, 1)[:-2], np.pad(residual, 1)[2:])
    spikes = (residual > 10 * 1.4826 * np.median(residual)) & (flat <= 0.35 * residual)
    return np.interp(np.arange(flux.size), np.flatnonzero(~spikes), flux[~spikes])


def nearest(rows):
    """The nearest NEIGHBOURS rows of each, by blocks."""
    squares = (rows**2).sum(1)
    distance = squares[:, None] + squares - 2 * rows @ rows.T
    np.fill_diagonal(distance, np.inf)
    return np.argpartition(distance, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]


def minmax(x):
    low, high = x.min(1, keepdims=True), x.max(1, keepdims=True)
    return 2 * (x - low) / (high - low) - 1


def without_continuum(x):
    """Rows divided by a quadratic, fitted again without pixels that lie two sigma off. Rows whose continuum is not
    positive are rejected by the recipe: here they keep theirs."""
    t = np.linspace(-1, 1, x.shape[1])
    powers = np.stack([t**0, t, t**2])
    weight = np.ones_like(x)
    for _ in range(3):
        normal = np.einsum("nj,aj,bj->nab", weight, powers, powers, optimize=True)
        right = (weight * x) @ powers.T
        fit = np.linalg.solve(normal, right[:, :, None])[:, :, 0] @ powers
        residual = np.abs(x - fit)
        sigma = 1.4826 * np.median(residual, axis=1, keepdims=True)
        weight = (residual < 2 * sigma).astype(x.dtype)
    return np.where(fit.min(1, keepdims=True) > 0, x / np.where(fit > 0, fit, 1), x)


class Survey:
    def __init__(self, folder, d, continuum):
        self.whole = d > 1000
        reach = 8000 if glob.glob(os.path.join(folder, "**", "*.fits.gz"), recursive=True) else 7300
        low, high = (4000, reach) if self.whole else (6519, 6732)
        self.grid, self.flux, self.noise = templates(folder, low * 0.995, high * 1.005)
        if self.whole:
            # edges of the pixels: flux is averaged over them
            self.target = np.linspace(np.log10(low), np.log10(high), d + 1)
        else:
            self.target = np.log10(np.linspace(low, high, d))
        self.divide = continuum == "divide" or (continuum == "recipe" and not self.whole)
        rows = self.features(self.flux, np.zeros(len(self.flux)))
        self.near = nearest(rows)

    def features(self, flux, velocity):
        """Rows of flux on the native pixels, shifted, on the target's pixels and scaled."""
        position = (self.target - self.grid[0]) / STEP - np.log10(1 + velocity / LIGHT)[:, None] / STEP
        if self.whole:
            flux = np.pad(np.cumsum(flux, axis=1), ((0, 0), (1, 0)))
            position += 0.5  # the native pixel i reaches from i - 0.5 to i + 0.5
        left = position.astype(np.int32)
        share = position - left
        rows = np.take_along_axis(flux, left, 1) * (1 - share) + np.take_along_axis(flux, left + 1, 1) * share
        if self.whole:
            rows = np.diff(rows, axis=1)
        return minmax(without_continuum(rows) if self.divide else rows)

    def fill(self, out, rng):
        n = len(out)
        i = rng.integers(0, len(self.flux), n)
        j = self.near[i, rng.integers(0, NEIGHBOURS, n)]
        share = rng.uniform(0.3, 0.7, (n, 1))
        flux = (1 - share) * self.flux[i] + share * self.flux[j]
        # two mixed spectra have less noise than one: what is added brings back the survey's own
        flux += np.sqrt(2 * share * (1 - share)) * self.noise[i] * rng.standard_normal(flux.shape, dtype=np.float32)
        out[:] = self.features(flux, np.clip(rng.normal(0, 40, n), -200, 200))


def noise_rows(out, rng):
    out[:] = rng.standard_normal(out.shape, dtype=np.float32)


def cube_rows(out, rng):
    out[:] = rng.random(out.shape, dtype=np.float32)


class LowRank:
    """12 smooth components of falling weight, noise of a given share of the rows' standard deviation a pixel, min-max."""

    def __init__(self, d, noise, rng):
        steps = np.cumsum(rng.standard_normal((12, d)), axis=1)
        self.basis = (steps - steps.mean(1, keepdims=True)) / steps.std(1, keepdims=True)
        self.noise = noise

    def fill(self, out, rng):
        weights = rng.standard_normal((len(out), 12)) * np.linspace(1, 0.1, 12)
        rows = weights @ self.basis
        rows += self.noise * rng.standard_normal(rows.shape, dtype=np.float32)
        out[:] = minmax(rows)


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=["survey", "noise", "cube", "lowrank"])
    parser.add_argument("-o", "--output", required=True)
    parser.add_argument("--n", type=int, default=50_000)
    parser.add_argument("--d", type=int, default=140)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--spectra", help="folder of LAMOST .fits.gz, for survey")
    parser.add_argument("--continuum", choices=["recipe", "divide", "keep"], default="recipe")
    parser.add_argument("--noise", type=float, default=0.03, help="noise a pixel, for lowrank")
    args = parser.parse_args(arguments)
    if args.kind == "survey":
        if not args.spectra:
            parser.error("survey needs --spectra")
        fill = Survey(args.spectra, args.d, args.continuum).fill
    elif args.kind == "lowrank":
        fill = LowRank(args.d, args.noise, np.random.default_rng(args.seed)).fill
    else:
        fill = cube_rows if args.kind == "cube" else noise_rows
    part = args.output + ".part"
    x = np.lib.format.open_memmap(part, mode="w+", dtype=np.float32, shape=(args.n, args.d))

    # every chunk has its own generator and is drawn whole: a smaller matrix is the start of a larger one
    def chunk(start):
        rows = np.empty((CHUNK, args.d), np.float32)
        fill(rows, np.random.default_rng([args.seed, start]))
        x[start : start + CHUNK] = rows[: args.n - start]
        return np.isfinite(rows).all()

    with ThreadPoolExecutor() as pool:
        if not all(pool.map(chunk, range(0, args.n, CHUNK))):
            raise SystemExit("some values are not finite")
    x.flush()
    os.replace(part, args.output)


if __name__ == "__main__":
    main()
