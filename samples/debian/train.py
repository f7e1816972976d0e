#!/usr/bin/env python3
"""Trains the models of this sample with PyTorch Geometric, on the CPU, and writes what the demo compares itself with.

    ./train.py [sage] [gat] [mlp] [rgcn] [hgt]   trains these (all of them if none is named), from graph/ into
                                                 NAME.safetensors
    ./train.py --evaluate [NAME...]              rewrites these entries of evaluate-reference.json from the weights

Needs torch, torch_geometric, safetensors and numpy; running the demo does not.
"""

import argparse
import json
import math
import pathlib
import time

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional
from torch_geometric.nn import GAT, MLP, BatchNorm, GraphSAGE, HGTConv, RGCNConv
from torch_geometric.utils import softmax, to_undirected

HERE = pathlib.Path(__file__).resolve().parent
GRAPH = HERE / "graph"
WIDTH = 128
HEADS, HEAD_WIDTH = 4, 16
RELATIONS, BASES = 18, 8
SHOWN = ["vim", "gimp", "postgresql-15", "python3-numpy", "nethack-console", "apache2", "libc6", "texlive-base"]
TRAINING, VALIDATION, KEPT_OUT = 0, 1, 2

# Chosen on the validation part.
BATCH, NEIGHBOURS = 1024, 10
EPOCHS = {"sage": 14, "gat": 14, "mlp": 20, "rgcn": 14, "hgt": 14}
RATES = {"sage": 0.01, "gat": 0.01, "mlp": 0.01, "rgcn": 0.01, "hgt": 0.006}


class RGCN(torch.nn.Module):
    def __init__(self, inputs, classes):
        super().__init__()
        self.lin_in = torch.nn.Linear(inputs, WIDTH)
        self.convs = torch.nn.ModuleList([RGCNConv(WIDTH, WIDTH, RELATIONS, num_bases=BASES),
                                          RGCNConv(WIDTH, classes, RELATIONS, num_bases=BASES)])
        self.norms = torch.nn.ModuleList([BatchNorm(WIDTH)])

    def forward(self, x, edge_index, relation):
        x = self.lin_in(x).relu()
        x = self.norms[0](self.convs[0](x, edge_index, relation)).relu()
        return self.convs[1](x, edge_index, relation)

    def sampled(self, graph, seeds, random):
        vertices, layers = graph.related.block(seeds, random)
        x = functional.dropout(self.lin_in(graph.x[vertices]).relu(), 0.3)
        for conv, (edges, kinds, targets) in zip(self.convs, layers):
            x = conv((x, x[:targets]), edges, kinds)
            if conv is not self.convs[-1]:
                x = functional.dropout(self.norms[0](x).relu(), 0.5)
        return x


class HGT(torch.nn.Module):
    """As PyTorch Geometric's example hgt_dblp.py has it."""

    def __init__(self, graph, classes):
        super().__init__()
        self.metadata = graph.metadata
        width = HEADS * HEAD_WIDTH
        self.lin_dict = torch.nn.ModuleDict({t: torch.nn.Linear(x.shape[1], width) for t, x in graph.x_dict.items()})
        self.convs = torch.nn.ModuleList([HGTConv(width, width, self.metadata, HEADS) for _ in range(2)])
        self.lin = torch.nn.Linear(width, classes)

    def forward(self, x_dict, edge_index_dict):
        x_dict = {t: self.lin_dict[t](x).relu() for t, x in x_dict.items()}
        for conv in self.convs:
            x_dict = conv(x_dict, edge_index_dict)
        return self.lin(x_dict["package"])

    def sampled(self, graph, seeds, random):
        vertices, layers = graph.typed.block(seeds, random)
        types = graph.type_of[vertices]
        x = torch.empty(len(vertices), HEADS * HEAD_WIDTH)
        for t, (name, rows) in enumerate(graph.x_dict.items()):
            mine = types == t
            x[mine] = self.lin_dict[name](rows[vertices[mine] - graph.first_of[t]]).relu()
        x = functional.dropout(x, 0.15)
        for conv, (edges, kinds, targets) in zip(self.convs, layers):
            x = functional.dropout(self.convolve(conv, x, types, edges, kinds, targets), 0.15)
        return self.lin(x)

    def convolve(self, conv, x, types, edges, kinds, targets):
        """HGTConv on some of the vertices, the targets first among them, with the relations' weights applied on the
        edges: HGTConv itself makes a copy of every vertex for every kind of edge that leaves its type."""
        kqv = by_type(conv.kqv_lin, x, types[:len(x)], self.metadata[0])
        k, q, v = kqv.view(len(x), 3, HEADS, HEAD_WIDTH).unbind(1)
        order = kinds.argsort(stable=True)
        (sources, ends), kinds = edges[:, order], kinds[order]
        counts = kinds.bincount(minlength=len(self.metadata[1])).tolist()
        k, v = by_kind(conv.k_rel, k[sources], counts), by_kind(conv.v_rel, v[sources], counts)
        rates = torch.cat([conv.p_rel["__".join(kind)] for kind in self.metadata[1]])
        score = (q[ends] * k).sum(-1) * rates[kinds] / math.sqrt(HEAD_WIDTH)
        messages = v * softmax(score, ends, num_nodes=targets)[..., None]
        summed = torch.zeros(targets, HEADS * HEAD_WIDTH).index_add(0, ends, messages.flatten(1))
        out = by_type(conv.out_lin, functional.gelu(summed), types[:targets], self.metadata[0])
        skip = torch.cat([conv.skip[t] for t in self.metadata[0]]).sigmoid()[types[:targets]][:, None]
        return skip * out + (1 - skip) * x[:targets]


