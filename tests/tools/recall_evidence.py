#!/usr/bin/env python3
"""How many planted emission stars are found, by Balmer and by scikit-learn: the evidence of docs/METHODS.md.

    tests/tools/recall_evidence.py target/debug/balmer ../shared/data docs/evidence [--seeds 20] [--label-seeds 10]

Plants emission stars with `balmer inject` in the LAMOST DR10 spectra, few at a time, for many seeds, and counts those among
the first 100 of each list by equivalent width:

- LOF: Balmer's default recipe at several k; its ensemble over k = 50 to 200 of the default recipe and of the same at a
  resolution of 5 A; scikit-learn's LocalOutlierFactor at the same k on the preprocessing of the seed's authors, generation 1
  (2016) and 2 (2020): linear interpolation on their grids, min-max scaling, nothing else;
- labels: 5, 10 and 30 planted stars and as many ordinary ones are known; Balmer's label spreading, by default and with edges
  that all weigh 1, and scikit-learn's LabelSpreading (knn, its defaults) on generation 2; counted are the planted stars that
  were not given;
- classes: as many of the spectral types A, F and G are known; the share of the others whose type the labels tell.

Writes recall.json, recall-lof.svg and recall-labels.svg. Needs what recall_requirements.txt beside it names.
"""

import argparse
import csv
import json
import pathlib
import subprocess
import tempfile

import numpy as np
import pyarrow.parquet as pq
from sklearn.neighbors import LocalOutlierFactor
from sklearn.semi_supervised import LabelSpreading

EDGES = [1, 2, 3.5, 5, 10, 20, 50]
KS = [5, 10, 20, 50, 75, 100, 150, 200]
ENSEMBLE = "[ensemble]\nn_neighbors = [50, 75, 100, 150, 200]\nvary = [\"resolution\"]\nrank = true\n"
GENERATIONS = {"2016": (6300.0, 6700.0, 268), "2020": (6519.0, 6732.0, 140)}
TOP = 100
PLANTED = 18
GIVEN = [5, 10, 30]
GRAPHS = {"labels": "", "labels, connectivity": 'weights = "connectivity"\n'}
CLASSES = "AFG"


class Survey:
    """A data directory with the LAMOST spectra, and commands on it."""

    def __init__(self, balmer, data, folder):
        self.balmer, self.folder = str(pathlib.Path(balmer).resolve()), pathlib.Path(folder)
        self.run_json("ingest", "lamost", str(data / "lamost-dr10"))
        rows = list(csv.DictReader(open(data / "lamost-dr10-labels.csv")))
        self.real = {row["name"]: row["ha_label"] for row in rows if row["ha_label"]}
        self.types = {row["name"]: row["sub"][:1] for row in rows if row["cls"] == "STAR" and not row["artefact"]}
        self.ordinary = [row["name"] for row in rows if not row["ha_label"] and not row["artefact"]]
        names = ", ".join(f"'{name}'" for name in sorted(self.real))
        self.hosts = f"spectrum_id NOT IN ({names})"

    def run_json(self, *arguments):
        command = [self.balmer, "--data-dir", str(self.folder / "data"), "--device", "cpu", "--json", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=self.folder)
        if done.returncode:
            raise SystemExit(f"{' '.join(arguments)}: {done.stderr}")
        return json.loads(done.stdout)

    def plant(self, name, seed, count):
        self.run_json(
            "inject", "lamost", "--kind", "be", "--count", str(count), "--seed", str(seed), "--strength", "1..50",
            "--where", self.hosts, "--into", name,
        )

    def table(self, name, kind, columns):
        parts = sorted((self.folder / "data/surveys" / name / "parts").iterdir())
        files = [part / f"{kind}.parquet" for part in parts]
        if kind == "metadata":
            wide = sorted((self.folder / "data/surveys" / name / "metadata").glob("*/*.parquet"))
            files = wide or files
        tables = [pq.read_table(file, columns=columns) for file in files]
        cells = lambda column: [cell for chunk in column.chunks for cell in chunk.to_numpy(zero_copy_only=False)]
        return {c: sum((cells(table[c]) for table in tables), []) for c in columns}

    def candidates(self, spec):
        (self.folder / "spec.toml").write_text(spec)
        run = self.run_json("run", "spec.toml", "--limit", "1")["run"]
        table = pq.read_table(self.folder / "data/runs" / run / "candidates.parquet")
        return {c: table[c].to_pylist() for c in table.column_names}

    def remove(self, name):
        subprocess.run(["rm", "-rf", str(self.folder / "data/surveys" / name), str(self.folder / "data/runs")], check=True)


