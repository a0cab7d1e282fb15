"""Golden values of the recipe's numerics, from astropy, specutils and numpy.

    python3 -m venv venv && venv/bin/pip install -r tests/tools/requirements.txt
    venv/bin/python tests/tools/golden_recipe.py     # writes tests/golden/recipe.json

The spectrum is drawn from a fixed seed and stored with the answers, so that the Rust tests need no
random numbers of their own.
"""

import json
import pathlib

import astropy
import numpy as np
import specutils
from astropy import units as u
from astropy.convolution import Gaussian1DKernel, convolve
from specutils import Spectrum
from specutils.manipulation import FluxConservingResampler, LinearInterpolatedResampler

rng = np.random.default_rng(20261122)


def rounded(values):
    return [float(f"{v:.11g}") for v in values]


def line(x, centre, depth, fwhm):
    return depth * np.exp(-0.5 * ((x - centre) / (fwhm / 2.3548)) ** 2)


def spectrum(x):
    return 1000 * (1 + 0.1 * (x - x[0]) / (x[-1] - x[0]) - line(x, 6564.6, 0.4, 9) + line(x, 6585.3, 0.3, 4)) + rng.normal(
        0, 8, len(x)
    )


def resampled(x, y, target, how):
    s = Spectrum(spectral_axis=x * u.AA, flux=y * u.Jy)
    out = how()(s, target * u.AA)
    return out.flux.value


# LAMOST-like pixels: constant step in log10(wavelength); an irregular axis; fine linear ones
log_axis = 10 ** (np.log10(6480.0) + 1e-4 * np.arange(190))
irregular = np.sort(6480 + 290 * rng.uniform(0, 1, 260))
irregular = irregular[np.r_[True, np.diff(irregular) > 0.05]]
fine = 6500 + 0.25 * np.arange(900)

resampling = []
for name, x in [("log", log_axis), ("irregular", irregular), ("fine", fine)]:
    y = spectrum(x)
    cases = []
    resampling.append({"axis": name, "wavelengths": rounded(x), "flux": rounded(y), "cases": cases})
    for target in (np.linspace(6519, 6715, 140), np.linspace(6520, 6712, 30), np.geomspace(6519, 6715, 77)):
        cases.append(
            {
                "target": rounded(target),
                "linear": rounded(resampled(x, y, target, LinearInterpolatedResampler)),
                "flux_conserving": rounded(resampled(x, y, target, FluxConservingResampler)),
            }
        )

y = spectrum(fine)
convolution = []
for sigma in (0.05, 0.3, 1.6466, 6.0):
    pixels = sigma / 0.25
    half = int(np.ceil(5 * pixels)) + 2
    kernel = Gaussian1DKernel(pixels, x_size=2 * half + 1, mode="integrate")
    # at the ends astropy must be told what lies beyond, and our weights are normalised instead: `edge`
    # pixels there are not compared
    convolution.append(
        {
            "sigma": sigma,
            "edge": half + 1,
            "result": rounded(convolve(y, kernel, boundary="extend", normalize_kernel=True)),
        }
    )

polynomials = []
x = fine[::7]
z = spectrum(fine)[::7]
for degree in (0, 1, 2, 5, 9):
    # one unclipped fit: the clipping is ours, the least squares are numpy's
    polynomials.append({"degree": degree, "fit": rounded(np.polynomial.Chebyshev.fit(x, z, degree)(x))})

golden = {
    "made_by": f"tests/tools/golden_recipe.py with astropy {astropy.__version__}, specutils {specutils.__version__}, "
    f"numpy {np.__version__}",
    "resampling": resampling,
    "convolution": {"wavelengths": rounded(fine), "flux": rounded(y), "cases": convolution},
    "polynomial": {"wavelengths": rounded(x), "flux": rounded(z), "cases": polynomials},
}
path = pathlib.Path(__file__).resolve().parents[1] / "golden" / "recipe.json"
path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
print(path, path.stat().st_size, "bytes")
