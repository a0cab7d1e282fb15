"""Makes shared/core/src/simulate/basis.bin: principal components of observed stars, for `balmer simulate`.

    python -m venv v && v/bin/pip install numpy scipy astropy
    v/bin/pip download --no-deps sdss-mangadap==4.5.0        # BSD-3; holds the MILES library
    v/bin/python tests/tools/make_simulation_basis.py sdss_mangadap-4.5.0-py3-none-any.whl

Source: the MILES library of observed stars (Sanchez-Blazquez et al. 2006, MNRAS 371, 703; parameters of
Cenarro et al. 2007, MNRAS 374, 664), air wavelengths 3540.5-7409.6 A, FWHM 2.5 A. Stars with H-alpha in
emission are left out: what is rare is planted later. Each spectrum goes to vacuum, to a resolution of
lambda / 1800 where MILES is finer, onto log10 pixels of 1e-4, and is divided by its mean; principal
components of the set follow, and each star's coefficients, nearest neighbours and type are kept.

Layout, little endian: magic b"BLMRSIM1"; u32 pixels, components, stars, neighbours; f64 log10 of the first
wavelength, f64 step; then for the mean and each component f32 scale and i16 values (value = scale * i16);
f32 scale of each coefficient; then for each star i16 coefficients, u16 neighbours, u8 type letter (0-6: OBAFGKM),
u8 subtype.
"""

import io
import re
import struct
import sys
import zipfile
from pathlib import Path

import numpy as np
from astropy.io import fits
from scipy.ndimage import gaussian_filter1d

COMPONENTS, NEIGHBORS = 20, 8
FIRST, STEP, PIXELS = 3.5660, 1e-4, 3022  # 3681-7382 A: the simulated axis and +-900 km/s around it
FOLDER = "mangadap/data/spectral_templates/miles/"
LETTERS = "OBAFGKM"
# emission-line stars of the library that the test of has_emission may miss
EMISSION = {204, 210, 751, 780, 838, 884, 890, 892}
# Teff at the start of each type, for stars whose type is not given
TEFF = [60000, 30000, 10000, 7300, 6000, 5300, 3900, 2300]


def air_to_vacuum(air):
    s2 = (1e4 / air) ** 2
    n = 1 + 8.336624212083e-5 + 0.02408926869968 / (130.1065924522 - s2) + 1.599740894897e-4 / (38.92568793293 - s2)
    return air * n


def read_parameters(text):
    """Type and Teff (K, or None) by MILES number, from the columns of paramsMILES_v9.1.txt."""
    stars = {}
    for line in text.splitlines()[3:]:
        number = re.match(r"\s*(\d{4})\s", line[22:29])
        if number:
            teff = re.fullmatch(r"\s*(\d+)\s*", line[50:57])
            stars[int(number[1])] = (line[35:50].strip(), float(teff[1]) if teff else None)
    return stars


def spectral_type(text, teff):
    found = re.match(r"(?:sd:?)?\s*([OBAFGKM])\s*(\d)?", text or "")
    if found and found[2]:
        return LETTERS.index(found[1]), int(found[2])
    if teff is None:
        return None
    letter = next(i for i in range(7) if teff >= TEFF[i + 1] or i == 6)
    return letter, int(np.clip(10 * (TEFF[letter] - teff) / (TEFF[letter] - TEFF[letter + 1]), 0, 9))


def to_survey(wave, flux, grid):
    """Vacuum, log pixels, resolution lambda / 1800 where that is coarser than MILES."""
    flux = np.interp(grid, wave, flux)
    width = np.sqrt(np.maximum((grid / 1800) ** 2 - 2.5**2, 0)) / 2.3548 / (grid * np.log(10) * STEP)
    steps = np.arange(0.5, 3.0, 0.25)
    versions = np.array([flux, *(gaussian_filter1d(flux, s) for s in steps)])
    level = np.interp(width, [0, *steps], np.arange(len(versions)))
    low = np.floor(level).astype(int)
    high = np.minimum(low + 1, len(versions) - 1)
    pixel = np.arange(len(grid))
    return versions[low, pixel] * (1 - level + low) + versions[high, pixel] * (level - low)


def has_emission(grid, flux):
    near = np.abs(grid - 6564.6) < 4
    around = (np.abs(grid - 6564.6) > 12) & (np.abs(grid - 6564.6) < 40)
    level = np.median(flux[around])
    continuum = np.polynomial.Polynomial.fit(grid[around], flux[around], 2)
    scatter = np.std(flux[around] - continuum(grid[around]))
    return flux[near].max() > max(1.03 * level + 3 * scatter, 1.06 * level)


def main(wheel):
    archive = zipfile.ZipFile(wheel)
    parameters = read_parameters(archive.read(FOLDER + "paramsMILES_v9.1.txt").decode("latin-1"))
    grid = 10 ** (FIRST + STEP * np.arange(PIXELS))
    rows, stars, left_out = [], [], []
    for name in sorted(n for n in archive.namelist() if re.fullmatch(FOLDER + r"MILES_res2.50_star_m\d{4}V.fits", n)):
        number = int(name[-10:-6])
        hdu = fits.open(io.BytesIO(archive.read(name)))[0]
        air = hdu.header["CRVAL1"] + hdu.header["CDELT1"] * np.arange(hdu.header["NAXIS1"])
        flux = to_survey(air_to_vacuum(air), hdu.data.astype(float), grid)
        text, teff = parameters.get(number, ("", None))
        kind = spectral_type(text, teff)
        if kind is None or number in EMISSION or has_emission(grid, flux) or flux.min() < -0.02 * flux.mean():
            left_out.append((number, text))
            continue
        rows.append(flux / flux.mean())
        stars.append(kind)
    rows = np.array(rows)
    mean = rows.mean(0)
    _, _, v = np.linalg.svd(rows - mean, full_matrices=False)
    v = v[:COMPONENTS]
    v *= np.sign(v[np.arange(COMPONENTS), np.abs(v).argmax(1)])[:, None]
    coefficients = (rows - mean) @ v.T
    residual = rows - mean - coefficients @ v
    window = np.abs(grid - 6565) < 100
    print(f"{len(rows)} stars, {len(left_out)} left out: {left_out}")
    print(f"rms residual {residual.std():.4f}, around H-alpha {residual[:, window].std():.4f} of the mean flux")
    print({letter: sum(s[0] == i for s in stars) for i, letter in enumerate(LETTERS)})

    distance = ((coefficients[:, None] - coefficients[None]) ** 2).sum(-1)
    np.fill_diagonal(distance, np.inf)
    nearest = np.argsort(distance, axis=1, kind="stable")[:, :NEIGHBORS]

    out = io.BytesIO()
    out.write(b"BLMRSIM1")
    out.write(struct.pack("<4I2d", PIXELS, COMPONENTS, len(rows), NEIGHBORS, FIRST, STEP))
    for vector in (mean, *v):
        scale = np.abs(vector).max() / 32767
        out.write(struct.pack("<f", scale))
        out.write(np.round(vector / scale).astype("<i2").tobytes())
    scales = np.abs(coefficients).max(0) / 32767
    out.write(scales.astype("<f4").tobytes())
    for star, kind in enumerate(stars):
        out.write(np.round(coefficients[star] / scales).astype("<i2").tobytes())
        out.write(nearest[star].astype("<u2").tobytes())
        out.write(bytes(kind))
    target = Path(__file__).parents[2] / "shared/core/src/simulate/basis.bin"
    target.write_bytes(out.getvalue())
    print(f"{target}: {len(out.getvalue())} bytes")


if __name__ == "__main__":
    main(sys.argv[1])
