"""FAISS: the exact search as it comes and at its best, HNSW and IVF. The row itself is among what it finds."""

import time
from concurrent.futures import ThreadPoolExecutor

import faiss
import numpy as np
import threadpoolctl

import peer_ladder

# queries and references that one matrix product takes; the first is FAISS's own choice
BLOCKS = [(4096, 1024), (4096, 4096), (2048, 8192), (8192, 8192)]
TRIAL = 20_000


def set_blocks(blocks):
    faiss.cvar.distance_compute_blas_query_bs, faiss.cvar.distance_compute_blas_database_bs = blocks


def flat(x, k, threads):
    set_blocks(BLOCKS[0])
    faiss.omp_set_num_threads(threads)
    index = faiss.IndexFlatL2(x.shape[1])
    index.add(x)
    return index.search(x, k + 1)[1]


def whole(x, k, threads, blocks):
    """All queries in one call, threads inside FAISS and its BLAS; centred, since norms lose digits otherwise."""
    set_blocks(blocks)
    faiss.omp_set_num_threads(threads)
    x = x - x.mean(0)
    return faiss.knn(x, x, k + 1)[1]


def split(x, k, threads, blocks):
    """As many calls as threads, each on one of them; centred too."""
    set_blocks(blocks)
    x = x - x.mean(0)

    def part(queries):
        faiss.omp_set_num_threads(1)  # of this thread
        return faiss.knn(queries, x, k + 1)[1]

    with threadpoolctl.threadpool_limits(1), ThreadPoolExecutor(threads) as pool:
        found = np.concatenate(list(pool.map(part, np.array_split(x, threads))))
    return found


def tune(x, k, threads):
    """The fastest of these on the first rows: the function's name and its blocks."""
    trial = x[:TRIAL] if x.shape[1] < 1000 else x[: TRIAL // 4]
    spent = {}
    for blocks in BLOCKS:
        for how in (whole, split):
            clock = time.process_time()
            how(trial, k, threads, blocks)
            spent[how.__name__, blocks] = time.process_time() - clock
    return min(spent, key=spent.get)


def build_hnsw(x, k, threads, links, effort):
    faiss.omp_set_num_threads(threads)
    index = faiss.IndexHNSWFlat(x.shape[1], links)
    index.hnsw.efConstruction = effort
    index.add(x)
    return index


def search_hnsw(index, x, k, effort):
    index.hnsw.efSearch = effort
    return index.search(x, k + 1)[1]


def tune_hnsw(x, k, threads, *goal):
    ladders = [(index, peer_ladder.efforts(k)) for index in ((16, 40), (16, 100), (32, 100))]
    return peer_ladder.climb(x, k, threads, build_hnsw, search_hnsw, ladders, *goal)


def hnsw(x, k, threads, index, step):
    return search_hnsw(build_hnsw(x, k, threads, *index), x, k, step)


def build_ivf(x, k, threads, lists):
    faiss.omp_set_num_threads(threads)
    index = faiss.IndexIVFFlat(faiss.IndexFlatL2(x.shape[1]), x.shape[1], lists)
    index.train(x)
    index.add(x)
    return index


def search_ivf(index, x, k, probes):
    index.nprobe = probes
    return index.search(x, k + 1)[1]


def tune_ivf(x, k, threads, *goal):
    root = int(len(x) ** 0.5)
    ladders = [((lists,), [2, 4, 8, 12, 16, 24, 32, 48, 64]) for lists in (root, 2 * root, 4 * root)]
    return peer_ladder.climb(x, k, threads, build_ivf, search_ivf, ladders, *goal)


def ivf(x, k, threads, index, step):
    return search_ivf(build_ivf(x, k, threads, *index), x, k, step)
