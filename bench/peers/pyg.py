#!/usr/bin/env python3
"""PyTorch Geometric's forward pass over a whole graph.

    pyg.py weights MODEL OUT.safetensors
    pyg.py run MODEL GRAPH WEIGHTS --mode eager|csr|compile [--threads N] [--passes N] [--budget SECONDS] [--output FILE]

`run` prints one line of JSON: the least seconds of a pass after a warm-up, and the peak memory of the process.
"""

import argparse

import numpy
import torch
import torch_geometric
from safetensors.torch import load_file, save_file
from torch import nn
from torch_geometric.nn import GAT, GCN, GIN, GATConv, GraphSAGE, HGTConv, RGCNConv

from common import CLASSES, HEADS, HIDDEN, RELATIONS, WIDTH, best_pass, load, load_single, report

VERTEX_TYPES = ["author", "paper", "institution", "field"]
EDGE_TYPES = [
    ("author", "writes", "paper"), ("paper", "cites", "paper"),
    ("author", "works", "institution"), ("paper", "has", "field"),
]
EDGE_TYPES += [(target, "rev_" + name, source) for source, name, target in EDGE_TYPES]


class RGCN(nn.Module):
    def __init__(self):
        super().__init__()
        widths = [WIDTH, WIDTH, WIDTH, CLASSES]
        self.convs = nn.ModuleList(RGCNConv(a, b, RELATIONS) for a, b in zip(widths, widths[1:]))

    def forward(self, x, edges, relation):
        for conv in self.convs[:-1]:
            x = conv(x, edges, relation).relu()
        return self.convs[-1](x, edges, relation)


class HGT(nn.Module):
    def __init__(self):
        super().__init__()
        self.lin = nn.ModuleDict({name: nn.Linear(WIDTH, WIDTH) for name in VERTEX_TYPES})
        self.convs = nn.ModuleList(HGTConv(WIDTH, WIDTH, (VERTEX_TYPES, EDGE_TYPES), heads=HEADS) for _ in range(2))
        self.out = nn.Linear(WIDTH, CLASSES)

    def forward(self, x, edges):
        x = {name: self.lin[name](value).relu() for name, value in x.items()}
        for conv in self.convs:
            x = conv(x, edges)
        return self.out(x["paper"])


class Breadth(nn.Module):
    def __init__(self):
        super().__init__()
        self.gatconv = GATConv(WIDTH, WIDTH)


class Depth(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(WIDTH, WIDTH, bias=False)


class GeniePathLayer(nn.Module):
    def __init__(self):
        super().__init__()
        self.breadth_func, self.depth_func = Breadth(), Depth()


class GeniePath(nn.Module):
    """PyG's examples/geniepath.py, with its names."""

    def __init__(self):
        super().__init__()
        self.lin1, self.lin2 = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, CLASSES)
        self.gplayers = nn.ModuleList(GeniePathLayer() for _ in range(4))

    def forward(self, x, edges):
        x = self.lin1(x)
        h = c = torch.zeros(1, len(x), WIDTH)
        for layer in self.gplayers:
            x = torch.tanh(layer.breadth_func.gatconv(x, edges))
            x, (h, c) = layer.depth_func.lstm(x[None], (h, c))
            x = x[0]
        return self.lin2(x)


MODELS = {
    "gcn": lambda: GCN(WIDTH, HIDDEN, 3, CLASSES),
    "sage": lambda: GraphSAGE(WIDTH, HIDDEN, 3, CLASSES),
    "gin": lambda: GIN(WIDTH, HIDDEN, 3, CLASSES),
    "gat": lambda: GAT(WIDTH, HIDDEN, 3, CLASSES, heads=HEADS),
    "gatv2": lambda: GAT(WIDTH, HIDDEN, 3, CLASSES, heads=HEADS, v2=True),
    "rgcn": RGCN,
    "hgt": HGT,
    "geniepath": GeniePath,
}


def transposed_csr(index, vertices):
    """The sparse matrix whose rows are targets, as PyG's `adj_t`."""
    columns = index[0][torch.argsort(index[1], stable=True)]
    offsets = torch.zeros(vertices + 1, dtype=torch.int64)
    torch.cumsum(torch.bincount(index[1], minlength=vertices), 0, out=offsets[1:])
    return torch.sparse_csr_tensor(offsets, columns, torch.ones(len(columns)), (vertices, vertices))


def arguments_of(model, graph, mode):
    if model == "hgt":
        x, edges = load(graph)
        return x, {key: edges[key][0] for key in EDGE_TYPES}
    x, index, features = load_single(graph)
    if model == "rgcn":
        return x, index, features["relation"].flatten()
    return x, transposed_csr(index, len(x)) if mode == "csr" else index


def run(options):
    torch.set_num_threads(options.threads)
    model = MODELS[options.model]().eval()
    model.load_state_dict(load_file(options.weights))
    arguments = arguments_of(options.model, options.graph, options.mode)
    forward = torch.compile(model) if options.mode == "compile" else model
    with torch.no_grad():
        answer, seconds, passes = best_pass(lambda: forward(*arguments), options.passes, options.budget)
    if options.output:
        numpy.save(options.output, answer.numpy())
    report(
        peer="PyG", version=f"PyG {torch_geometric.__version__}, torch {torch.__version__}", model=options.model,
        mode=options.mode, seconds=seconds, passes=passes,
    )


def write_weights(options):
    torch.manual_seed(1)
    state = MODELS[options.model]().state_dict()
    save_file({key: value.contiguous() for key, value in state.items()}, options.output)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(required=True)
    weights = verbs.add_parser("weights")
    weights.add_argument("model", choices=MODELS)
    weights.add_argument("output")
    weights.set_defaults(act=write_weights)
    forward = verbs.add_parser("run")
    forward.add_argument("model", choices=MODELS)
    forward.add_argument("graph")
    forward.add_argument("weights")
    forward.add_argument("--mode", choices=["eager", "csr", "compile"], required=True)
    forward.add_argument("--threads", type=int, default=2)
    forward.add_argument("--passes", type=int, default=4)
    forward.add_argument("--budget", type=float, default=20)
    forward.add_argument("--output")
    forward.set_defaults(act=run)
    options = parser.parse_args()
    options.act(options)


main()
