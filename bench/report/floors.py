"""What gnnc aims to reach at least, and how it is read off the results."""

import dataclasses
from collections.abc import Callable

from sections import forward


@dataclasses.dataclass(frozen=True)
class Floor:
    what: str
    bound: float
    unit: str  # "x", "s", "GB", "ms"
    value: Callable  # of the results, to a number in that unit, or None where it was not measured
    most: bool = False  # whether the bound is the most that is allowed, not the least

    def judged(self, results):
        value = self.value(results)
        return {
            "what": self.what, "aim": ("at most " if self.most else "at least ") + told(self.bound, self.unit), "value": value,
            "told": None if value is None else told(value, self.unit),
            "reached": None if value is None else value <= self.bound if self.most else value >= self.bound,
        }


def told(value, unit):
    return f"{value:.3g}{'' if unit == 'x' else ' '}{unit}"


def over(numerator, denominator):
    return None if numerator is None or denominator is None else numerator / denominator


def of_forward(graph, model, value):
    """A floor's value from the row of a forward pass."""

    def find(results):
        rows = [row for row in results.rows("forward") if row["key"] == [graph, model]]
        return value(rows[0]) if rows else None

    return find


def faster_than(contestant):
    """How many times as long a contestant takes; `contestant` finds its name in a row."""
    return lambda row: over(forward.seconds_of(row, contestant(row)), forward.seconds_of(row, "gnnc"))


def named(name):
    return lambda row: name


def memory_share(row):
    return over(forward.peak_of(row, "gnnc, whole run"), forward.least_memory_of_peers(row))


def memory_over_dgl(row):
    return over(forward.peak_of(row, "gnnc, whole run"), forward.peak_of(row, "DGL"))


def largest(section, value):
    """The largest of a section's rows, or None without any."""
    return lambda results: max(map(value, results.rows(section)), default=None)


def least(section, value):
    return lambda results: min(map(value, results.rows(section)), default=None)


def spread_of_edge_cost(results):
    costs = [row["seconds"] / row["edges"] for row in results.rows("scaling")]
    return max(costs) / min(costs) if len(costs) > 1 else None


def start_of(model, figure, scale):
    def find(results):
        rows = [row for row in results.rows("start") if row["model"] == model]
        return rows[0][figure] * scale if rows else None

    return find


def eight_over_one(figure):
    return lambda row: row[figure][1] / row[figure][0]


BETTER, PYG, SAMPLED = forward.better_peer, forward.best_pyg, named("sampled")
TIMES = [
    ("arxiv", "gcn", "the better of PyG and DGL", BETTER, 3), ("arxiv", "sage", "the better of PyG and DGL", BETTER, 2.2),
    ("arxiv", "gin", "the better of PyG and DGL", BETTER, 2.5), ("arxiv", "gat", "the better of PyG and DGL", BETTER, 5.5),
    ("arxiv", "gatv2", "the better of PyG and DGL", BETTER, 5.5), ("arxiv", "rgcn", "PyG's best", PYG, 10),
    ("typed", "hgt", "PyG's best", PYG, 7), ("arxiv", "geniepath", "PyG's best", PYG, 5),
    ("arxiv", "gat", "sampled sub-graphs", SAMPLED, 27.4), ("typed", "hgt", "sampled sub-graphs", SAMPLED, 12.8),
    ("arxiv", "geniepath", "sampled sub-graphs", SAMPLED, 8), ("products", "sage", "DGL", named("DGL"), 4),
    ("arxiv", "gcn", "the program by hand", named("hand-written"), 1),
    ("arxiv", "gat", "the program by hand", named("hand-written"), 1),
]
MEMORIES = [("arxiv", model, 1 / 3 if model == "gat" else 1 / 4) for model in "gcn sage gin gat gatv2 rgcn geniepath".split()]
MEMORIES += [("typed", "hgt", 1 / 4)]

FLOORS = [
    *(
        Floor(f"{model}, {graph}: seconds of {whom} / gnnc's stages", bound, "x", of_forward(graph, model, faster_than(who)))
        for graph, model, whom, who, bound in TIMES
    ),
    *(
        Floor(f"{model}, {graph}: memory of gnnc / least of the peers", bound, "x", of_forward(graph, model, memory_share), True)
        for graph, model, bound in MEMORIES
    ),
    Floor("sage, products: memory of gnnc / DGL", 1 / 4, "x", of_forward("products", "sage", memory_over_dgl), True),
    Floor("8 range partitions / 1: stages", 1.3, "x", largest("partitions", eight_over_one("seconds")), True),
    Floor("8 range partitions / 1: memory", 1.3, "x", largest("partitions", eight_over_one("peak_bytes")), True),
    Floor("cost of an edge, 1 M to 124 M edges: most / least", 2, "x", spread_of_edge_cost, True),
    Floor(
        "products, gathered in float32 / in bfloat16", 1.3, "x",
        least("store", lambda row: row["seconds"]["float32"] / row["seconds"]["bfloat16"]),
    ),
    Floor("partitioning products into 8", 60, "s", largest("partitioning", lambda row: row["seconds"]), True),
    Floor("partitioning products into 8: memory", 6, "GB", largest("partitioning", lambda row: row["peak_bytes"] / 1e9), True),
    Floor("gat: compiling, nothing cached", 2, "s", start_of("gat", "compile_seconds", 1), True),
    Floor("gat: cached, start to first stage", 50, "ms", start_of("gat", "start_seconds", 1000), True),
]
