"""Layers over several vertex types: what typed_cases.py names, made and run."""

from collections import defaultdict

import torch
import torch_geometric


RELATIONS = {
    "writes": ("author", "to", "paper"),
    "written": ("paper", "rev_to", "author"),
    "cites": ("paper", "cites", "paper"),
    "revises": ("paper", "to", "paper"),
    "mentions": ("term", "to", "paper"),
    "reviews": ("author", "reviews", "paper"),
    "knows": ("author", "to", "author"),
    "appears": ("paper", "to", "venue"),
    "chairs": ("author", "chairs", "venue"),
}
"""What an edge type is for PyG."""


class Carried(torch.nn.Module):
    """Layers one after the other on relu of the last; a type that is no target keeps what it has."""

    def __init__(self, lin, convs):
        super().__init__()
        self.lin = lin
        self.convs = torch.nn.ModuleList(convs)

    def forward(self, x, *edges, **features):
        x = self.lin(x)
        for conv in self.convs:
            x = {key: value.relu() for key, value in x.items()}
            x = {**x, **conv(x, *edges, **features)}
        return x


def build(case):
    options = dict(case.options)
    repeat = options.pop("repeat", None)
    if repeat is None:
        return layer(case, options)
    width = options["out_channels"]
    lin = torch_geometric.nn.HeteroDictLinear(options.pop("lin_channels"), width)
    return Carried(lin, [layer(case, {"in_channels": width, **options}) for _ in range(repeat)])


def layer(case, options):
    relations = [RELATIONS[edge] for edge in case.edges]
    if case.layer == "HGTConv":
        return torch_geometric.nn.HGTConv(metadata=(list(case.inputs["x"]), relations), **options)
    convs = {RELATIONS[edge]: conv(*options["convs"][edge]) for edge in case.edges}
    return torch_geometric.nn.HeteroConv(convs, aggr=options["aggr"])


def conv(name, options):
    pairs = {key: tuple(value) if isinstance(value, list) and key == "in_channels" else value for key, value in options.items()}
    return getattr(torch_geometric.nn, name)(**pairs)


def run(case, module, graph, dtype):
    """{target type: array}"""
    keys = defaultdict(lambda: None, RELATIONS)

    def values(features):
        return {keys[key] or key: torch.from_numpy(graph.features[name]).to(dtype) for key, name in features.items()}

    edges = {RELATIONS[edge]: torch.from_numpy(graph.indices[edge]) for edge in case.edges}
    inputs = {f"{key}_dict": values(features) for key, features in case.inputs.items()}
    with torch.no_grad():
        answer = module.to(dtype).eval()(inputs.pop("x_dict"), edges, **inputs)
    return {kind: value.numpy() for kind, value in answer.items()}
