"""The cheapest setting of an approximate search that reaches a recall, found by trying."""

import time

import numpy as np


def without_self(found, i, k):
    """The first k of a row's neighbours but the row itself, which most methods find first."""
    return found[found != i][:k]


def recall(found, sample, truth):
    """The mean share of a row's true neighbours that were found."""
    kept = (without_self(found[i], i, truth.shape[1]) for i in sample)
    return float(np.mean([np.isin(row, near).mean() for row, near in zip(truth, kept)]))


def climb(x, k, threads, build, search, ladders, sample, truth, target):
    """`ladders` has for every index's settings those of a search, cheapest first. Returns both settings of the cheapest
    search that reaches the target, index included, or of the best where none does, and its recall."""
    trials = []
    for index, steps in ladders:
        clock = time.process_time()
        built = build(x, k, threads, *index)
        building = time.process_time() - clock
        for step in steps:
            clock = time.process_time()
            found = search(built, x, k, step)
            spent = building + time.process_time() - clock
            trials.append((spent, recall(found, sample, truth), index, step))
            if trials[-1][1] >= target:
                break
    reaching = [trial for trial in trials if trial[1] >= target]
    best = min(reaching, key=lambda trial: trial[0]) if reaching else max(trials, key=lambda trial: trial[1])
    return best[2], best[3], best[1]


def efforts(k):
    """How many candidates a search in a graph keeps."""
    return [k + 1, *(effort for effort in (32, 48, 64, 96, 128, 192, 256, 384) if effort > k + 1)]
