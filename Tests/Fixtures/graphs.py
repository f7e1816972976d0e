"""The small made-up graphs: everything that a real graph may hold, on purpose."""

import numpy

import plain


def nasty(folder):
    """60 vertices: a hub, parallel edges, self-loops, and vertices that lack one kind of edge or both.

    0         the hub: more than 300 in-edges, parallel ones and a self-loop among them
    1-39      random edges, some repeated; 5-7 have one self-loop, 8 has three, 9 has two
    40-44     in-edges only
    45-49     out-edges only
    50-54     no edges
    55, 56    nothing but self-loops: one, two
    57, 58    one edge from each to the other
    59        no edges, so that the count is not the largest index plus one
    """
    random = numpy.random.default_rng(20)
    pairs = []
    pairs += [(int(s), 0) for s in random.integers(1, 40, 290)] + [(45, 0)] * 20 + [(5, 0)] * 10 + [(0, 0)]
    pairs += [(int(s), int(t)) for s, t in random.integers(1, 40, (200, 2)) if s != t]
    pairs += [(0, int(t)) for t in random.integers(1, 40, 12)]
    pairs += [pairs[i] for i in random.integers(325, 500, 30)]
    pairs += [(int(s), int(t)) for s in random.integers(0, 40, 4) for t in range(40, 45)]
    pairs += [(s, int(t)) for s in range(45, 50) for t in random.integers(1, 45, 3)]
    pairs += [(v, v) for v in (5, 6, 7, 8, 8, 8, 9, 9, 55, 56, 56)] + [(57, 58), (58, 57)]
    index = numpy.array(pairs, dtype=numpy.int64)
    index = numpy.ascontiguousarray(random.permutation(index).T)
    edges = index.shape[1]

    weight = random.uniform(0.2, 2.0, edges).astype(numpy.float32)
    # Zero weights give vertices whose degree is zero, with and without a self-loop of their own.
    weight_zeros = weight.copy()
    weight_zeros[random.random(edges) < 0.1] = 0
    weight_zeros[numpy.isin(index[1], (3, 8, 41, 55))] = 0

    nodes = {"x": features(random), "x_nonfinite": nonfinite(random), "values": values(random)}
    attr = random.normal(size=(edges, 5)).astype(numpy.float32)
    random = numpy.random.default_rng(23)
    # Rows of one magnitude: a variance in single precision is worth little where one neighbour is 50 times another.
    nodes["calm"] = random.normal(size=(60, 16)).astype(numpy.float32)
    nodes["narrow"] = random.normal(size=(60, 5)).astype(numpy.float32)
    plain.write(
        folder,
        {"node": (60, nodes)},
        {
            "link": (
                "node",
                "node",
                index,
                {"weight": weight, "weight_zeros": weight_zeros, "attr": attr, "relation": relation(random, edges)},
            )
        },
    )


def relation(random, edges):
    """A class for each edge, of six: the first is common, the fifth is of no edge."""
    return random.choice(6, edges, p=[0.5, 0.2, 0.15, 0.1, 0, 0.05]).astype(numpy.int64)


def features(random, count=60, width=16):
    x = random.normal(size=(count, width))
    x[30] *= 50  # softmax over its edges saturates
    x[31] *= 1e-3
    x[50] = 0
    return x.astype(numpy.float32)


def nonfinite(random):
    """Few enough that many rows stay finite after two layers."""
    x = features(random)
    x[4, 2] = numpy.nan
    x[12, 0] = numpy.inf
    x[20, 5] = -numpy.inf
    x[46, 7] = numpy.inf
    x[51, 1] = numpy.nan
    x[42, 3] = -numpy.inf
    x[54, 0], x[54, 1] = numpy.inf, -numpy.inf
    return x.astype(numpy.float32)


def values(random):
    """What activations should be tried on: usual values, both signs of every magnitude, zeros, what is not finite."""
    x = random.normal(size=(60, 8)) * 3
    # Several magnitudes in one row would hide the error of the small ones, so a row has one.
    for row, exponent in enumerate(range(-42, 30, 3)):
        x[row] = random.choice([-1, 1], 8) * random.uniform(1, 10, 8) * 10.0**exponent
    x[24] = [-0.0, 0.0, -0.0, 0.0, 0.5, -0.5, 1, -1]
    x[25] = [-20, 20, -20.5, 20.5, -19.5, 19.5, 6, -6]
    x[26] = [-87, -88, -89, -90, -100, -104, -110, -708]
    x[27] = [87, 88, 89, 90, 100, 104, 110, 708]
    x[28] = [3, -3, 2.5, -2.5, 9, -9, 10, -10]
    x[29] = [numpy.inf, 1, -1, 0, 2, -2, 3, -3]
    x[30] = [-numpy.inf, 1, -1, 0, 2, -2, 3, -3]
    x[31] = [numpy.nan, 1, -1, 0, 2, -2, 3, -3]
    x[32] = [numpy.inf, -numpy.inf, numpy.nan, -numpy.nan, 0.0, -0.0, 1, -1]
    return x.astype(numpy.float32)


