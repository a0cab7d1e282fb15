#!/usr/bin/env python3
"""Makes tests/golden/reader.json: what astropy finds in each file of the real-data fixtures.

    make_reader_golden.py REAL_DATA_FOLDER > tests/golden/reader.json

For each spectrum: number of pixels, first, middle and last wavelength (Angstrom, as the file's own
medium has it), the sum of finite flux values and of their absolute values, the medium, and whether a
variance is stated. The wavelengths come from the survey's documentation, by code that shares nothing
with the product. Needs astropy (made with 8.0).
"""

import json
import sys
import warnings
from pathlib import Path

import numpy as np
from astropy.io import fits
from astropy.io.votable import parse_single_table

warnings.simplefilter("ignore")


def entry(wavelength, flux, medium, ivar):
    w = np.asarray(wavelength, float).ravel()
    f = np.asarray(flux, float).ravel().astype(np.float32).astype(float)
    assert len(w) == len(f)
    good = np.isfinite(f)
    return {
        "pixels": len(w),
        "first": float(w[0]),
        "middle": float(w[len(w) // 2]),
        "last": float(w[-1]),
        "flux_sum": float(f[good].sum()),
        "flux_abs": float(np.abs(f[good]).sum()),
        "medium": medium,
        "ivar": ivar,
    }


def loglinear(header, n):
    return 10 ** (header["COEFF0"] + header["COEFF1"] * np.arange(n))


def linear(header, n):
    step = header.get("CDELT1", header.get("CD1_1"))
    return header["CRVAL1"] + step * (np.arange(n) + 1 - header.get("CRPIX1", 1))


def read(path, folder):
    if folder.startswith("lamost-mrs"):
        with fits.open(path) as h:
            return [
                (f"-{arm}", entry(10.0 ** h[f"COADD_{arm}"].data["LOGLAM"].astype(float),
                                  h[f"COADD_{arm}"].data["FLUX"], "vacuum", True))
                for arm in "BR"
            ]
    if path.name == "cross-matched.csv":
        return []
    if folder.startswith("lamost") or folder == "ondrejov-pairs":
        with fits.open(path) as h:
            header = h[0].header
            flux = h[0].data[0] if len(h) == 1 else h["COADD"].data["FLUX"][0]
            return [("", entry(loglinear(header, len(flux)), flux, "vacuum", True))]
    if folder == "sdss-dr7":
        with fits.open(path) as h:
            flux = h[0].data[0]
            return [("", entry(loglinear(h[0].header, len(flux)), flux, "vacuum", True))]
    if folder.startswith("sdss"):
        with fits.open(path) as h:
            d = h["COADD"].data
            return [("", entry(10.0 ** d["loglam"].astype(float), d["flux"], "vacuum", True))]
    if folder == "ondrejov" or path.name == "spectrum.fits":
        with fits.open(path) as h:
            return [("", entry(h[1].data["spectral"], h[1].data["flux"], "air", False))]
    if folder in ("iraf", "miles") or path.name == "spectrum.fit":
        with fits.open(path) as h:
            flux = h[0].data
            return [("", entry(linear(h[0].header, len(flux)), flux, "air", False))]
    if folder == "aaomega":
        with fits.open(path) as h:
            flux = h[0].data
            if "WAVELENGTH" in h:
                return [("", entry(10.0 ** h["WAVELENGTH"].data, flux, "vacuum", True))]
            return [("", entry(linear(h[0].header, len(flux)), flux, "air", True))]
    if path.suffix == ".vot":
        t = parse_single_table(path).to_table()
        return [("", entry(t["spectral"], t["flux"], "air", False))]
    if path.suffix in (".csv", ".asc", ".txt") and folder == "votable":
        d = np.loadtxt(path, delimiter="," if path.suffix == ".csv" else None)
        return [("", entry(d[:, 0], d[:, 1], "air", False))]
    if folder == "inject":
        with fits.open(path) as h:
            d = h[1].data
            return [("", entry(10.0 ** d["loglam"], d["flux"], "vacuum", False))]
    return []


def main():
    root = Path(sys.argv[1])
    golden = {}
    for path in sorted([*root.glob("fixtures/*/*"), *root.glob("inject/*")]):
        for suffix, found in read(path, path.parent.name):
            golden[f"{path.relative_to(root)}{suffix}"] = found
    json.dump(golden, sys.stdout, indent=0, sort_keys=True)
    sys.stdout.write("\n")


main()
