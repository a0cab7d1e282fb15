"""A whole survey: simulated, labelled in part, run with LOF and label spreading; its time, stages, memory and recall.

    python3 tests/tools/scale.py --balmer target/release/balmer --folder /scratch/scale --count 1000000 [--json out.json]

Labels are the truth of the first 20,000 spectra: all planted emission, some artefacts, 200 ordinary stars. What exists in the
folder is used again. `cargo xtask scale` builds the program and calls this.
"""

import argparse
import csv
import json
import os
import pathlib
import subprocess
import sys
import time

SPEC = """schema_version = 1
survey = "big"
[recipe]
min_good_fraction = 0.5
[neighbors]
n_neighbors = 128
[lof]
n_neighbors = 100
threshold = 1.3
[labels]
source = "big"
n_neighbors = 10
"""
EMISSION = {"be", "double", "p-cygni", "cv"}
ARTEFACTS = {"sky-residual", "cosmic-ray", "dead-columns"}


def run(arguments):
    """Wall seconds, peak resident bytes and standard output of a command that must succeed."""
    began = time.monotonic()
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as child:
        text = child.stdout.read()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{' '.join(map(str, arguments))}: exit {child.returncode}")
    return time.monotonic() - began, usage.ru_maxrss * 1024, text


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--balmer", required=True)
    parser.add_argument("--folder", required=True, type=pathlib.Path)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    balmer = [options.balmer, "--data-dir", str(options.folder / "data"), "--device", "cpu", "--json"]

    seconds, peak, text = run([*balmer, "simulate", "big", "--count", str(options.count), "--seed", "1"])
    added = json.loads(text)["added"]
    report = {"count": options.count, "threads": os.cpu_count(), "simulate": {"added": added, "seconds": seconds, "peak_bytes": peak}}

    first = options.folder / "first.csv"
    condition = f"spectrum_id < 'sim-1-{20_000:09}'"
    run([*balmer, "spectra", "big", "--where", condition, "--limit", "20000", "-o", str(first)])
    labels, ordinary = [], 0
    for row in csv.DictReader(first.open()):
        truth = row["truth"]
        if truth in EMISSION:
            labels.append((row["spectrum_id"], truth))
        elif truth in ARTEFACTS:
            labels.append((row["spectrum_id"], "artefact"))
        elif truth == "normal" and ordinary < 200:
            ordinary += 1
            labels.append((row["spectrum_id"], "normal"))
    given = options.folder / "labels.csv"
    with given.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["spectrum_id", "label"])
        writer.writerows(labels)
    run([*balmer, "labels", "import", "big", str(given)])

    spec = options.folder / "big.toml"
    spec.write_text(SPEC)
    seconds, peak, text = run([*balmer, "run", str(spec), "--limit", "1"])
    name = json.loads(text)["run"]
    shown = json.loads(run([*balmer, "show", name])[2])
    recall = json.loads(run([*balmer, "recall", name])[2])
    report["run"] = {
        "id": name,
        "labels": len(labels),
        "seconds": seconds,
        "peak_bytes": peak,
        "stages": {timing["stage"]: timing["seconds"] for timing in shown["provenance"]["timings"]},
        "counts": shown["state"]["counts"],
        "scores_sha256": shown["provenance"].get("scores_sha256"),
    }
    report["recall"] = {"threshold": recall["threshold"], "kinds": recall["kinds"]}
    text = json.dumps(report, indent=2)
    print(text)
    if options.json:
        options.json.write_text(text + "\n")


if __name__ == "__main__":
    main()