def spec(name, k, more=""):
    return f'survey = "{name}"\n[neighbors]\nn_neighbors = 200\n[lof]\nn_neighbors = {k}\n{more}'


def ranks(ids, scores):
    """Places, from 1, by falling score."""
    order = sorted(range(len(ids)), key=lambda i: (-scores[i], ids[i]))
    return {ids[i]: place for place, i in enumerate(order, 1)}


def features(survey, name, generation):
    """What the authors fed their code with. Spectra of which that leaves nothing finite are left out."""
    first, last, pixels = GENERATIONS[generation]
    grid = np.linspace(first, last, pixels)
    table = survey.table(name, "spectra", ["axis", "axis_start", "axis_step", "wavelength", "flux"])
    ids = survey.table(name, "metadata", ["spectrum_id"])["spectrum_id"]
    kept, rows = [], []
    for i, flux in enumerate(table["flux"]):
        wavelength = table["wavelength"][i]
        if wavelength is None:
            regular = table["axis_start"][i] + table["axis_step"][i] * np.arange(len(flux))
            wavelength = 10**regular if table["axis"][i].startswith("log10") else regular
        row = np.interp(grid, wavelength, np.asarray(flux, float))
        span = row.max() - row.min()
        if np.isfinite(row).all() and span > 0:
            kept.append(ids[i])
            rows.append(2 * (row - row.min()) / span - 1)
    return kept, np.array(rows)


def truth(survey, name):
    columns = survey.table(name, "metadata", ["spectrum_id", "injected_strength", "injected_host"])
    rows = zip(columns["spectrum_id"], columns["injected_strength"], columns["injected_host"])
    return {name: (strength, host) for name, strength, host in rows if host is not None}


class Count:
    """Places of planted stars by method."""

    def __init__(self):
        self.rows = {}

    def add(self, method, places, planted, total):
        for name, (strength, _) in planted.items():
            self.rows.setdefault(method, []).append((strength, places.get(name), total))

    def of(self, method):
        rows = self.rows[method]
        found = lambda row, top: row[1] is not None and row[1] <= top
        bins = []
        for low, high in zip(EDGES, EDGES[1:]):
            inside = [row for row in rows if low <= row[0] < high]
            bins.append({"from": low, "to": high, "planted": len(inside), "found": sum(found(r, TOP) for r in inside)})
        strong = [row for row in rows if row[0] >= 5]
        placed = [row[1] if row[1] is not None else row[2] for row in rows]
        return {
            "method": method,
            "bins": bins,
            "above_5A_in_2_percent": {"planted": len(strong), "found": sum(found(r, int(0.02 * r[2])) for r in strong)},
            "mean_ln_rank": round(float(np.log(placed).mean()), 4),
        }


