"""The models as DGL has them. Each takes one graph for each layer, the features of the first one's sources, and what of
its types it needs; so the same model runs over the whole graph and over sampled blocks."""

import torch
from dgl import nn as convolutions
from torch import nn

from common import CLASSES, HEADS, HIDDEN, RELATIONS, WIDTH

WIDTHS = [WIDTH, HIDDEN, HIDDEN, CLASSES]


class Convolutions(nn.Module):
    """One convolution after the other, with a ReLU between; `make` makes one of a width in and out."""

    def __init__(self, make):
        super().__init__()
        self.convs = nn.ModuleList(make(a, b) for a, b in zip(WIDTHS, WIDTHS[1:]))

    def forward(self, graphs, x):
        for conv, graph in zip(self.convs[:-1], graphs):
            x = conv(graph, x).relu()
        return self.convs[-1](graphs[-1], x)


def gin(inputs, outputs):
    network = nn.Sequential(nn.Linear(inputs, outputs), nn.ReLU(), nn.Linear(outputs, outputs))
    return convolutions.GINConv(network, "sum")


class Attention(nn.Module):
    """GAT and GATv2: heads side by side, but for the mean of the last layer's."""

    def __init__(self, conv):
        super().__init__()
        outputs = [HIDDEN // HEADS, HIDDEN // HEADS, CLASSES]
        self.convs = nn.ModuleList(conv(a, b, HEADS) for a, b in zip(WIDTHS, outputs))

    def forward(self, graphs, x):
        for conv, graph in zip(self.convs[:-1], graphs):
            x = conv(graph, x).flatten(1).relu()
        return self.convs[-1](graphs[-1], x).mean(1)


class RGCN(nn.Module):
    def __init__(self):
        super().__init__()
        widths = [WIDTH, WIDTH, WIDTH, CLASSES]
        self.convs = nn.ModuleList(convolutions.RelGraphConv(a, b, RELATIONS) for a, b in zip(widths, widths[1:]))

    def forward(self, graphs, x, presorted=False):
        for position, (conv, graph) in enumerate(zip(self.convs, graphs)):
            x = conv(graph, x, graph.edata["relation"], graph.edata["share"], presorted=presorted)
            x = x.relu() if position < len(self.convs) - 1 else x
        return x


class HGT(nn.Module):
    def __init__(self, vertex_types=4, edge_types=8):
        super().__init__()
        self.first = convolutions.TypedLinear(WIDTH, WIDTH, vertex_types)
        self.convs = nn.ModuleList(
            convolutions.HGTConv(WIDTH, WIDTH // HEADS, HEADS, vertex_types, edge_types) for _ in range(2)
        )
        self.out = nn.Linear(WIDTH, CLASSES)

    def forward(self, graphs, x, presorted=False):
        x = self.first(x, graphs[0].srcdata["type"], presorted).relu()
        for conv, graph in zip(self.convs, graphs):
            x = conv(graph, x, graph.srcdata["type"], graph.edata["type"], presorted=presorted)
        return self.out(x)


class GeniePath(nn.Module):
    def __init__(self):
        super().__init__()
        self.lin1, self.lin2 = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, CLASSES)
        self.breadth = nn.ModuleList(convolutions.GATConv(WIDTH, WIDTH, 1) for _ in range(4))
        self.depth = nn.ModuleList(nn.LSTM(WIDTH, WIDTH, bias=False) for _ in range(4))

    def forward(self, graphs, x):
        x = self.lin1(x)
        h = c = torch.zeros(1, len(x), WIDTH)
        for breadth, depth, graph in zip(self.breadth, self.depth, graphs):
            x = torch.tanh(breadth(graph, x).flatten(1))
            h, c = h[:, : len(x)].contiguous(), c[:, : len(x)].contiguous()
            x, (h, c) = depth(x[None], (h, c))
            x = x[0]
        return self.lin2(x)


MODELS = {
    "gcn": lambda: Convolutions(convolutions.GraphConv),
    "sage": lambda: Convolutions(lambda a, b: convolutions.SAGEConv(a, b, "mean")),
    "gin": lambda: Convolutions(gin),
    "gat": lambda: Attention(convolutions.GATConv),
    "gatv2": lambda: Attention(convolutions.GATv2Conv),
    "rgcn": RGCN,
    "hgt": HGT,
    "geniepath": GeniePath,
}
LAYERS = {"hgt": 2, "geniepath": 4}  # the others have three
SELF_LOOPS = {"gcn", "gat", "gatv2", "geniepath"}  # whose layers in PyG add them by themselves


def layers(model):
    return LAYERS.get(model, 3)