def by_kind(linear, rows, counts):
    """A linear map for each head and kind of edge, on rows sorted by kind."""
    weight = linear.weight.view(HEADS, len(counts), HEAD_WIDTH, HEAD_WIDTH)
    return torch.cat([torch.einsum("ehi,hio->eho", part, weight[:, kind]) for kind, part in enumerate(rows.split(counts))])


def by_type(linear, x, types, names):
    """A linear map for each vertex type, on rows of mixed types."""
    places = [(types == t).nonzero()[:, 0] for t in range(len(names))]
    mapped = torch.cat([linear.lins[name](x[places[t]]) for t, name in enumerate(names)])
    return mapped[torch.cat(places).argsort()]


def make(name, graph, classes):
    inputs = graph.x.shape[1]
    if name == "sage":
        return GraphSAGE(inputs, WIDTH, num_layers=2, out_channels=classes, dropout=0.5, act="relu", norm="batch_norm")
    if name == "gat":
        return GAT(inputs, WIDTH, num_layers=2, out_channels=classes, dropout=0.5, act="relu", norm="batch_norm",
                   heads=4, residual=True)
    if name == "mlp":
        return MLP([inputs, WIDTH, classes], dropout=0.5, act="relu", norm="batch_norm")
    return RGCN(inputs, classes) if name == "rgcn" else HGT(graph, classes)


class Sampler:
    """The in-edges of each vertex, to draw from; `kinds` is a number for each edge."""

    def __init__(self, edge_index, kinds, count):
        order = edge_index[1].argsort(stable=True)
        self.count = count
        self.sources, self.kinds = edge_index[0][order].numpy(), kinds[order].numpy()
        self.starts = np.concatenate([[0], np.bincount(edge_index[1].numpy(), minlength=count).cumsum()])

    def sampled_edges(self, targets, random):
        """Up to NEIGHBOURS edges into each target, all of them where it has no more; (source, target, kind)."""
        starts, degrees = self.starts[targets], self.starts[targets + 1] - self.starts[targets]
        places = np.tile(np.arange(NEIGHBOURS), (len(targets), 1))
        drawn = (random.random(places.shape) * degrees[:, None]).astype(np.int64)
        places = np.where(degrees[:, None] > NEIGHBOURS, drawn, places)
        row, column = np.nonzero(places < degrees[:, None])
        edges = starts[row] + places[row, column]
        return self.sources[edges], targets[row], self.kinds[edges]

    def block(self, seeds, random):
        """What two layers need to answer for the seeds: vertices, and for each layer its edges, their kinds and how many
        targets there are.

        Vertices are numbered with the seeds first and each layer's targets before the vertices that only send."""
        vertices, layers = seeds, []
        for _ in range(2):
            sources, targets, kinds = self.sampled_edges(vertices, random)
            reached = np.concatenate([vertices, np.setdiff1d(sources, vertices)])
            place = np.empty(self.count, np.int64)
            place[reached] = np.arange(len(reached))
            edges = torch.from_numpy(np.stack([place[sources], place[targets]]))
            layers.insert(0, (edges, torch.from_numpy(kinds), len(vertices)))
            vertices = reached
        return torch.from_numpy(vertices), layers


