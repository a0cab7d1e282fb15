"""A process for every library, which keeps its imports, its compiled code and the last matrix.

Two of them in one process disturb each other: where FAISS is loaded too, scikit-learn's limit on the threads of BLAS holds
for its own as well, since both share an OpenMP, and it computes on one.
"""

import functools
import importlib
import multiprocessing
import resource
import time
from concurrent.futures import ProcessPoolExecutor


def processor_seconds():
    """Of this process, all its threads, and of its children that ended."""
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in usage)


def timed(run):
    """What it answers, and how long that took."""
    wall, cpu = time.perf_counter(), processor_seconds()
    answer = run()
    return answer, {"wall_s": time.perf_counter() - wall, "cpu_s": processor_seconds() - cpu}


@functools.lru_cache(maxsize=1)
def matrix(path):
    import numpy as np

    return np.load(path)


def called(module, function, path, *arguments):
    run = getattr(importlib.import_module(module), function)
    x = matrix(path)
    return timed(lambda: run(x, *arguments))


class Peer:
    """The functions of a module, in a process of its own: each takes a matrix first, here given by its path."""

    def __init__(self, module):
        self.module = module
        self.pool = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"))

    def call(self, function, path, *arguments):
        """What the function answers, and how long it took in there."""
        return self.pool.submit(called, self.module, function, path, *arguments).result()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.pool.shutdown()
