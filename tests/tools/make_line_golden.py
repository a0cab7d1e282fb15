#!/usr/bin/env python3
"""Makes tests/golden/lines.json: lines of real spectra as specutils measures them.

    python3 -m venv v && v/bin/pip install -r tests/tools/requirements.txt
    v/bin/pip download --no-deps --dest /tmp sdss-mangadap==4.5.0
    v/bin/python tests/tools/make_line_golden.py /tmp/sdss_mangadap-4.5.0-py3-none-any.whl LAMOST_DR10_FOLDER

The pixels that are committed are cut out of the MILES library of observed stars (Sanchez-Blazquez+ 2006, MNRAS 371,
703; Falcon-Barroso+ 2011, A&A 532, A95) as shipped, under BSD-3, in the PyPI package sdss-mangadap. Of LAMOST DR10,
which may not be redistributed, only the numbers are: the test that needs the pixels reads the survey's own files.

MILES states no variance. `normalised` cases carry one (S/N 100 in the continuum, as of photons), so that specutils'
errors can be compared too: they hold where the continuum is known exactly.
"""

import gzip
import io
import json
import sys
import zipfile
from pathlib import Path

import astropy
import numpy as np
import specutils
from astropy import units as u
from astropy.io import fits
from astropy.modeling.fitting import LinearLSQFitter
from astropy.modeling.polynomial import Polynomial1D
from astropy.nddata import InverseVariance
from specutils import SpectralRegion, Spectrum, analysis
from specutils.fitting import fit_continuum

specutils.conf.do_continuum_function_check = False
MILES = "mangadap/data/spectral_templates/miles/MILES_res2.50_star_m{:04d}V.fits"

# number, star, line, line window, side windows: Angstrom in air
MILES_LINES = [
    (884, "BD+19 5116 B, M6 V", "H-alpha", (6556, 6570), (6545, 6555), (6571, 6582)),
    (892, "HD 223385, A3 Ia+", "H-alpha", (6554, 6584), (6500, 6545), (6590, 6630)),
    (751, "HD 190603, B1.5 Ia e", "H-alpha", (6535, 6592), (6470, 6520), (6605, 6655)),
    (6, "HD 319, A1 V", "H-alpha", (6520, 6606), (6460, 6515), (6610, 6665)),
    (6, "HD 319, A1 V", "H-beta", (4800, 4924), (4770, 4798), (4926, 4950)),
    (371, "HD 87737, A0 Ib", "H-beta", (4840, 4884), (4800, 4835), (4890, 4918)),
    (113, "HD 20630, G5 V", "H-alpha", (6550, 6576), (6530, 6545), (6580, 6592)),
    (501, "Arcturus, K2 III", "H-alpha", (6558, 6568), (6545, 6556), (6570, 6585)),
]
# file, line, line window, side windows: Angstrom in vacuum
LAMOST_LINES = [
    ("HD071013S041413V01/spec-59636-HD071013S041413V01_sp02-001", "H-alpha", (6540, 6591), (6480, 6530), (6602, 6660)),
    ("EG224840N075042B03/spec-59522-EG224840N075042B03_sp09-188", "H-beta", (4820, 4906), (4780, 4815), (4910, 4945)),
    ("EG224840N075042B03/spec-59522-EG224840N075042B03_sp09-188", "H-alpha", (6530, 6600), (6480, 6525), (6605, 6660)),
    ("TD061156N231225K01/spec-59640-TD061156N231225K01_sp08-110", "H-beta", (4830, 4896), (4780, 4825), (4900, 4945)),
    ("GAC089S00B2/spec-59647-GAC089S00B2_sp02-245", "Ca II K", (3915, 3955), (3900, 3913), (3990, 4010)),
]


def significant(values, digits=7):
    return [float(f"{v:.{digits}g}") for v in values]


def measured(x, flux, level, window, **more):
    """What specutils finds in the window of a spectrum against a continuum. Absorption is turned over for the width,
    which specutils takes of the highest pixel."""
    region = SpectralRegion(window[0] * u.AA, window[1] * u.AA)
    spectrum = lambda values: Spectrum(spectral_axis=x * u.AA, flux=values * u.one, **more)
    line = spectrum(flux - level)
    total, centroid = analysis.line_flux(line, region), analysis.centroid(line, region)
    upwards = line if total.value > 0 else spectrum(level - flux)
    numbers = {
        "flux": total.value,
        "equivalent_width": analysis.equivalent_width(spectrum(flux / level), regions=region).value,
        "centroid": centroid.value,
        "fwhm": analysis.fwhm(upwards, region).value,
        "gaussian_fwhm": analysis.gaussian_fwhm(line, region).value,
    }
    if "uncertainty" in more:
        numbers |= {"flux_error": total.uncertainty.value, "centroid_error": centroid.uncertainty.value}
    # a second moment may be negative
    return {key: value if np.isfinite(value) else None for key, value in numbers.items()}