class Graph:
    def __init__(self, directory):
        def read(name):
            return torch.from_numpy(np.load(directory / name))

        description = json.loads((directory / "graph.json").read_text())
        self.section, self.part = read("section.npy").long(), read("part.npy")
        self.names = (directory / "names.txt").read_text().split()

        # As three models see it: packages that mention each other, in one direction as in the other.
        self.edge_index = to_undirected(read("mentions.npy").long(), num_nodes=len(self.names))
        self.mentioning = Sampler(self.edge_index, torch.zeros(self.edge_index.shape[1]), len(self.names))

        # As the RGCN sees it: relations as data.
        self.related_index, self.relation = read("relates.npy").long(), read("relation.npy").long()
        self.related = Sampler(self.related_index, self.relation, len(self.names))

        # As the HGT sees it: types of vertices and of edges.
        self.x_dict = {t: read(vertices["features"]["x"]) for t, vertices in description["vertices"].items()}
        self.x = self.x_dict["package"]
        self.edge_index_dict = {
            (edges["from"], name.removesuffix("_virtual"), edges["to"]): read(edges["index"]).long()
            for name, edges in description["edges"].items() if name not in ("mentions", "relates")}
        self.metadata = list(self.x_dict), list(self.edge_index_dict)
        counts = torch.tensor([len(x) for x in self.x_dict.values()])
        self.first_of = counts.cumsum(0) - counts
        self.type_of = torch.arange(len(counts)).repeat_interleave(counts)
        self.typed = Sampler(*self.all_edges(), int(counts.sum()))

    def all_edges(self):
        """The typed edges as one, vertices numbered type after type, and the number of each edge's type."""
        first = dict(zip(self.x_dict, self.first_of))
        edges = [index + torch.stack([first[e[0]], first[e[2]]])[:, None] for e, index in self.edge_index_dict.items()]
        kinds = torch.arange(len(edges)).repeat_interleave(torch.tensor([index.shape[1] for index in edges]))
        return torch.cat(edges, 1), kinds


def whole(name, model, graph, dtype=torch.float32):
    """The logits of every package, from the whole graph."""
    model.eval().to(dtype)
    x_dict = {t: x.to(dtype) for t, x in graph.x_dict.items()}
    x = x_dict["package"]
    with torch.no_grad():
        if name == "mlp":
            return model(x)
        if name == "rgcn":
            return model(x, graph.related_index, graph.relation)
        return model(x_dict, graph.edge_index_dict) if name == "hgt" else model(x, graph.edge_index)


def sampled(name, model, graph, seeds, random):
    """The logits of the seeds, from a sample of their neighbourhood: the model's own layers, on fewer vertices."""
    if name == "mlp":
        return model(graph.x[torch.from_numpy(seeds)])
    if name in ("rgcn", "hgt"):
        return model.sampled(graph, seeds, random)
    vertices, layers = graph.mentioning.block(seeds, random)
    x = graph.x[vertices]
    for i, (edges, _, targets) in enumerate(layers):
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
    model = make(name, graph, classes)
    seeds = np.flatnonzero(graph.part.numpy() == TRAINING)
    batches = len(seeds) // BATCH
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATES[name], weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATES[name], total_steps=EPOCHS[name] * batches,
                                                   pct_start=0.15)
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


def evaluate(names, graph, classes):
    """Accuracies as single precision gives them, logits as double precision does."""
    path = HERE / "evaluate-reference.json"
    reference = json.loads(path.read_text())
    commonest = graph.section[graph.part == TRAINING].bincount().argmax()
    kept_out = graph.part == KEPT_OUT
    reference |= {
        "vertices": len(graph.names),
        "undirected_edges": graph.edge_index.shape[1],
        "kept_out": int(kept_out.sum()),
    }
    reference["accuracy"]["commonest"] = (graph.section[kept_out] == commonest).float().mean().item()
    for name in names:
        model = make(name, graph, classes)
        model.load_state_dict(load_file(HERE / f"{name}.safetensors"))
        reference["accuracy"][name] = accuracy(whole(name, model, graph), graph, KEPT_OUT)
        logits = whole(name, model, graph, torch.float64)
        reference["logits"][name] = {package: [round(value, 6) for value in logits[graph.names.index(package)].tolist()]
                                     for package in SHOWN}
    text = json.dumps(reference, indent=1).replace("\n    ", " ").replace("\n   ]", " ]")
    path.write_text(text + "\n")
    print(reference["accuracy"])


def main():
    parser = argparse.ArgumentParser(description="Trains the models of this sample.")
    parser.add_argument("models", nargs="*", choices=[[], *EPOCHS], help="all of them if none is named")
    parser.add_argument("--evaluate", action="store_true", help="train nothing, measure the weights that are there")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    graph, classes = Graph(GRAPH), len((HERE / "sections.txt").read_text().split())
    names = options.models or list(EPOCHS)
    if not options.evaluate:
        for name in names:
            train(name, graph, classes)
    evaluate(names, graph, classes)


if __name__ == "__main__":
    main()
