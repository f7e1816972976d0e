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

# Epochs and peak rate of learning, chosen on the validation part.
SCHEDULE = {"sage": (150, 0.01), "gat": (100, 0.01), "mlp": (100, 0.01)}


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
        edges = torch.from_numpy(np.load(directory / "depends.npy")).long()
        self.edge_index = to_undirected(edges, num_nodes=len(self.names))

    def compressed(self):
        """Row i holds who sends to i. SAGE then aggregates without a tensor the size of the edges."""
        count = len(self.names)
        source, target = self.edge_index
        coo = torch.sparse_coo_tensor(torch.stack([target, source]), torch.ones(len(source)), (count, count))
        return coo.to_sparse_csr()


def run(name, model, graph, edges):
    return model(graph.x) if name == "mlp" else model(graph.x, edges)


def accuracy(logits, graph, part):
    chosen = graph.part == part
    return (logits[chosen].argmax(1) == graph.section[chosen]).float().mean().item()


def train(name, graph, classes):
    torch.manual_seed(0)
    model = make(name, graph.x.shape[1], classes)
    edges = graph.compressed() if name == "sage" else graph.edge_index
    epochs, rate = SCHEDULE[name]
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=5e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=epochs, pct_start=0.15)
    training = graph.part == TRAINING
    start = time.time()
    for epoch in range(1, epochs + 1):
        model.train()
        optimizer.zero_grad()
        loss = functional.cross_entropy(run(name, model, graph, edges)[training], graph.section[training])
        loss.backward()
        optimizer.step()
        schedule.step()
        if epoch % 25 == 0 or epoch == epochs or epoch == 2:
            model.eval()
            with torch.no_grad():
                logits = run(name, model, graph, edges)
            print(f"{name} {epoch:4d}  loss {loss.item():.3f}  training {accuracy(logits, graph, TRAINING):.4f}  "
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
    for name in SCHEDULE:
        model = make(name, graph.x.shape[1], classes)
        model.load_state_dict(load_file(HERE / f"{name}.safetensors"))
        model.eval()
        with torch.no_grad():
            logits = run(name, model, graph, graph.edge_index)
        reference["accuracy"][name] = accuracy(logits, graph, KEPT_OUT)
        reference["logits"][name] = {package: [round(value, 6) for value in logits[graph.names.index(package)].tolist()]
                                     for package in SHOWN}
    text = json.dumps(reference, indent=1).replace("\n    ", " ").replace("\n   ]", " ]")
    (HERE / "evaluate-reference.json").write_text(text + "\n")
    print(reference["accuracy"])


def main():
    parser = argparse.ArgumentParser(description="Trains the models of this sample.")
    parser.add_argument("models", nargs="*", choices=[[], *SCHEDULE], help="all of them if none is named")
    parser.add_argument("--evaluate", action="store_true", help="train nothing, measure the weights that are there")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    graph, classes = Graph(GRAPH), len((HERE / "sections.txt").read_text().split())
    if not options.evaluate:
        for name in options.models or SCHEDULE:
            train(name, graph, classes)
    if all((HERE / f"{name}.safetensors").exists() for name in SCHEDULE):
        evaluate(graph, classes)


if __name__ == "__main__":
    main()
