"""gnnc side by side with its peers and with the hand-written limits: one forward pass over the whole graph.

Contestants take turns: a round lets each run once, as a process of its own that takes the best of several passes after a
warm-up; the least of all rounds counts. A process that takes longer than a minute runs in the first round only, and so do
PyG's ways of computing a model that are not its best.
"""

import subprocess
import time

from harness import catalog, gnnc, inputs, limits, machine, peers
from harness.machine import Failure
from harness.tables import Column, gigabytes, ratio, seconds

NAME = "forward"
TITLE = "A forward pass over the whole graph, side by side"
LONG_PROCESS = 60  # seconds
CLOSE = 1.25  # a way of PyG's that is slower than its best by more is not tried again
BOUNDS = {"hand-written": 1e-5, "PyG": 1e-4}  # how far outputs may lie apart, by the scale of each row


def measure(choice):
    for graph, model in choice.pairs():
        weights = inputs.weights(model)
        if weights is None:
            machine.say(f"{model.name}: left out, PyG makes its weights and is not installed")
            continue
        yield compare(graph, model, weights, choice)


def compare(graph, model, weights, choice):
    answers = machine.BUILD / "answers"
    contestants = contestants_of(graph, model, weights, answers, choice)
    figures, processes = {}, {}
    for number in range(choice.rounds):
        for name, measure_once in contestants.items():
            if number > 0 and not again(name, figures, processes, graph):
                continue
            begin = time.perf_counter()
            try:
                figure = measure_once()
                machine.say(f"  {graph.name} {model.name}, {name}: {figure['seconds']:.3f} s, {gigabytes(figure['peak_bytes'])}")
            except Failure as failure:
                figure = {"failed": str(failure)}
                machine.say(f"  {graph.name} {model.name}, {name}: {failure}")
            processes[name] = time.perf_counter() - begin
            if name not in figures or figure.get("seconds", float("inf")) < figures[name].get("seconds", float("inf")):
                figures[name] = figure
    return {
        "key": [graph.name, model.name], "graph": graph.name, "model": model.name, "figures": figures,
        "differences": differences(figures, answers),
    }


def again(name, figures, processes, graph):
    if name.startswith(("gnnc", "hand-written")):
        return True
    if graph.long or processes[name] > LONG_PROCESS or "failed" in figures[name]:
        return False
    best = best_pyg({"figures": figures})
    return best is None or not name.startswith("PyG") or figures[name]["seconds"] < CLOSE * figures[best]["seconds"]


def contestants_of(graph, model, weights, answers, choice):
    """What takes turns: a name, and a function that measures once."""
    plain = inputs.graph(graph)
    parts, _ = gnnc.partition(graph, order=graph.order)
    compiled, _ = gnnc.compile(model, parts)
    contestants = {
        "gnnc": lambda: stages(gnnc.run(compiled, parts, repeats=2 if graph.long else 4)),
        "gnnc, whole run": lambda: gnnc.run(compiled, parts, answers / "gnnc"),
    }
    contestants |= limits.contestants(graph, model, plain, weights, answers / "hand-written.npy")
    if not choice.peers:
        return contestants
    return contestants | peers_of(graph, model, plain, weights, answers)


def peers_of(graph, model, plain, weights, answers):
    present = [peer for peer in graph.peers if peers.python(peer)]
    passes = {"passes": 0} if graph.long else {}
    found = {}
    if "pyg" in present:
        for mode in model.modes[:1] if graph.long else model.modes:
            answer = answers / f"PyG {mode}.npy"
            found[f"PyG {mode}"] = lambda mode=mode, answer=answer: peers.pyg(model.name, plain, weights, mode, answer, **passes)
    if "dgl" in present:
        found["DGL"] = lambda: peers.dgl(model.name, plain, **passes)
    if "sampled" in present:
        found["sampled"] = lambda: peers.sampled(model.name, plain)
    return found


def stages(report):
    return {**report, "process_seconds": report["seconds"], "seconds": report["stages_seconds"]}


