"""pynndescent's NN-descent; compiled when it is tuned, before any clock counts. The row itself is its first neighbour."""

import pynndescent

import peer_ladder


def build(x, k, threads, neighbours, rounds):
    return pynndescent.NNDescent(x, n_neighbors=neighbours, n_iters=rounds, n_jobs=threads, random_state=0)


def found(index, x, k, step):
    return index.neighbor_graph[0]


def tune_descent(x, k, threads, *goal):
    build(x[:2000], k, threads, k + 1, None)
    # its own number of rounds, a dozen or so, is more than many a matrix needs
    settings = [(k + 1, 3), (k + 1, 5), (k + 1, None), (k + 10, None), (k + 20, None), (k + 40, None)]
    return peer_ladder.climb(x, k, threads, build, found, [(index, [0]) for index in settings], *goal)


def descent(x, k, threads, index, step):
    return build(x, k, threads, *index).neighbor_graph[0]
