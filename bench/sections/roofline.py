"""How far each stage is from what this machine can do: `gnnc run --profile`, which measures the machine in the same run."""

from harness import gnnc, inputs, machine
from harness.tables import Column, seconds

NAME = "roofline"
TITLE = "Each stage beside what the machine can do at best"
SMALL = 0.01  # of a model's time: stages that take less are not shown


def measure(choice):
    if not gnnc.has("run", "--profile"):
        return machine.say("roofline: left out, this gnnc has no --profile")
    for graph, model in choice.pairs():
        if inputs.weights(model) is not None:
            yield {"key": [graph.name, model.name], "graph": graph.name, "model": model.name, "profile": profile(graph, model)}


def profile(graph, model):
    parts, _ = gnnc.partition(graph, order=graph.order)
    compiled, _ = gnnc.compile(model, parts)
    told = gnnc.run(compiled, parts, repeats=2 if graph.long else 4, flags=["--profile"])["profile"]
    machine.say(f"  {graph.name} {model.name}: {told['predicted_seconds'] / told['seconds']:.0%} of the roof")
    return told


def percent(value):
    return f"{value:.0%}"


def giga(value):
    return f"{value / 1e9:.0f}"


MODELS = [
    Column("graph, model", lambda row: f"{row['graph']}, {row['model']}"),
    Column("stages", lambda row: seconds(row["profile"]["seconds"])),
    Column("at best", lambda row: seconds(row["profile"]["predicted_seconds"])),
    Column("of the roof", lambda row: percent(row["profile"]["predicted_seconds"] / row["profile"]["seconds"])),
    Column("of the time, in stages at 85 %", lambda row: percent(row["profile"]["share_at_goal"])),
    Column("read, GB/s", lambda row: giga(row["profile"]["machine"]["read_bytes_per_second"])),
    Column("triad, GB/s", lambda row: giga(row["profile"]["machine"]["triad_bytes_per_second"])),
    Column("GFLOP/s", lambda row: giga(row["profile"]["machine"]["flops_per_second"])),
]
STAGES = [
    Column("graph, model", lambda line: line["where"]),
    Column("stage", lambda line: line["name"]),
    Column("seconds", lambda line: seconds(line["seconds"])),
    Column("at best", lambda line: seconds(line["predicted_seconds"])),
    Column("of the roof", lambda line: percent(line["share"])),
    Column("bound by", lambda line: line["bound"]),
    Column("GB/s", lambda line: giga(line["bytes_per_second"])),
    Column("GFLOP/s", lambda line: giga(line["flops_per_second"])),
]


def tables(rows):
    yield None, MODELS, rows
    lines = [
        {**stage, "where": f"{row['graph']}, {row['model']}"}
        for row in rows
        for stage in row["profile"]["stages"]
        if stage["seconds"] >= SMALL * row["profile"]["seconds"]
    ]
    yield None, STAGES, lines
