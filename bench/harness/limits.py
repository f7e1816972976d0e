"""The programs written by hand: those of limits/, and others that LIMITS_SHARED may name.

LIMITS_SHARED is a directory with rmat.c, gcn.c, gat.c and a Makefile that builds them into BUILD; they make their own graph
of the same size.
"""

import os
import pathlib
import subprocess

from . import machine

SHARED = os.environ.get("LIMITS_SHARED")
BUILT = machine.BUILD / "shared"


def contestants(graph, model, plain, weights, answer):
    """What takes turns with gnnc, by name: functions that measure once."""
    if not model.limit:
        return {}
    found = {"hand-written": lambda: measure([machine.TOOLS / model.name, plain, weights, answer])}
    if SHARED and graph.make[0] == "make-inputs rmat":
        edges = shared_edges(graph, model)
        found["hand-written, shared"] = lambda: measure([BUILT / model.name, edges, graph.make[1]])
    return found


def shared_edges(graph, model):
    """The graph of the shared programs, after they are built."""
    BUILT.mkdir(parents=True, exist_ok=True)
    folder, edges = pathlib.Path(SHARED).resolve(), BUILT / f"{graph.name}.edges"
    subprocess.run(["make", "-s", "-C", folder, f"BUILD={BUILT}", BUILT / "rmat", BUILT / model.name], check=True)
    if not edges.exists():
        machine.run([BUILT / "rmat", *graph.make[1:4], edges])
    return edges


def measure(words):
    """From a line such as "gcn: best 0.423 s of 4, peak 0.346 GB"."""
    outcome = machine.run(words)
    return {"seconds": float(outcome.output.split("best ")[1].split(" s")[0]), "peak_bytes": outcome.peak_bytes}
