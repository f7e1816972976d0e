#!/usr/bin/env python3
"""Trains the models of this sample with PyTorch Geometric, on the CPU, and writes what the demo compares itself with.

    ./train.py [sage] [gat] [mlp]      trains these (all of them if none is named), from graph/ into NAME.safetensors
    ./train.py --evaluate              rewrites evaluate-reference.json from the weights that are there

Needs torch, torch_geometric, safetensors and numpy; running the demo does not.
"""

import argparse
import json
import pathlib
import time

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional
from torch_geometric.nn import GAT, MLP, GraphSAGE
from torch_geometric.utils import to_undirected

HERE = pathlib.Path(__file__).resolve().parent
GRAPH = HERE / "graph"
WIDTH = 128
SHOWN = ["vim", "gimp", "postgresql-15", "python3-numpy", "nethack-console", "apache2", "libc6", "texlive-base"]
TRAINING, VALIDATION, KEPT_OUT = 0, 1, 2

# Chosen on the validation part.
BATCH, NEIGHBOURS, EPOCHS, RATE = 1024, 10, {"sage": 14, "gat": 14, "mlp": 20}, 0.01


def make(name, inputs, classes):
    if name == "sage":
        return GraphSAGE(inputs, WIDTH, num_layers=2, out_channels=classes, dropout=0.5, act="relu", norm="batch_norm")
    if name == "gat":
        return GAT(inputs, WIDTH, num_layers=2, out_channels=classes, dropout=0.5, act="relu", norm="batch_norm",
                   heads=4, residual=True)
    return MLP([inputs, WIDTH, classes], dropout=0.5, act="relu", norm="batch_norm")


class Graph:
    def __init__(self, directory):
        self.x = torch.from_numpy(np.load(directory / "x.npy"))
        self.section = torch.from_numpy(np.load(directory / "section.npy")).long()
        self.part = torch.from_numpy(np.load(directory / "part.npy"))
        self.names = (directory / "names.txt").read_text().split()
        edges = torch.from_numpy(np.load(directory / "mentions.npy")).long()
        self.edge_index = to_undirected(edges, num_nodes=len(self.names))

        order = self.edge_index[1].argsort(stable=True)
        self.sources = self.edge_index[0][order].numpy()
        self.starts = np.concatenate([[0], np.bincount(self.edge_index[1].numpy(), minlength=len(self.names)).cumsum()])

    def sampled_edges(self, targets, random):
        """Up to NEIGHBOURS edges into each target, all of them where it has no more; as rows of (source, target)."""
        starts, degrees = self.starts[targets], self.starts[targets + 1] - self.starts[targets]
        places = np.tile(np.arange(NEIGHBOURS), (len(targets), 1))
        drawn = (random.random(places.shape) * degrees[:, None]).astype(np.int64)
        places = np.where(degrees[:, None] > NEIGHBOURS, drawn, places)
        row, column = np.nonzero(places < degrees[:, None])
        return self.sources[starts[row] + places[row, column]], targets[row]

    def block(self, seeds, random):
        """What two layers need to answer for the seeds: vertices, and for each layer its edges and how many targets.

        Vertices are numbered with the seeds first and each layer's targets before the vertices that only send."""
        vertices, layers = seeds, []
        for _ in range(2):
            sources, targets = self.sampled_edges(vertices, random)
            reached = np.concatenate([vertices, np.setdiff1d(sources, vertices)])
            place = np.empty(len(self.names), np.int64)
            place[reached] = np.arange(len(reached))
            layers.insert(0, (torch.from_numpy(np.stack([place[sources], place[targets]])), len(vertices)))
            vertices = reached
        return torch.from_numpy(vertices), layers


def whole(name, model, graph):
    """The logits of every package, from the whole graph."""
    model.eval()
    with torch.no_grad():
        return model(graph.x) if name == "mlp" else model(graph.x, graph.edge_index)


def sampled(name, model, graph, seeds, random):
    """The logits of the seeds, from a sample of their neighbourhood: the model's own layers, on fewer vertices."""
    if name == "mlp":
        return model(graph.x[torch.from_numpy(seeds)])
    vertices, layers = graph.block(seeds, random)
    x = graph.x[vertices]
    for i, (edges, targets) in enumerate(layers):
        x = model.convs[i]((x, x[:targets]), edges)
        if i + 1 < len(layers):
            x = model.dropout(model.act(model.norms[i](x)))
    return x


def accuracy(logits, graph, part):
    chosen = graph.part == part
    return (logits[chosen].argmax(1) == graph.section[chosen]).float().mean().item()


def train(name, graph, classes):
    torch.manual_seed(0)
    random = np.random.default_rng(0)
    model = make(name, graph.x.shape[1], classes)
    seeds = np.flatnonzero(graph.part.numpy() == TRAINING)
    batches = len(seeds) // BATCH
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=EPOCHS[name] * batches, pct_start=0.15)
    start = time.time()
    for epoch in range(1, EPOCHS[name] + 1):
        model.train()
        for batch in np.array_split(random.permutation(seeds), batches):
            optimizer.zero_grad()
            loss = functional.cross_entropy(sampled(name, model, graph, batch, random), graph.section[batch])
            loss.backward()
            optimizer.step()
            schedule.step()
        if epoch % 5 == 0 or epoch in (1, EPOCHS[name]):
            logits = whole(name, model, graph)
            print(f"{name} {epoch:3d}  loss {loss.item():.3f}  training {accuracy(logits, graph, TRAINING):.4f}  "
                  f"validation {accuracy(logits, graph, VALIDATION):.4f}  {time.time() - start:.0f} s", flush=True)
    save_file(model.state_dict(), HERE / f"{name}.safetensors")


def evaluate(graph, classes):
    commonest = graph.section[graph.part == TRAINING].bincount().argmax()
    kept_out = graph.part == KEPT_OUT
    reference = {
        "vertices": len(graph.names),
        "undirected_edges": graph.edge_index.shape[1],
        "kept_out": int(kept_out.sum()),
        "accuracy": {"commonest": (graph.section[kept_out] == commonest).float().mean().item()},
        "logits": {},
    }
    for name in EPOCHS:
        model = make(name, graph.x.shape[1], classes)
        model.load_state_dict(load_file(HERE / f"{name}.safetensors"))
        logits = whole(name, model, graph)
        reference["accuracy"][name] = accuracy(logits, graph, KEPT_OUT)
        reference["logits"][name] = {package: [round(value, 6) for value in logits[graph.names.index(package)].tolist()]
                                     for package in SHOWN}
    text = json.dumps(reference, indent=1).replace("\n    ", " ").replace("\n   ]", " ]")
    (HERE / "evaluate-reference.json").write_text(text + "\n")
    print(reference["accuracy"])


def main():
    parser = argparse.ArgumentParser(description="Trains the models of this sample.")
    parser.add_argument("models", nargs="*", choices=[[], *EPOCHS], help="all of them if none is named")
    parser.add_argument("--evaluate", action="store_true", help="train nothing, measure the weights that are there")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    graph, classes = Graph(GRAPH), len((HERE / "sections.txt").read_text().split())
    if not options.evaluate:
        for name in options.models or EPOCHS:
            train(name, graph, classes)
    if all((HERE / f"{name}.safetensors").exists() for name in EPOCHS):
        evaluate(graph, classes)


if __name__ == "__main__":
    main()