def straight(x, flux, left, right):
    """The line through two windows, as specutils fits it."""
    # one region of two parts: of a list, specutils takes the first for the first model
    windows = SpectralRegion([tuple(side * u.AA) for side in (np.array(left), np.array(right))])
    spectrum = Spectrum(spectral_axis=x * u.AA, flux=flux * u.one)
    line = fit_continuum(spectrum, Polynomial1D(1), LinearLSQFitter(), window=windows)
    return line(x * u.AA).value


def clipped(x, flux, over, degree):
    """The recipe's continuum, written again with numpy: 2 robust sigma, at most 5 refits."""
    inside = (x >= over[0]) & (x <= over[1])
    x, flux, keep = x[inside], flux[inside], np.ones(inside.sum(), bool)
    for _ in range(6):
        fit = np.polynomial.Chebyshev.fit(x[keep], flux[keep], degree)
        residual = np.abs(flux - fit(x))
        again = residual < 2 * 1.4826 * np.median(residual[keep])
        if (again == keep).all():
            break
        keep = again
    return fit


def miles_cases(wheel):
    cases = []
    for number, star, line, window, left, right in MILES_LINES:
        hdu = fits.open(io.BytesIO(zipfile.ZipFile(wheel).read(MILES.format(number))))[0]
        step = hdu.header.get("CDELT1", hdu.header.get("CD1_1"))
        x = hdu.header["CRVAL1"] + step * np.arange(hdu.data.size)
        cut = (x > left[0] - 10) & (x < right[1] + 10)
        x, flux = x[cut], np.array(significant(hdu.data.ravel()[cut]), np.float32).astype(float)
        region = SpectralRegion(left[0] * u.AA, right[1] * u.AA)
        over = (left[0], right[1])
        level = straight(x, flux, left, right)
        normal = np.array(significant(flux / level), np.float32).astype(float)
        ivar = np.array(significant(1e4 / normal), np.float32).astype(float)
        cases.append(
            {
                "star": f"MILES m{number:04d}, {star}",
                "line": line,
                "first": round(float(x[0]), 6),
                "step": step,
                "flux": significant(flux),
                "window": window,
                "left": left,
                "right": right,
                "der_snr": float(
                    analysis.snr_derived(Spectrum(spectral_axis=x * u.AA, flux=flux * u.one), region).value
                ),
                "straight": measured(x, flux, level, window),
                "polynomial": measured(x, flux, clipped(x, flux, over, 2)(x), window),
                "normalised": measured(x, normal, np.ones_like(x), window, uncertainty=InverseVariance(ivar)),
                "normalised_flux": significant(normal),
                "normalised_ivar": significant(ivar),
            }
        )
    return cases


def lamost_cases(folder):
    cases = []
    for name, line, window, left, right in LAMOST_LINES:
        with gzip.open(folder / f"{name}.fits.gz") as file:
            row = fits.open(io.BytesIO(file.read()))[1].data[0]
        x, flux = row["WAVELENGTH"].astype(float), row["FLUX"].astype(float)
        good = (row["IVAR"] > 0) & (row["ANDMASK"] == 0)
        x, flux, error = x[good], flux[good], row["IVAR"][good].astype(float) ** -0.5
        sides = ((x >= left[0]) & (x <= left[1])) | ((x >= right[0]) & (x <= right[1]))
        cases.append(
            {
                "file": f"{name}.fits.gz",
                "line": line,
                "window": window,
                "left": left,
                "right": right,
                "snr": float(np.median((flux / error)[sides])),
                "straight": measured(x, flux, straight(x, flux, left, right), window),
            }
        )
    return cases


golden = {
    "made_by": f"tests/tools/make_line_golden.py with specutils {specutils.__version__}, astropy {astropy.__version__}, "
    f"numpy {np.__version__}",
    "source": "MILES stellar library (Sanchez-Blazquez+ 2006, Falcon-Barroso+ 2011) as in sdss-mangadap 4.5.0, BSD-3; "
    "air, FWHM 2.5 A. Numbers of LAMOST DR10 (NAOC), no pixels; vacuum.",
    "miles": miles_cases(sys.argv[1]),
    "lamost": lamost_cases(Path(sys.argv[2])),
}
path = Path(__file__).resolve().parents[1] / "golden" / "lines.json"
path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
print(path, path.stat().st_size, "bytes")
for case in golden["miles"] + golden["lamost"]:
    print(case.get("star", case.get("file")), case["line"], {k: v and round(float(v), 3) for k, v in case["straight"].items()})
