#!/usr/bin/env python3
"""Makes tests/golden/sky.json: pairs on the sky and moving stars as astropy has them.

    python3 -m venv v && v/bin/pip install -r tests/tools/requirements.txt
    v/bin/python tests/tools/make_sky_golden.py

Pairs are those of `search_around_sky`, nearest ones those of `match_coordinates_sky`; positions are kept to the last
bit, so that both sides see the same ones. Stars are moved by `SkyCoord.apply_space_motion`, without radial velocity.
"""

import json
from pathlib import Path

import astropy
import numpy as np
from astropy import units as u
from astropy.coordinates import Distance, SkyCoord, match_coordinates_sky, search_around_sky
from astropy.time import Time

rng = np.random.default_rng(20261123)


def sphere(count):
    return rng.uniform(0, 360, count), np.degrees(np.arcsin(rng.uniform(-1, 1, count)))


def cap(count, north, degrees):
    distance = degrees * np.sqrt(rng.uniform(0, 1, count))
    dec = 90 - distance
    return rng.uniform(0, 360, count), dec if north else -dec


def shifted(ra, dec, arcsec, count):
    """Positions near those of a list, some of them beyond the radius."""
    chosen = rng.integers(0, len(ra), count)
    centre = SkyCoord(ra[chosen], dec[chosen], unit="deg")
    moved = centre.directional_offset_by(rng.uniform(0, 360, count) * u.deg, rng.uniform(0, 2 * arcsec, count) * u.arcsec)
    return moved.ra.deg, moved.dec.deg


def case(name, left, right, arcsec):
    a, b = SkyCoord(*left, unit="deg"), SkyCoord(*right, unit="deg")
    i, j, separation, _ = search_around_sky(a, b, arcsec * u.arcsec)
    order = np.lexsort((j, i))
    nearest, apart, _ = match_coordinates_sky(a, b)
    within = apart <= arcsec * u.arcsec
    return {
        "name": name,
        "radius_arcsec": arcsec,
        "left": [[float(x) for x in axis] for axis in left],
        "right": [[float(x) for x in axis] for axis in right],
        "pairs": [[int(i[k]), int(j[k]), float(separation[k].arcsec)] for k in order],
        "nearest": [int(n) if ok else None for n, ok in zip(nearest, within)],
    }


def pair_cases():
    cases = []
    ra, dec = sphere(250)
    cases.append(case("random", (ra, dec), shifted(ra, dec, 3, 300), 3.0))
    cases.append(case("random, degrees apart", sphere(120), sphere(150), 5 * 3600.0))
    for north in (True, False):
        name = "north pole" if north else "south pole"
        ra, dec = cap(150, north, 0.01)
        ra[0], dec[0] = 0.0, 90.0 if north else -90.0
        cases.append(case(name, (ra, dec), cap(150, north, 0.01), 5.0))
    ra, dec = rng.normal(0, 0.01, 150) % 360, rng.uniform(-60, 60, 150)
    ra[:3] = [0.0, 359.9999999999999, 0.0000000000001]
    cases.append(case("across 0 h", (ra, dec), shifted(ra, dec, 10, 200), 10.0))
    ra, dec = sphere(60)
    double = np.tile(ra, 2), np.tile(dec, 2)
    cases.append(case("exact duplicates", double, (np.tile(ra, 3), np.tile(dec, 3)), 1.0))
    cases.append(case("thousandths of an arcsecond", (ra, dec), shifted(ra, dec, 0.001, 100), 0.001))
    return cases


def motions():
    # ra, dec, pmra, pmdec (mas/yr), parallax (mas): three of the fastest (Gaia DR3), one on a pole, and some of the rest
    stars = [
        (269.44850252543836, 4.739420051112412, -801.551, 10362.394, 546.975939730948),
        (77.91908, -45.01841, 6491.474, -5709.218, 254.1986),
        (217.39232147200883, -62.67607511676666, -3781.741, 769.465, 768.0665391873573),
        (0.0, 90.0, 500.0, -1200.0, 20.0),
        (359.9999, 0.0, 900.0, 3.0, 10.0),
        (180.0, -89.9999, 1500.0, 800.0, 12.0),
    ]
    for ra, dec in zip(*sphere(20)):
        stars.append((ra, dec, *rng.normal(0, 50, 2), rng.uniform(0.5, 10)))
    moved = []
    for ra, dec, pmra, pmdec, parallax in stars:
        star = SkyCoord(ra * u.deg, dec * u.deg, pm_ra_cosdec=pmra * u.mas / u.yr, pm_dec=pmdec * u.mas / u.yr,
                        distance=Distance(parallax=parallax * u.mas), radial_velocity=0 * u.km / u.s,
                        obstime=Time(2016.0, format="jyear", scale="tdb"))
        for epoch in (1990.0, 2012.5, 2026.0):
            then = star.apply_space_motion(new_obstime=Time(epoch, format="jyear", scale="tdb"))
            moved.append([*(float(x) for x in (ra, dec, pmra, pmdec)), 2016.0, epoch,
                          float(then.ra.deg), float(then.dec.deg)])
    return moved


def main():
    golden = {"made_with": f"astropy {astropy.__version__}", "pairs": pair_cases(), "motions": motions()}
    path = Path(__file__).parents[1] / "golden" / "sky.json"
    path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
    for one in golden["pairs"]:
        print(one["name"], len(one["pairs"]), "pairs")
    print(path, path.stat().st_size)


if __name__ == "__main__":
    main()
