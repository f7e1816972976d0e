"""How long and how much memory it takes to partition the largest graph: 8 ranges, vertices by falling degree."""

from harness import catalog, gnnc, inputs
from harness.tables import Column, gigabytes, seconds

NAME = "partitioning"
TITLE = "Partitioning"
PARTS, METHOD, ORDER = 8, "range", "degree"


def measure(choice):
    graph = catalog.GRAPHS["products"]
    inputs.graph(graph)
    outcomes = []
    for _ in range(choice.rounds):
        directory, outcome = gnnc.partition(graph, PARTS, METHOD, ORDER)
        outcomes.append(outcome)
        gnnc.drop(directory)
    best = min(outcomes, key=lambda outcome: outcome.seconds)
    yield {"key": [graph.name], "graph": graph.name, "seconds": best.seconds, "peak_bytes": best.peak_bytes}


COLUMNS = [
    Column("graph", lambda row: catalog.GRAPHS[row["graph"]].title),
    Column(f"into {PARTS} by {METHOD}, order {ORDER}", lambda row: seconds(row["seconds"])),
    Column("memory", lambda row: gigabytes(row["peak_bytes"])),
]


def tables(rows):
    yield None, COLUMNS, rows
