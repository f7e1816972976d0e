#!/usr/bin/env python3
"""Makes the graphs, weights and expected outputs of the four small samples with PyTorch Geometric.

    ./make.py            writes everything anew, but model.gnn and README.md

Needs torch, torch_geometric, safetensors and numpy. Expected outputs are computed in double precision from the float32
weights and features, and rounded once.
"""

import json
import pathlib

import numpy
import torch
from safetensors.torch import save_file
from torch.nn.functional import cross_entropy
from torch_geometric.datasets import KarateClub
from torch_geometric.nn import GATConv, GCNConv, GINConv, MLP, SAGEConv

HERE = pathlib.Path(__file__).resolve().parent


def write_graph(sample, vertices, edges):
    """vertices: {type: {feature: tensor}}; edges: {type: (source, target, index, {feature: tensor})}"""
    folder = HERE / sample / "graph"
    folder.mkdir(parents=True, exist_ok=True)

    def saved(owner, values):
        numpy.save(folder / f"{owner}.npy", numpy.ascontiguousarray(values.numpy()))
        return f"{owner}.npy"

    description = {"vertices": {}, "edges": {}}
    for name, features in vertices.items():
        count = len(next(iter(features.values())))
        files = {feature: saved(f"{name}.{feature}", values) for feature, values in features.items()}
        description["vertices"][name] = {"count": count, "features": files}
    for name, (source, target, index, features) in edges.items():
        files = {feature: saved(f"{name}.{feature}", values) for feature, values in features.items()}
        description["edges"][name] = {"from": source, "to": target, "index": saved(name, index), "features": files}
    (folder / "graph.json").write_text(json.dumps(description, indent=2) + "\n")


def write(sample, module, answer):
    """The module's weights, and what `answer(module, double)` gives for them; `double` makes a tensor double."""
    folder = HERE / sample
    save_file({key: value.contiguous() for key, value in module.state_dict().items()}, folder / "weights.safetensors")
    (folder / "expected").mkdir(exist_ok=True)
    with torch.no_grad():
        outputs = answer(module.double().eval(), lambda tensor: tensor.double())
    for name, values in outputs.items():
        numpy.save(folder / "expected" / f"{name}.npy", values.float().numpy())


def gcn():
    """Who goes with whom when a karate club splits, from its two leaders alone."""
    club = KarateClub()[0]
    teacher, president = 0, 33
    module = torch.nn.ModuleDict({"conv1": GCNConv(34, 16), "conv2": GCNConv(16, 2)})

    def run(module, double):
        hidden = torch.relu(module["conv1"](double(club.x), club.edge_index))
        return {"logits": module["conv2"](hidden, club.edge_index)}

    optimizer = torch.optim.Adam(module.parameters(), lr=0.01, weight_decay=5e-4)
    for _ in range(200):
        optimizer.zero_grad()
        cross_entropy(run(module, torch.Tensor.float)["logits"][[teacher, president]], torch.tensor([0, 1])).backward()
        optimizer.step()
    write_graph("gcn", {"member": {"x": club.x}}, {"meets": ("member", "member", club.edge_index, {})})
    write("gcn", module, run)


def sage():
    """Readers and books: two vertex types, and edges read in both directions."""
    readers, books = torch.randn(8, 4), torch.randn(12, 6)
    pairs = torch.unique(torch.stack([torch.randint(7, (36,)), torch.randint(11, (36,))]), dim=1)
    module = torch.nn.ModuleDict({
        "book": SAGEConv((4, 6), 8, aggr=["mean", "max"]),
        "reader": SAGEConv((8, 4), 3, normalize=True),
    })

    def run(module, double):
        book = torch.relu(module["book"]((double(readers), double(books)), pairs))
        return {"books": book, "readers": module["reader"]((book, double(readers)), pairs.flip(0))}

    vertices = {"reader": {"age_and_tastes": readers}, "book": {"words": books}}
    write_graph("sage", vertices, {"reads": ("reader", "book", pairs, {})})
    write("sage", module, run)


def gin():
    """Two triangles and a hexagon, which no network of this kind can tell apart; and a path, which it can."""
    def ring(*vertices):
        return [(vertices[i - 1], vertices[i]) for i in range(len(vertices))]

    links = ring(0, 1, 2) + ring(3, 4, 5) + ring(6, 7, 8, 9, 10, 11) + [(12, 13), (13, 14), (14, 15), (15, 16), (16, 17)]
    index = torch.tensor(links + [(b, a) for a, b in links]).T.contiguous()
    x = torch.ones(18, 1)
    module = torch.nn.ModuleDict({
        "conv1": GINConv(MLP([1, 8, 8]), train_eps=True),
        "conv2": GINConv(MLP([8, 8, 4]), train_eps=True),
    })

    def run(module, double):
        return {"y": module["conv2"](torch.relu(module["conv1"](double(x), index)), index)}

    write_graph("gin", {"node": {"x": x}}, {"link": ("node", "node", index, {})})
    write("gin", module, run)


def gat():
    """Stations, and how long a train takes from one to the next: attention that looks at edges too."""
    x = torch.randn(10, 5)
    index = torch.tensor([
        [0, 1, 1, 2, 2, 3, 3, 4, 5, 5, 6, 7, 7, 0, 8],
        [1, 0, 2, 1, 3, 2, 4, 3, 2, 6, 5, 6, 0, 7, 4],
    ])
    minutes = torch.rand(15, 1)
    module = torch.nn.ModuleDict({
        "conv1": GATConv(5, 8, heads=4, edge_dim=1, residual=True),
        "conv2": GATConv(32, 3, heads=4, concat=False, edge_dim=1),
    })

    def run(module, double):
        hidden = torch.nn.functional.elu(module["conv1"](double(x), index, double(minutes)))
        return {"y": torch.log_softmax(module["conv2"](hidden, index, double(minutes)), dim=-1)}

    write_graph("gat", {"station": {"x": x}}, {"train": ("station", "station", index, {"minutes": minutes})})
    write("gat", module, run)


torch.set_num_threads(1)
for make in (gcn, sage, gin, gat):
    torch.manual_seed(12)
    make()
