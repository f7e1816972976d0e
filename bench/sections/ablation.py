"""Which pass earns what: each pass left out in turn, the stages beside those with all of them."""

from harness import catalog, gnnc, inputs, machine
from harness.machine import Failure
from harness.tables import Column, seconds

NAME = "ablation"
TITLE = "Each pass left out: the stages beside those with all passes"


def measure(choice):
    for model in map(catalog.MODELS.get, choice.models):
        if inputs.weights(model) is not None:
            yield {"key": [model.name], "model": model.name, **without_each(model, choice.rounds)}


def without_each(model, rounds):
    """The seconds with all passes, and without each one. A pass that changes nothing of the C is not measured."""
    parts, _ = gnnc.partition(catalog.graph_of(model))
    everything, _ = gnnc.compile(model, parts)
    variants, same, failed = {None: everything}, [], {}
    passes = gnnc.passes()
    for name in passes:
        try:
            variant, _ = gnnc.compile(model, parts, f"-without-{name}", ["--without", name])
        except Failure as failure:
            failed[name] = str(failure)
            continue
        if gnnc.code(variant) == gnnc.code(everything):
            same.append(name)
            gnnc.drop(variant)
        else:
            variants[name] = variant
    times = {name: [] for name in variants}
    for _ in range(rounds):
        for name, variant in variants.items():
            times[name].append(gnnc.stages(variant, parts, repeats=3))
    least = {name: min(values) for name, values in times.items()}
    gnnc.drop(*variants.values())
    machine.say(f"  {model.name}: {least}")
    return {"seconds": least.pop(None), "without": least, "same": same, "failed": failed, "passes": passes}


def cell(name):
    """A column's text: a ratio, `=`, or that gnnc could not leave the pass out."""

    def told(row):
        if name in row["without"]:
            return f"{row['without'][name] / row['seconds']:.2f}x"
        return "failed" if name in row["failed"] else "=" if name in row["same"] else ""

    return told


def tables(rows):
    names = list(dict.fromkeys(name for row in rows for name in row["passes"]))
    columns = [
        Column("model", lambda row: row["model"]),
        Column("all passes", lambda row: seconds(row["seconds"])),
        *(Column(f"without {name}", cell(name)) for name in names),
    ]
    yield "`=` where the pass changes nothing of the C", columns, rows