def outliers(survey, seeds):
    count, real = Count(), {}
    for seed in range(seeds):
        name = f"planted-{seed}"
        survey.plant(name, seed, PLANTED)
        planted = truth(survey, name)
        for k in KS:
            found = survey.candidates(spec(name, k))
            places = dict(zip(found["spectrum_id"], found["rank"]))
            count.add(f"Balmer, LOF, k = {k}", places, planted, len(places))
            strong = [star for star in survey.real if "weak" not in survey.real[star]]
            real.setdefault(k, []).append(sum(places.get(star, 10**9) <= TOP for star in strong))
        found = survey.candidates(spec(name, 100, ENSEMBLE))
        places = dict(zip(found["spectrum_id"], found["rank"]))
        count.add("Balmer, ensemble", places, planted, len(places))
        for generation in GENERATIONS:
            ids, rows = features(survey, name, generation)
            for k in KS:
                lof = -LocalOutlierFactor(n_neighbors=k).fit(rows).negative_outlier_factor_
                count.add(f"scikit-learn {generation}, LOF, k = {k}", ranks(ids, lof), planted, len(ids))
        survey.remove(name)
        print(f"LOF: seed {seed}", flush=True)
    return count, {k: min(hits) for k, hits in real.items()}


def labels(survey, seeds):
    count = Count()
    for seed in range(seeds):
        name, random = f"labels-{seed}", np.random.default_rng(seed)
        survey.plant(name, 1000 + seed, PLANTED + max(GIVEN))
        planted = truth(survey, name)
        names = list(random.permutation(sorted(planted)))
        hosts = {host for _, host in planted.values()}
        others = list(random.permutation([star for star in survey.ordinary if star not in hosts]))
        asked = {star: planted[star] for star in names[max(GIVEN) :]}
        ids, rows = features(survey, name, "2020")
        for given in GIVEN:
            known = {star: "emission" for star in names[:given]} | {star: "ordinary" for star in others[:given]}
            file = survey.folder / "labels.csv"
            file.write_text("spectrum_id,label\n" + "".join(f"{star},{label}\n" for star, label in known.items()))
            for graph, settings in GRAPHS.items():
                found = survey.candidates(spec(name, 100, f'[labels]\nsource = "{file}"\n{settings}'))
                score = dict(zip(found["spectrum_id"], found["p_emission"]))
                # ties, as among the certain, go by LOF
                order = [star for star in found["spectrum_id"] if star not in known]
                order.sort(key=lambda star: -score[star])
                places = {star: place for place, star in enumerate(order, 1)}
                count.add(f"Balmer, {graph}, {given} seeds", places, asked, len(order))
            y = np.array([{"emission": 1, "ordinary": 0}.get(known.get(star), -1) for star in ids])
            model = LabelSpreading(kernel="knn", n_neighbors=7, max_iter=1000).fit(rows, y)
            certain = np.nan_to_num(model.label_distributions_[:, 1])
            free = [i for i in range(len(ids)) if ids[i] not in known]
            places = ranks([ids[i] for i in free], [certain[i] for i in free])
            count.add(f"scikit-learn 2020, labels, {given} seeds", places, asked, len(free))
        survey.remove(name)
        print(f"labels: seed {seed}", flush=True)
    return count


def classes(survey, seeds):
    """The share of spectral types told, by graph and number known of each."""
    right = {}
    types = {star: kind for star, kind in survey.types.items() if kind in CLASSES}
    for seed in range(seeds):
        stars = list(np.random.default_rng(seed).permutation(sorted(types)))
        for given in GIVEN:
            known = {star: kind for kind in CLASSES for star in [s for s in stars if types[s] == kind][:given]}
            file = survey.folder / "labels.csv"
            file.write_text("spectrum_id,label\n" + "".join(f"{star},{label}\n" for star, label in known.items()))
            for graph, settings in GRAPHS.items():
                found = survey.candidates(spec("lamost", 100, f'[labels]\nsource = "{file}"\n{settings}'))
                told = zip(found["spectrum_id"], found["label"])
                hits = [label == types[star] for star, label in told if star in types and star not in known]
                right.setdefault(f"Balmer, {graph}, {given} seeds", []).append(np.mean(hits))
        print(f"classes: seed {seed}", flush=True)
    return {method: round(float(np.mean(shares)), 4) for method, shares in right.items()}


