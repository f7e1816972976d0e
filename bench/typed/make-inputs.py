#!/usr/bin/env python3
"""Makes the inputs of both models, and times PyTorch Geometric on them.

    ./make-inputs.py OUT LIMITS         writes OUT/graph, OUT/hgt.safetensors, OUT/geniepath.safetensors
    ./make-inputs.py OUT LIMITS --pyg   times the same models by PyG, and writes OUT/hgt.npy, OUT/geniepath.npy

LIMITS is the plain graph of ../limits (build/limits/inputs/graph). Needs torch, torch_geometric, numpy, safetensors.
"""

import json
import pathlib
import resource
import sys
import time

import numpy
import torch
from safetensors.torch import save_file
from torch_geometric.nn import GATConv, HGTConv

COUNTS = {"author": 113_000, "paper": 74_000, "institution": 900, "field": 6_000}
EDGES = [
    ("writes", "author", "paper", 714_000),
    ("cites", "paper", "paper", 542_000),
    ("works", "author", "institution", 104_000),
    ("has", "paper", "field", 750_000),
]
WIDTH, CLASSES = 128, 48


def skewed(random, count, size):
    """Vertices drawn with a few of them very often, in an order that has nothing to do with it."""
    ids = random.permutation(count)
    return ids[numpy.minimum((count * random.power(0.35, size)).astype(numpy.int64), count - 1)]


def make_graph(folder):
    random = numpy.random.default_rng(1)
    folder.mkdir(parents=True, exist_ok=True)
    graph = {"vertices": {}, "edges": {}}
    for name, count in COUNTS.items():
        numpy.save(folder / f"{name}.npy", random.normal(size=(count, WIDTH)).astype(numpy.float32))
        graph["vertices"][name] = {"count": count, "features": {"x": f"{name}.npy"}}
    for name, source, target, count in EDGES:
        index = numpy.stack([skewed(random, COUNTS[source], count), skewed(random, COUNTS[target], count)])
        for edge, ends, pairs in ((name, (source, target), index), ("rev_" + name, (target, source), index[::-1])):
            numpy.save(folder / f"{edge}.npy", numpy.ascontiguousarray(pairs))
            graph["edges"][edge] = {"from": ends[0], "to": ends[1], "index": f"{edge}.npy"}
    (folder / "graph.json").write_text(json.dumps(graph, indent=2) + "\n")


class HGT(torch.nn.Module):
    def __init__(self):
        super().__init__()
        types = [(s, n, t) for n, s, t, _ in EDGES] + [(t, "rev_" + n, s) for n, s, t, _ in EDGES]
        self.lin = torch.nn.ModuleDict({name: torch.nn.Linear(WIDTH, WIDTH) for name in COUNTS})
        self.convs = torch.nn.ModuleList(HGTConv(WIDTH, WIDTH, (list(COUNTS), types), heads=4) for _ in range(2))
        self.out = torch.nn.Linear(WIDTH, CLASSES)

    def forward(self, x, edges):
        x = {name: self.lin[name](value).relu() for name, value in x.items()}
        for conv in self.convs:
            x = conv(x, edges)
        return self.out(x["paper"])


class Breadth(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.gatconv = GATConv(WIDTH, WIDTH)


class Depth(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = torch.nn.LSTM(WIDTH, WIDTH, bias=False)


class Layer(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.breadth_func, self.depth_func = Breadth(), Depth()


class GeniePath(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.lin1, self.lin2 = torch.nn.Linear(WIDTH, WIDTH), torch.nn.Linear(WIDTH, CLASSES)
        self.gplayers = torch.nn.ModuleList(Layer() for _ in range(4))

    def forward(self, x, edges):
        x = self.lin1(x)
        h = c = torch.zeros(1, len(x), WIDTH)
        for layer in self.gplayers:
            x = torch.tanh(layer.breadth_func.gatconv(x, edges))
            x, (h, c) = layer.depth_func.lstm(x[None], (h, c))
            x = x[0]
        return self.lin2(x)


def load(folder, name):
    graph = json.loads((folder / "graph.json").read_text())
    x = {key: torch.from_numpy(numpy.load(folder / entry["features"]["x"])) for key, entry in graph["vertices"].items()}
    edges = {
        (entry["from"], key, entry["to"]): torch.from_numpy(numpy.load(folder / entry["index"]).astype(numpy.int64))
        for key, entry in graph["edges"].items()
    }
    if name == "hgt":
        return x, {key: edges[key] for key in sorted(edges, key=lambda key: key[1].startswith("rev_"))}
    return next(iter(x.values())), next(iter(edges.values()))


def main():
    out, limits = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    torch.manual_seed(1)
    models = {"hgt": (HGT(), out / "graph"), "geniepath": (GeniePath(), limits)}
    if "--pyg" not in sys.argv:
        make_graph(out / "graph")
        for name, (model, _) in models.items():
            save_file({key: value.contiguous() for key, value in model.state_dict().items()}, out / f"{name}.safetensors")
        return
    for name, (model, graph) in models.items():
        arguments = load(graph, name)
        with torch.no_grad():
            times = []
            for _ in range(3):
                start = time.perf_counter()
                answer = model.eval()(*arguments)
                times.append(time.perf_counter() - start)
        numpy.save(out / f"{name}.npy", answer.numpy())
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(f"PyG {name}, eager: best {min(times):.2f} s of 3, peak so far {peak:.2f} GB")


main()
