"""The cost of an edge as the graph grows: one model, one mean degree, R-MAT graphs from a million edges to 124 million,
vertices by falling degree."""

from harness import catalog, gnnc, inputs, machine
from harness.tables import Column, gigabytes, seconds

NAME = "scaling"
TITLE = "The cost of an edge, from 1 to 124 million of them (mean degree 50.5)"
EDGES = (1_000_000, 4_000_000, 16_000_000, 62_000_000, 123_718_280)
MEAN_DEGREE = 50.5
MODEL = "gcn"
ORDER = "degree"


def measure(choice):
    model = catalog.MODELS[MODEL]
    for edges in EDGES:
        graph = catalog.rmat(edges, MEAN_DEGREE)
        parts, _ = gnnc.partition(graph, order=ORDER)
        inputs.drop_graph(graph)
        compiled, _ = gnnc.compile(model, parts)
        runs = [gnnc.run(compiled, parts, repeats=2 if edges > 30_000_000 else 4) for _ in range(choice.rounds)]
        gnnc.drop(parts, compiled)
        best = min(run["stages_seconds"] for run in runs)
        machine.say(f"  {edges:,} edges: {best:.3f} s")
        yield {
            "key": [edges], "edges": edges, "vertices": graph.make[1], "seconds": best,
            "peak_bytes": min(run["peak_bytes"] for run in runs),
        }


COLUMNS = [
    Column("edges", lambda row: f"{row['edges']:,}"),
    Column("vertices", lambda row: f"{row['vertices']:,}"),
    Column(f"stages of {MODEL}", lambda row: seconds(row["seconds"])),
    Column("for an edge", lambda row: f"{row['seconds'] / row['edges'] * 1e9:.1f} ns"),
    Column("memory", lambda row: gigabytes(row["peak_bytes"])),
]


def tables(rows):
    yield None, COLUMNS, sorted(rows, key=lambda row: row["edges"])
