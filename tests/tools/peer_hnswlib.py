"""hnswlib's graph of all rows. The row itself is among what it finds."""

import hnswlib

import peer_ladder


def build(x, k, threads, links, effort):
    index = hnswlib.Index("l2", x.shape[1])
    index.init_index(len(x), M=links, ef_construction=effort, random_seed=0)
    index.set_num_threads(threads)
    index.add_items(x)
    return index


def search(index, x, k, effort):
    index.set_ef(effort)
    return index.knn_query(x, k + 1)[0]


def tune_hnsw(x, k, threads, *goal):
    ladders = [(index, peer_ladder.efforts(k)) for index in ((16, 40), (16, 100), (32, 100))]
    return peer_ladder.climb(x, k, threads, build, search, ladders, *goal)


def hnsw(x, k, threads, index, step):
    return search(build(x, k, threads, *index), x, k, step)