def hub(folder):
    """300 vertices, of which 0 has 8,200 in-edges and 299 has 4,097: more than two chunks of 4,096, and one edge more
    than a chunk."""
    random = numpy.random.default_rng(21)
    into_hub = numpy.stack([random.integers(0, 300, 8200), numpy.zeros(8200, int)])
    into_second = numpy.stack([random.integers(0, 299, 4097), numpy.full(4097, 299)])
    others = numpy.stack([random.integers(0, 300, 500), random.integers(1, 299, 500)])
    index = random.permutation(numpy.concatenate([into_hub, into_second, others], axis=1).T).T
    index = numpy.ascontiguousarray(index.astype(numpy.uint32))
    edges = index.shape[1]
    x = features(random, count=300, width=8)
    weight = random.uniform(0.2, 2, edges).astype(numpy.float32)
    random = numpy.random.default_rng(24)
    calm = random.normal(size=(300, 8)).astype(numpy.float32)
    plain.write(
        folder,
        {"node": (300, {"x": x, "calm": calm})},
        {"link": ("node", "node", index, {"weight": weight, "relation": relation(random, edges).astype(numpy.int32)})},
    )


def bipartite(folder):
    """30 users and 20 items of other widths; user 29 and item 19 have no edges."""
    random = numpy.random.default_rng(22)
    index = numpy.stack([random.integers(0, 29, 140), random.integers(0, 19, 140)]).astype(numpy.int64)
    users = {"x": random.normal(size=(30, 10)).astype(numpy.float32)}
    items = {"x": random.normal(size=(20, 6)).astype(numpy.float32)}
    attr = random.normal(size=(140, 3)).astype(numpy.float32)
    random = numpy.random.default_rng(25)
    plain.write(
        folder,
        {"user": (30, users), "item": (20, items)},
        {"buys": ("user", "item", index, {"attr": attr, "relation": relation(random, 140)})},
    )


def typed(folder):
    """Four vertex types, nine edge types, and everything on purpose.

    author   28, the last two without edges
    paper    40, 0 being a hub with 210 in-edges of five types; 36-39 are isolated, 35 has only out-edges
    venue    7, target only; 6 is isolated
    term     25, source only; 24 is isolated

    writes and reviews join the same two types, as cites and revises do. Five edge types are called "to" in PyG. chairs has no
    edges. cites has parallel edges and self-loops (3 has one, 4 has three), and so has knows (2 has one, 25 nothing else).
    """
    random = numpy.random.default_rng(23)

    def pairs(sources, targets, count, hub=0):
        into_hub = numpy.stack([random.integers(0, sources, hub), numpy.zeros(hub, int)])
        others = numpy.stack([random.integers(0, sources, count), random.integers(0, targets, count)])
        return numpy.concatenate([into_hub, others], axis=1)

    def with_more(index, *more):
        return numpy.concatenate([index, numpy.array(more).T], axis=1)

    def mixed(index):
        return numpy.ascontiguousarray(random.permutation(index.T).T.astype(numpy.int64))

    writes = mixed(pairs(25, 35, 70, hub=60))
    cites = pairs(36, 35, 120, hub=70)
    cites = mixed(with_more(numpy.concatenate([cites, cites[:, 80:95]], axis=1), (3, 3), (4, 4), (4, 4), (4, 4), (0, 0)))
    revises = mixed(pairs(35, 12, 20, hub=10))
    mentions = mixed(pairs(24, 35, 90, hub=50))
    reviews = mixed(pairs(25, 35, 40, hub=20))
    knows = mixed(with_more(pairs(25, 25, 60), (2, 2), (25, 25)))
    appears = mixed(pairs(35, 6, 35))
    chairs = numpy.zeros((2, 0), numpy.int64)

    def normal(rows, width):
        return random.normal(size=(rows, width)).astype(numpy.float32)

    paper = normal(40, 16)
    paper[30] *= 50  # softmax over its edges saturates
    paper[31] *= 1e-3
    paper[37] = 0
    weight = random.uniform(0.2, 2.0, cites.shape[1]).astype(numpy.float32)
    plain.write(
        folder,
        {
            "author": (28, {"x": normal(28, 10)}),
            "paper": (40, {"x": paper, "topic": random.integers(0, 6, 40)}),
            "venue": (7, {"x": normal(7, 5)}),
            "term": (25, {"x": normal(25, 16)}),
        },
        {
            "writes": ("author", "paper", writes, {}),
            "written": ("paper", "author", numpy.ascontiguousarray(writes[::-1]), {}),
            "cites": ("paper", "paper", cites, {"weight": weight}),
            "revises": ("paper", "paper", revises, {}),
            "mentions": ("term", "paper", mentions, {"attr": normal(mentions.shape[1], 1)}),
            "reviews": ("author", "paper", reviews, {"attr": normal(reviews.shape[1], 3)}),
            "knows": ("author", "author", knows, {"attr": normal(knows.shape[1], 2)}),
            "appears": ("paper", "venue", appears, {}),
            "chairs": ("author", "venue", chairs, {}),
        },
    )