def wilson(found, of, z=1.959963984540054):
    p = found / of
    half = z * np.sqrt(p * (1 - p) / of + z * z / (4 * of * of))
    return [(p + z * z / (2 * of) + sign * half) / (1 + z * z / of) for sign in (-1, 1)]


def draw(path, title, results, chosen):
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams.update({"svg.hashsalt": "balmer", "svg.fonttype": "none", "font.size": 10})
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(9.6, 4.2))
    by_name = {result["method"]: result for result in results}
    x = np.arange(len(EDGES) - 1)
    for i, (name, style) in enumerate(chosen):
        bins = by_name[name]["bins"]
        share = np.array([b["found"] / b["planted"] for b in bins])
        low, high = np.array([wilson(b["found"], b["planted"]) for b in bins]).T
        low, high = np.minimum(low, share), np.maximum(high, share)
        shift = 0.07 * (i - (len(chosen) - 1) / 2)
        axes.errorbar(x + shift, share, [share - low, high - share], label=name, capsize=2, **style)
    axes.set_xticks(x, [f"{low:g}-{high:g}" for low, high in zip(EDGES, EDGES[1:])])
    axes.set(xlabel="equivalent width of the planted H-alpha emission, Å", ylabel=f"found among the first {TOP}", title=title)
    axes.set_ylim(-0.02, 1.04)
    axes.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    axes.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None, "Creator": None})


def draw_all(out, results):
    red, blue, grey, green = "#c0392b", "#1f5fa8", "#7f8c8d", "#2e8b57"
    draw(out / "recall-lof.svg", "Local Outlier Factor", results, [
        ("Balmer, LOF, k = 100", {"color": red, "marker": "o"}),
        ("Balmer, ensemble", {"color": green, "marker": "D"}),
        ("Balmer, LOF, k = 20", {"color": red, "marker": "o", "ls": ":"}),
        ("scikit-learn 2020, LOF, k = 100", {"color": blue, "marker": "s"}),
        ("scikit-learn 2020, LOF, k = 20", {"color": blue, "marker": "s", "ls": ":"}),
        ("scikit-learn 2016, LOF, k = 100", {"color": grey, "marker": "^"}),
        ("scikit-learn 2016, LOF, k = 20", {"color": grey, "marker": "^", "ls": ":"}),
    ])
    styles = {5: ":", 10: "--", 30: "-"}
    draw(out / "recall-labels.svg", "Label spreading", results, [
        (f"{who}, {given} seeds", {"color": colour, "marker": marker, "ls": styles[given]})
        for who, colour, marker in (("Balmer, labels", red, "o"), ("scikit-learn 2020, labels", blue, "s"))
        for given in GIVEN
    ])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("balmer")
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--label-seeds", type=int, default=10)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        survey = Survey(arguments.balmer, arguments.data.resolve(), folder)
        lof, real = outliers(survey, arguments.seeds)
        spread = labels(survey, arguments.label_seeds)
        told = classes(survey, arguments.label_seeds)
    results = [count.of(method) for count in (lof, spread) for method in count.rows]
    document = {
        "top": TOP, "planted_at_once": PLANTED, "seeds": arguments.seeds, "label_seeds": arguments.label_seeds,
        "real_emission_of_14_in_top_at_least": real, "results": results,
        "types_told": told,
    }
    (arguments.out / "recall.json").write_text(json.dumps(document, indent=1) + "\n")
    draw_all(arguments.out, results)
    for result in results:
        bins = " ".join(f"{b['found'] / max(b['planted'], 1):.2f}" for b in result["bins"])
        strong = result["above_5A_in_2_percent"]
        print(f"{result['method']:38s} {bins} | {strong['found']}/{strong['planted']} | {result['mean_ln_rank']:.3f}")
    print(f"types told: {told}")
    print(f"real emission spectra of 14 in the first {TOP}, at least, by k: {real}")


if __name__ == "__main__":
    main()