def differences(figures, answers):
    """How far gnnc's answers lie from the others', where the weights are the same: the largest, and whether it is within
    bounds."""
    found = {}
    best = best_pyg({"figures": figures})
    for name in filter(None, ("hand-written" if "hand-written" in figures else None, best)):
        bound = BOUNDS[name.split()[0]]
        words = [machine.TOOLS / "compare", answers / "gnnc" / "logits.npy", answers / f"{name}.npy", str(bound)]
        done = subprocess.run(words, capture_output=True, text=True)
        told = (done.stdout or done.stderr).strip()  # "largest difference 2.1e-06 in row 7; ..."
        found[name] = {"told": told, "largest": told.split(" in ")[0].split()[-1], "agrees": done.returncode == 0}
    return found


def seconds_of(row, name):
    return row["figures"].get(name, {}).get("seconds")


def peak_of(row, name):
    return row["figures"].get(name, {}).get("peak_bytes")


def best_of(row, names):
    measured = [name for name in names if seconds_of(row, name)]
    return min(measured, key=lambda name: seconds_of(row, name), default=None)


def best_pyg(row):
    return best_of(row, [name for name in row["figures"] if name.startswith("PyG")])


def better_peer(row):
    return best_of(row, [best_pyg(row), "DGL"])


def least_memory_of_peers(row):
    return min(filter(None, (peak_of(row, best_pyg(row)), peak_of(row, "DGL"))), default=None)


def told(row, name):
    """A contestant's cell: its seconds, what kept it from having any, or nothing."""
    figure = row["figures"].get(name, {})
    return seconds(figure["seconds"]) if "seconds" in figure else figure.get("failed", "")


def pyg_shown(row):
    """PyG's best way, or its first where none came to an end."""
    return best_pyg(row) or next((name for name in row["figures"] if name.startswith("PyG")), None)


def told_pyg(row):
    best = best_pyg(row)
    return f"{told(row, best)} ({best.split()[1]})" if best else told(row, pyg_shown(row))


COLUMNS = [
    Column("model", lambda row: catalog.MODELS[row["model"]].title),
    Column("gnnc, its stages", lambda row: told(row, "gnnc")),
    Column("the whole run", lambda row: told(row, "gnnc, whole run")),
    Column("by hand", lambda row: told(row, "hand-written")),
    Column("by hand, shared", lambda row: told(row, "hand-written, shared")),
    Column("PyG", told_pyg),
    Column("DGL", lambda row: told(row, "DGL")),
    Column("sampled", lambda row: told(row, "sampled")),
    Column("better of PyG and DGL / gnnc", lambda row: ratio(seconds_of(row, better_peer(row)), seconds_of(row, "gnnc"))),
    Column("sampled / gnnc", lambda row: ratio(seconds_of(row, "sampled"), seconds_of(row, "gnnc"))),
]
MEMORY = [
    Column("memory of: model", lambda row: catalog.MODELS[row["model"]].title),
    Column("gnnc", lambda row: gigabytes(peak_of(row, "gnnc, whole run"))),
    Column("by hand", lambda row: gigabytes(peak_of(row, "hand-written"))),
    Column("PyG", lambda row: gigabytes(peak_of(row, best_pyg(row)))),
    Column("DGL", lambda row: gigabytes(peak_of(row, "DGL"))),
    Column("sampled", lambda row: gigabytes(peak_of(row, "sampled"))),
    Column("gnnc / least of PyG and DGL", lambda row: ratio(peak_of(row, "gnnc, whole run"), least_memory_of_peers(row))),
    Column("apart from", lambda row: ", ".join(f"{name} {entry['largest']}" for name, entry in row["differences"].items())),
]


def ordered(rows):
    """As the catalog has its graphs, and each graph its models."""
    keys = [(graph.name, model) for graph in catalog.GRAPHS.values() for model in graph.models]
    return sorted(rows, key=lambda row: keys.index((row["graph"], row["model"])))


def tables(rows):
    for graph in catalog.GRAPHS.values():
        chosen = [row for row in ordered(rows) if row["graph"] == graph.name]
        if chosen:
            yield f"{graph.name}: {graph.title}", COLUMNS, chosen
            yield None, MEMORY, chosen
