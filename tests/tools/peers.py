#!/usr/bin/env python3
"""Balmer beside scikit-learn, FAISS, pynndescent and hnswlib: the same matrix, the same threads, by turns, in one run.

    peers.py --balmer target/release/balmer --spectra FOLDER [--full] [--repeats 3] [--json FILE] [CASE ...]

A case is METHOD:KIND:NxD:K. METHOD is lof (exact neighbours and factors), approximate (neighbours at a recall of 0.99, index
included), spread (labels along K neighbours, 30 steps) or growth (lof at N, N/2, N/4, N/8). KIND is survey, keep (its
continuum left in), noise, cube or lowrank, as peer_data.py makes them. Without cases a selection of a few minutes is run; --full runs the sizes that
docs/KERNELS.md quotes, which takes an hour on two cores.

Printed are medians of wall and of processor seconds, and how many times as long as Balmer each took, as a Markdown table.
Nothing that is read, compiled or imported before the work counts, on either side; `whole command` does count Balmer's.
"""

import argparse
import json
import os
import platform
import statistics
import sys
import time

SHORT = [
    "lof:survey:20000x140:20",
    "lof:survey:20000x140:128",
    "lof:survey:5000x2000:20",
    "lof:noise:20000x140:20",
    "approximate:survey:20000x140:20",
    "spread:cube:50000x3:10",
    "growth:survey:40000x140:20",
]
FULL = [
    "lof:survey:50000x140:20",
    "lof:survey:50000x140:128",
    "lof:keep:50000x140:20",
    "lof:lowrank:50000x140:20",
    "lof:survey:10000x2000:20",
    "lof:survey:50000x2000:20",
    "lof:noise:50000x140:20",
    "approximate:survey:200000x140:20",
    "spread:cube:200000x3:10",
    "growth:survey:200000x140:20",
]
KINDS = {"survey": [], "keep": ["--continuum", "keep"], "noise": [], "cube": [], "lowrank": ["--noise", "0.03"]}


class Case:
    def __init__(self, text):
        try:
            self.method, self.kind, shape, k = text.split(":")
            self.n, self.d = (int(part) for part in shape.split("x"))
            self.k = int(k)
        except ValueError:
            raise SystemExit(f"'{text}' is no case: METHOD:KIND:NxD:K is expected, such as {SHORT[0]}") from None
        if self.method not in ("lof", "approximate", "spread", "growth") or self.kind not in KINDS:
            raise SystemExit(f"'{text}': the method is lof, approximate, spread or growth, the kind {', '.join(KINDS)}")
        if self.method == "spread" and self.kind != "cube":
            raise SystemExit(f"'{text}': spreading is measured on points of a cube, whose neighbours Balmer's benchmark knows")
        self.text = text

    def title(self):
        return f"{self.method}, {self.kind} {self.n:,} x {self.d}, k = {self.k}"


def matrix(case, folder, spectra):
    """The case's matrix, made once and kept."""
    import peer_data

    library = "" if case.kind not in ("survey", "keep") else os.path.basename(os.path.normpath(spectra)) + "-"
    path = os.path.join(folder, f"{case.kind}-{library}{case.n}x{case.d}.npy")
    if not os.path.exists(path):
        print(f"making {path}", file=sys.stderr)
        kind = "survey" if case.kind == "keep" else case.kind
        options = ["--n", str(case.n), "--d", str(case.d), "--spectra", spectra]
        peer_data.main([kind, "-o", path, *options, *KINDS[case.kind]])
    return path


def by_turns(contestants, repeats):
    """Runs every contestant, then every one again; medians, and what each said of itself last."""
    seen = {name: [] for name in contestants}
    for turn in range(repeats):
        for name, run in contestants.items():
            print(f"  {turn + 1}/{repeats} {name}", file=sys.stderr)
            seen[name].append(run())
    rows = []
    for name, results in seen.items():
        row = dict(results[-1], name=name)
        for clock in ("wall_s", "cpu_s"):
            row[clock] = statistics.median(result[clock] for result in results)
            row[f"{clock}_all"] = [result[clock] for result in results]
        rows.append(row)
    return rows


def ratios(rows):
    """How many times Balmer's medians every row's are; the first row is Balmer's."""
    for row in rows:
        for clock in ("wall_s", "cpu_s"):
            row[f"times_{clock}"] = row[clock] / rows[0][clock]
    return rows


def table(title, rows):
    print(f"\n**{title}**\n\n| | wall s | CPU s | times Balmer's wall | CPU | |\n|---|---|---|---|---|---|")
    for row in rows:
        times = [f"{row[key]:.2f}" if key in row else "" for key in ("times_wall_s", "times_cpu_s")]
        print(f"| {row['name']} | {row['wall_s']:.2f} | {row['cpu_s']:.2f} | {' | '.join(times)} | {row.get('note', '')} |")
    sys.stdout.flush()


def processor():
    try:
        with open("/proc/cpuinfo") as lines:
            return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", metavar="CASE")
    parser.add_argument("--balmer", required=True, help="the balmer binary")
    parser.add_argument("--spectra", required=True, help="folder of spectra that the survey's rows are drawn from")
    parser.add_argument("--folder", default="/tmp", help="where the matrices are kept")
    parser.add_argument("--full", action="store_true", help="the sizes of docs/KERNELS.md")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--json", help="a file for the same as JSON")
    args = parser.parse_args()
    cases = [Case(text) for text in args.cases or (FULL if args.full else SHORT)]
    # read when the libraries are loaded, so before any of them is
    for library in ("OMP", "OPENBLAS", "MKL", "NUMBA", "RAYON"):
        os.environ[f"{library}_NUM_THREADS"] = str(args.threads)
    import peer_methods

    os.makedirs(args.folder, exist_ok=True)
    report = {"processor": processor(), "threads": args.threads, "repeats": args.repeats}
    report |= {"date": time.strftime("%Y-%m-%d"), "versions": peer_methods.versions(args.balmer), "cases": []}
    print(f"{report['processor']}, {args.threads} threads, {report['date']}, medians of {args.repeats}; ", end="")
    print(", ".join(f"{name} {version}" for name, version in report["versions"].items()))
    for case in cases:
        print(case.title(), file=sys.stderr)
        path = matrix(case, args.folder, args.spectra)
        method = getattr(peer_methods, case.method)
        rows, about = method(args.balmer, path, case.k, args.threads, lambda runs: ratios(by_turns(runs, args.repeats)))
        title = "; ".join([case.title(), *(f"{name} {value:.4g}" for name, value in about.items())])
        table(title, rows)
        report["cases"].append({"case": case.text, **about, "rows": rows})
        if args.json:
            with open(args.json, "w") as file:
                json.dump(report, file, indent=1)


if __name__ == "__main__":
    main()
