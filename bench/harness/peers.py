"""The peers: each measurement is a process of its own, in the virtual environment of its peer."""

import json
import os
import pathlib

from . import machine

ENVIRONMENTS = {"pyg": "PYG_PYTHON", "dgl": "DGL_PYTHON", "sampled": "DGL_PYTHON"}


def python(peer):
    """The interpreter that has the peer: what PYG_PYTHON or DGL_PYTHON names, or what install.sh made. None without."""
    variable = ENVIRONMENTS[peer]
    default = machine.BUILD / "venvs" / variable.split("_")[0].lower() / "bin" / "python"
    path = pathlib.Path(os.environ.get(variable) or default)
    return path if path.exists() else None


def command(peer, script, *arguments):
    return [python(peer), "-W", "ignore", machine.BENCH / "peers" / script, *arguments]


def first_answer(model, graph, weights, mode):
    """Seconds from the start of a PyG process to its answer in a file, without a warm-up."""
    answer = machine.BUILD / "answers" / "first.npy"
    words = command("pyg", "pyg.py", "run", model, graph, weights, "--mode", mode, "--output", answer, *timing(0, 0))
    return machine.run(words).seconds


def measure(words):
    """What the peer's one line of JSON says."""
    return json.loads(machine.run(words).output.splitlines()[-1])


def timing(passes, budget):
    return "--threads", machine.THREADS, "--passes", passes, "--budget", budget


def pyg(model, graph, weights, mode, answer, passes=4, budget=8):
    return measure(
        command("pyg", "pyg.py", "run", model, graph, weights, "--mode", mode, "--output", answer, *timing(passes, budget))
    )


def dgl(model, graph, passes=4, budget=8):
    return measure(command("dgl", "dgl_full.py", model, graph, *timing(passes, budget)))


def sampled(model, graph):
    return measure(command("sampled", "dgl_sampled.py", model, graph, "--threads", machine.THREADS))
