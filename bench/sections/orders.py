"""Vertex orders: what each costs when the graph is partitioned, and what it gives to the stages."""

from harness import gnnc, inputs, machine
from harness.tables import Column, gigabytes, ratio, seconds

NAME = "orders"
TITLE = "Vertex orders"


def measure(choice):
    for graph, model in choice.pairs():
        if inputs.weights(model) is not None and model.name in ("gcn", "gat", "hgt"):
            yield {"key": [graph.name, model.name], "graph": graph.name, "model": model.name, **each(graph, model, choice)}


def each(graph, model, choice):
    """By order, the seconds of the stages, and those and the memory of partitioning."""
    prepared = {order: gnnc.partition(graph, order=order) for order in gnnc.orders()}
    compiled, _ = gnnc.compile(model, next(iter(prepared.values()))[0])
    times = {order: [] for order in prepared}
    for _ in range(choice.rounds):
        for order, (directory, _) in prepared.items():
            times[order].append(gnnc.stages(compiled, directory, repeats=2 if graph.long else 4))
    gnnc.drop(compiled, *(directory for directory, _ in prepared.values()))
    orders = {
        order: {
            "seconds": min(times[order]), "partition_seconds": outcome.seconds, "partition_peak_bytes": outcome.peak_bytes
        }
        for order, (_, outcome) in prepared.items()
    }
    machine.say(f"  {graph.name} {model.name}: " + ", ".join(f"{name} {row['seconds']:.3f} s" for name, row in orders.items()))
    return {"orders": orders}


COLUMNS = [
    Column("graph, model", lambda line: line["where"]),
    Column("order", lambda line: line["order"]),
    Column("stages", lambda line: seconds(line["seconds"])),
    Column("beside plain", lambda line: ratio(line["seconds"], line["plain"])),
    Column("partitioning", lambda line: seconds(line["partition_seconds"])),
    Column("its memory", lambda line: gigabytes(line["partition_peak_bytes"])),
]


def tables(rows):
    lines = []
    for row in rows:
        plain = row["orders"].get("plain", {}).get("seconds")
        for name, order in row["orders"].items():
            lines.append({"where": f"{row['graph']}, {row['model']}", "order": name, "plain": plain, **order})
    yield None, COLUMNS, lines
