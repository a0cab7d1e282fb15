"""What peers.py measures: each function runs Balmer and its peers on one matrix and checks what they answer.

Every one takes the balmer binary, the matrix's path, k, the threads and a function that runs contestants by turns; it
returns the rows of the table, Balmer's first, and what else there is to tell. A contestant is a function without
arguments that returns wall and processor seconds.
"""

import importlib.metadata
import json
import os
import subprocess
import tempfile

import numpy as np

import peer_ladder
from peer_process import Peer, timed


def versions(balmer):
    packages = ("scikit-learn", "faiss-cpu", "pynndescent", "hnswlib", "numpy")
    ours = subprocess.run([balmer, "--version"], check=True, capture_output=True, text=True).stdout.split()[-1]
    return {"balmer": ours} | {package: importlib.metadata.version(package) for package in packages}


def balmer_json(balmer, *arguments):
    command = [balmer, "--json", "--quiet", "--device", "cpu", *(str(a) for a in arguments)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def bench(balmer, what, path, k):
    """Balmer's own clock, which starts when the matrix is in memory."""

    def contestant():
        found = balmer_json(balmer, "bench", what, "--input", path, "--k", k)
        note = f"{found['gflops']:.0f} GFLOP/s as if all pairs met, {found['bytes'] / 2**20:.0f} MiB at most"
        about = {key: found[key] for key in ("gflops", "bytes", "device")}
        return {"wall_s": found["seconds"], "cpu_s": found["cpu_seconds"], "note": note, **about}

    return contestant


def bench_spread(balmer, n, k):
    """The graph of as many points of a cube, whose neighbours Balmer's benchmark knows, and 30 steps along it."""

    def contestant():
        found = balmer_json(balmer, "bench", "spread", "--n", n, "--k", k, "--steps", 30)
        seconds = found["graph_seconds"] + found["steps_seconds"]
        note = f"graph {found['graph_seconds']:.2f} s; memory alone {found['floor_seconds']:.2f} s"
        return {"wall_s": seconds, "cpu_s": found["cpu_seconds"], "note": note}

    return contestant


def command(balmer, *arguments):
    """A whole command, from its start to the file it writes."""
    return lambda: timed(lambda: balmer_json(balmer, *arguments))[1]


def called(peer, *arguments, keep=None):
    """A function of a peer; what it answers is kept in `keep`."""

    def contestant():
        answer, times = peer.call(*arguments)
        if keep is not None:
            keep[:] = [answer]
        return times

    return contestant


def lof(balmer, path, k, threads, by_turns):
    """Exact neighbours and Local Outlier Factors; FAISS finds the neighbours alone."""
    x = np.load(path)
    with Peer("peer_sklearn") as sklearn, Peer("peer_faiss") as faiss, tempfile.TemporaryDirectory() as folder:
        scores, neighbours = os.path.join(folder, "lof.npy"), os.path.join(folder, "knn.npy")
        (how, blocks), _ = faiss.call("tune", path, k, threads)
        theirs, peaks = [], [balmer_json(balmer, "bench", "fma")["gflops"]]
        rows = by_turns(
            {
                "Balmer": bench(balmer, "lof", path, k),
                "Balmer, whole command": command(balmer, "lof", "-i", path, "-k", k, "-o", scores),
                "scikit-learn LocalOutlierFactor, brute": called(sklearn, "lof", path, k, keep=theirs),
                "FAISS flat, neighbours alone": called(faiss, "flat", path, k, threads),
                f"the same, tuned ({how}, {blocks[0]} x {blocks[1]})": called(faiss, how, path, k, threads, blocks),
            }
        )
        peaks.append(balmer_json(balmer, "bench", "fma")["gflops"])
        ours = np.load(scores)["lof"]
        balmer_json(balmer, "knn", "-i", path, "-k", k, "-o", neighbours)
        found = np.load(neighbours)["neighbor"]
    sample = np.random.default_rng(1).choice(len(x), min(len(x), 100 if x.shape[1] < 1000 else 30), replace=False)
    products = 2 * len(x) ** 2 * x.shape[1] / 1e9
    return rows, {
        "largest relative difference of LOF": float(np.max(np.abs(ours - theirs[0]) / theirs[0])),
        f"rows of {len(sample)} that differ from f64": int((found[sample] != exact(x, sample, k)).any(axis=1).sum()),
        "peak GFLOP/s": max(peaks),
        "2 n^2 d in % of the peak, by wall": 100 * products / rows[0]["wall_s"] / max(peaks),
        "by CPU": 100 * products / rows[0]["cpu_s"] / (max(peaks) / threads),
    }


def exact(x, sample, k):
    """The k nearest rows of some rows, every distance in f64, ties by index."""
    x = x.astype(np.float64)
    found = np.empty((len(sample), k), np.int64)
    for row, i in enumerate(sample):
        difference = x - x[i]
        distance = np.einsum("nd,nd->n", difference, difference)
        distance[i] = np.inf
        near = np.flatnonzero(distance <= np.partition(distance, k - 1)[k - 1])
        found[row] = near[np.argsort(distance[near], kind="stable")][:k]
    return found


def approximate(balmer, path, k, threads, by_turns, target=0.99):
    """Neighbours at equal recall: every method with the cheapest of its settings that reaches the target."""
    x = np.load(path)
    sample = np.random.default_rng(1).choice(len(x), min(len(x), 300), replace=False)
    truth = exact(x, sample, k)
    contestants, recalls = {}, {"Balmer, exact": 1.0}
    methods = [
        ("pynndescent", "peer_pynndescent", "descent", "{0} neighbours, {1} rounds"),
        ("FAISS HNSW", "peer_faiss", "hnsw", "{0} links, effort {1}, {2}"),
        ("FAISS IVF", "peer_faiss", "ivf", "{0} lists, {1} visited"),
        ("hnswlib", "peer_hnswlib", "hnsw", "{0} links, effort {1}, {2}"),
    ]
    with Peer("peer_pynndescent") as one, Peer("peer_faiss") as two, Peer("peer_hnswlib") as three:
        peers = {peer.module: peer for peer in (one, two, three)}
        with tempfile.TemporaryDirectory() as folder:
            output = os.path.join(folder, "knn.npy")
            arguments = ("knn", "--method", "nn-descent", "-i", path, "-k", k, "-o", output)
            balmer_json(balmer, *arguments)
            contestants["Balmer nn-descent, whole command"] = command(balmer, *arguments)
            found = np.load(output)["neighbor"]
            recalls["Balmer nn-descent, whole command"] = peer_ladder.recall(found, sample, truth)
            contestants["Balmer, exact"] = bench(balmer, "knn", path, k)
            for name, module, function, settings in methods:
                (index, step, reached), _ = peers[module].call(
                    f"tune_{function}", path, k, threads, sample, truth, target
                )
                name = f"{name}, {settings.format(*(part or 'its' for part in index), step)}"
                contestants[name] = called(peers[module], function, path, k, threads, index, step)
                recalls[name] = reached
            rows = by_turns(contestants)
    for row in rows:
        row["recall"] = recalls[row["name"]]
        row["note"] = f"recall@{k} {row['recall']:.4f}"
    return rows, {"recall wanted": target}


def spread(balmer, path, k, threads, by_turns):
    """Labels of every hundredth row along k neighbours, 30 steps: along given neighbours, then with their search."""
    n = len(np.load(path, mmap_mode="r"))
    rows = np.arange(n)
    labels = np.where(rows % 100 == 0, rows // 100 % 3, -1)
    settings = {"alpha": 0.2, "max_iter": 30, "tol": 0.0}
    with Peer("peer_sklearn") as sklearn, tempfile.TemporaryDirectory() as folder:
        seeds, output = os.path.join(folder, "labels.npy"), os.path.join(folder, "spread.npy")
        neighbours = os.path.join(folder, "knn.npy")
        np.save(seeds, labels)
        balmer_json(balmer, "knn", "-i", path, "-k", k, "-o", neighbours)
        sklearn.call("graph", path, np.load(neighbours)["neighbor"])
        whole = ("spread", "-i", path, "--labels", seeds, "-k", k)
        steps = ("--alpha", "0.2", "--max-iter", "30", "--tol", "0")
        along = {
            "Balmer, along given neighbours": bench_spread(balmer, n, k),
            "scikit-learn, along given neighbours": called(sklearn, "spread_along", path, labels, settings),
        }
        search = {
            "Balmer, whole command": command(balmer, *whole, *steps, "-o", output),
            "scikit-learn, neighbours too": called(sklearn, "spread", path, labels, k, settings),
        }
        return by_turns(along) + by_turns(search), {}


def growth(balmer, path, k, threads, by_turns):
    """The exponent that time grows with: a line through the logarithms of four sizes."""
    x = np.load(path, mmap_mode="r")
    sizes = [len(x) >> shift for shift in (3, 2, 1, 0)]
    with tempfile.TemporaryDirectory() as folder:
        contestants = {}
        for n in sizes:
            part = os.path.join(folder, f"{n}.npy")
            np.save(part, x[:n])
            contestants[f"Balmer, n = {n:,}"] = bench(balmer, "lof", part, k)
        rows = by_turns(contestants)
    exponents = {
        f"exponent by {name}": float(np.polyfit(np.log(sizes), np.log([row[clock] for row in rows]), 1)[0])
        for name, clock in (("wall", "wall_s"), ("CPU", "cpu_s"))
    }
    return rows, exponents
