"""What the peers share: reading a plain graph directory, timing passes, and the one JSON line that each prints."""

import json
import pathlib
import re
import time

import numpy
import torch

WIDTH, HIDDEN, HEADS, CLASSES, RELATIONS = 128, 256, 4, 48, 8
FANOUTS = {2: [15, 10], 3: [15, 10, 5], 4: [15, 10, 5, 5]}  # by the number of layers
BATCH = 1024
WARM_BATCHES = 3


def array(path):
    return torch.from_numpy(numpy.load(path))


def load(folder):
    """The features by vertex type, and by edge type (source, name, target) its index and features."""
    folder = pathlib.Path(folder)
    graph = json.loads((folder / "graph.json").read_text())
    x = {name: array(folder / entry["features"]["x"]) for name, entry in graph["vertices"].items()}
    edges = {}
    for name, entry in graph["edges"].items():
        features = {key: array(folder / file) for key, file in entry.get("features", {}).items()}
        edges[entry["from"], name, entry["to"]] = array(folder / entry["index"]), features
    return x, edges


def load_single(folder):
    """The features, index and edge features of a graph of one vertex and one edge type."""
    x, edges = load(folder)
    index, features = next(iter(edges.values()))
    return next(iter(x.values())), index, features


def forget_peak():
    """Starts the count of the process's peak memory afresh, so that reading and converting inputs do not stand in it."""
    pathlib.Path("/proc/self/clear_refs").write_text("5")


def peak_bytes():
    status = pathlib.Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s*(\d+) kB", status)[1]) * 1024


def best_pass(forward, passes, budget):
    """The answer, the least seconds of up to `passes` passes after a warm-up, and how many there were: fewer, but one at
    least, where they take longer than `budget` seconds together. Without passes the warm-up is the one that counts."""
    forget_peak()
    times = []
    for done in range(passes + 1):
        start = time.perf_counter()
        answer = forward()
        if done > 0 or passes == 0:
            times.append(time.perf_counter() - start)
        if times and sum(times) >= budget:
            break
    return answer, min(times), len(times)


def report(**fields):
    print(json.dumps({**fields, "peak_bytes": peak_bytes()}), flush=True)
