"""Graphs and weights: made once, kept in build/bench, read by gnnc and all it is compared with."""

import shutil

from . import machine, peers


def graph(entry):
    """The plain directory of a catalog's graph."""
    folder = machine.BUILD / "graphs" / entry.name
    if not (folder / "graph.json").exists():
        machine.say(f"making {entry.name}: {entry.title}")
        folder.parent.mkdir(parents=True, exist_ok=True)
        program, *numbers = entry.make
        name, *kind = program.split()
        machine.run([machine.TOOLS / name, *kind, folder, *numbers])
    return folder


def drop_graph(entry):
    shutil.rmtree(machine.BUILD / "graphs" / entry.name, ignore_errors=True)


def weights(model):
    """A safetensors file: those that the hand-written programs read too, or a state_dict that PyG initialised. None
    where that takes PyG and it isn't here."""
    path = machine.BUILD / "weights" / f"{model.name}.safetensors"
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    if model.limit:
        machine.run([machine.TOOLS / "make-inputs", "weights", path.parent])
    elif peers.python("pyg"):
        machine.run(peers.command("pyg", "pyg.py", "weights", model.name, path))
    return path if path.exists() else None
