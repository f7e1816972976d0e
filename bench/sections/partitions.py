"""What it costs to run over 8 partitions, by ranges of the vertices, where one would fit in memory too."""

from harness import gnnc, inputs
from harness.tables import Column, gigabytes, ratio, seconds

NAME = "partitions"
TITLE = "8 range partitions beside 1, in memory"
PARTS = (1, 8)


def measure(choice):
    for graph, model in choice.pairs():
        if inputs.weights(model) is not None and not graph.long:
            yield {"key": [graph.name, model.name], "graph": graph.name, "model": model.name, **both(graph, model, choice)}


def both(graph, model, choice):
    directories = {parts: gnnc.partition(graph, parts, "range")[0] for parts in PARTS}
    compiled, _ = gnnc.compile(model, directories[1])
    runs = {parts: [] for parts in PARTS}
    for _ in range(choice.rounds):
        for parts, directory in directories.items():
            runs[parts].append(gnnc.run(compiled, directory, repeats=4))
    gnnc.drop(compiled, *directories.values())
    return {
        "seconds": [min(run["stages_seconds"] for run in runs[parts]) for parts in PARTS],
        "peak_bytes": [min(run["peak_bytes"] for run in runs[parts]) for parts in PARTS],
    }


COLUMNS = [
    Column("graph, model", lambda row: f"{row['graph']}, {row['model']}"),
    Column("1: stages", lambda row: seconds(row["seconds"][0])),
    Column("8: stages", lambda row: seconds(row["seconds"][1])),
    Column("time, 8 / 1", lambda row: ratio(row["seconds"][1], row["seconds"][0])),
    Column("1: memory", lambda row: gigabytes(row["peak_bytes"][0])),
    Column("8: memory", lambda row: gigabytes(row["peak_bytes"][1])),
    Column("memory, 8 / 1", lambda row: ratio(row["peak_bytes"][1], row["peak_bytes"][0])),
]


def tables(rows):
    yield None, COLUMNS, rows
