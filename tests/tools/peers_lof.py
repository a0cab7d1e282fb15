#!/usr/bin/env python3
"""Exact LOF side by side with scikit-learn, on the same matrix, in one run.

    v/bin/python tests/tools/peers_lof.py --balmer target/release/balmer [--n 50000 --d 140 --k 20] [--input X.npy]

Prints one JSON document: wall and processor seconds of each setting, the largest relative difference of the scores,
and the ratios to the fastest exact setting of scikit-learn. The tree settings are slow in 140 dimensions: give
--algorithms brute to leave them out.
"""

import argparse
import json
import os
import resource
import subprocess
import tempfile
import time

import numpy as np
from sklearn.neighbors import LocalOutlierFactor


def spectra_like(n, d, rng):
    """Smooth rows from a dozen components, some noise, scaled to [-1, 1]."""
    basis = np.cumsum(rng.standard_normal((12, d)), axis=1)
    x = (rng.standard_normal((n, 12)) * np.linspace(1, 0.1, 12)) @ basis + 0.3 * rng.standard_normal((n, d))
    low, high = x.min(1, keepdims=True), x.max(1, keepdims=True)
    return (2 * (x - low) / (high - low) - 1).astype(np.float32)


def timed(run):
    def processor():
        usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return sum(u.ru_utime + u.ru_stime for u in usage)

    wall, cpu = time.perf_counter(), processor()
    result = run()
    return result, {"wall_s": round(time.perf_counter() - wall, 3), "cpu_s": round(processor() - cpu, 3)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--balmer", required=True, help="the balmer binary")
    parser.add_argument("--input", help="a .npy of f32; else spectra-like rows are made")
    parser.add_argument("--n", type=int, default=50_000)
    parser.add_argument("--d", type=int, default=140)
    parser.add_argument("--k", type=int, default=20)
    parser.add_argument("--algorithms", default="brute,kd_tree,ball_tree")
    args = parser.parse_args()
    x = np.load(args.input) if args.input else spectra_like(args.n, args.d, np.random.default_rng(0))
    report = {"n": x.shape[0], "d": x.shape[1], "k": args.k, "cores": os.cpu_count(), "peers": {}}
    with tempfile.TemporaryDirectory() as folder:
        source, target = os.path.join(folder, "x.npy"), os.path.join(folder, "scores.npy")
        np.save(source, x)
        command = [args.balmer, "lof", "--input", source, "--n-neighbors", str(args.k), "-o", target]
        _, report["balmer"] = timed(lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL))
        ours = np.load(target)["lof"]
    for algorithm in args.algorithms.split(","):
        model = LocalOutlierFactor(n_neighbors=args.k, algorithm=algorithm, n_jobs=-1)
        _, times = timed(lambda: model.fit(x))
        theirs = -model.negative_outlier_factor_
        times["largest_relative_difference"] = float(np.max(np.abs(ours - theirs) / theirs))
        report["peers"][algorithm] = times
    for clock in ("wall_s", "cpu_s"):
        fastest = min(times[clock] for times in report["peers"].values())
        report[f"times_faster_{clock[:-2]}"] = round(fastest / report["balmer"][clock], 2)
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
