"""Gathered tensors in bfloat16 beside float32, at the size where gathering is what costs, vertices by falling degree."""

import subprocess

from harness import catalog, gnnc, inputs, machine
from harness.tables import Column, gigabytes, ratio, seconds

NAME = "store"
TITLE = "What is gathered, in bfloat16 and in float32"
KINDS = {"float32": (), "bfloat16": ("--store", "bf16")}
ORDER = "degree"


def measure(choice):
    if not gnnc.has("compile", "--store"):
        return machine.say("store: left out, this gnnc has no --store")
    graph = catalog.GRAPHS["products"]
    parts, _ = gnnc.partition(graph, order=ORDER)
    for model in map(catalog.MODELS.get, graph.models):
        if model.name in choice.models and inputs.weights(model) is not None:
            yield {"key": [model.name], "graph": graph.name, "model": model.name, **both(model, parts, choice)}
    gnnc.drop(parts)


def both(model, parts, choice):
    compiled = {kind: gnnc.compile(model, parts, f"-{kind}", flags)[0] for kind, flags in KINDS.items()}
    outs = {kind: gnnc.WORK / f"out-{kind}" for kind in KINDS}
    runs = {kind: [] for kind in KINDS}
    for _ in range(choice.rounds):
        for kind in KINDS:
            runs[kind].append(gnnc.run(compiled[kind], parts, outs[kind], repeats=2))
    words = [machine.TOOLS / "compare", outs["bfloat16"] / "logits.npy", outs["float32"] / "logits.npy", "inf"]
    difference = subprocess.run(words, capture_output=True, text=True).stdout.strip()
    gnnc.drop(*compiled.values(), *outs.values())
    return {
        "seconds": {kind: min(run["stages_seconds"] for run in runs[kind]) for kind in KINDS},
        "peak_bytes": {kind: min(run["peak_bytes"] for run in runs[kind]) for kind in KINDS},
        "difference": difference,
    }


COLUMNS = [
    Column("graph, model", lambda row: f"{row['graph']}, {row['model']}"),
    Column("float32", lambda row: seconds(row["seconds"]["float32"])),
    Column("bfloat16", lambda row: seconds(row["seconds"]["bfloat16"])),
    Column("float32 / bfloat16", lambda row: ratio(row["seconds"]["float32"], row["seconds"]["bfloat16"])),
    Column("memory, float32", lambda row: gigabytes(row["peak_bytes"]["float32"])),
    Column("memory, bfloat16", lambda row: gigabytes(row["peak_bytes"]["bfloat16"])),
    Column("apart", lambda row: row["difference"]),
]


def tables(rows):
    yield None, COLUMNS, rows
