"""How long until there is an answer: compiling with nothing kept from before, starting from the cache, and the whole way
from a model's text and a plain graph to files on disk."""

from harness import catalog, gnnc, inputs, machine, peers
from harness.tables import Column, seconds

NAME = "start"
TITLE = "Compiling, starting, the first answer"


def measure(choice):
    for model in map(catalog.MODELS.get, choice.models):
        weights = inputs.weights(model)
        if weights is not None:
            yield {"key": [model.name], "model": model.name, **least(model, weights, choice)}


def least(model, weights, choice):
    """The least of each figure over the rounds."""
    rounds = [once(model, weights, choice) for _ in range(choice.rounds)]
    return {name: min(figures[name] for figures in rounds) for name in rounds[0]}


def once(model, weights, choice):
    graph = catalog.graph_of(model)
    parts, _ = gnnc.partition(graph, order=graph.order)
    cache = machine.BUILD / "cache"
    empty = {"XDG_CACHE_HOME": str(cache)}
    gnnc.drop(cache)
    _, compiled = gnnc.compile(model, None, env=empty)
    gnnc.drop(cache)
    flags = ["--weights", weights]
    cold = gnnc.run(gnnc.source(model), inputs.graph(graph), flags=flags, env=empty)
    cached = gnnc.run(gnnc.source(model), parts, flags=flags, env=empty)
    figures = {
        "compile_seconds": compiled.seconds,
        # What of the process passes before its clock starts and after it stops counts as starting too.
        "start_seconds": cached["open_seconds"] + cached["seconds"] - cached["total_seconds"],
        "first_answer_seconds": cold["seconds"],
        "cached_answer_seconds": cached["seconds"],
    }
    if choice.peers and peers.python("pyg"):
        figures["pyg_answer_seconds"] = peers.first_answer(model.name, inputs.graph(graph), weights, "eager")
    return figures


COLUMNS = [
    Column("model", lambda row: catalog.MODELS[row["model"]].title),
    Column("compile, nothing cached", lambda row: seconds(row["compile_seconds"])),
    Column("cached: start to first stage", lambda row: seconds(row["start_seconds"])),
    Column("cached: start to files", lambda row: seconds(row["cached_answer_seconds"])),
    Column("nothing cached, plain graph: start to files", lambda row: seconds(row["first_answer_seconds"])),
    Column("PyG eager: start to file", lambda row: seconds(row.get("pyg_answer_seconds"))),
]


def tables(rows):
    yield None, COLUMNS, rows
