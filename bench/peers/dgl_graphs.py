"""A plain graph directory as one DGL graph, whose vertices and edges may carry their types."""

import dgl
import torch

from common import load, load_single
from dgl_models import SELF_LOOPS

ONLY_IN_EDGES = {"sage", "gin"}  # models that read nothing but the in-edges of each vertex


def single(model, folder):
    """The graph, the features, and the vertices that want an answer: all of them."""
    x, index, features = load_single(folder)
    relation = features["relation"].flatten() if model == "rgcn" else None
    if relation is not None:  # edges by their relation, as RelGraphConv likes them
        order = torch.argsort(relation, stable=True)
        index, relation = index[:, order], relation[order]
    graph = dgl.graph((index[0], index[1]), num_nodes=len(x))
    if relation is not None:
        kinds = int(relation.max()) + 1
        kind = index[1] * kinds + relation
        graph.edata["relation"] = relation
        graph.edata["share"] = 1 / torch.bincount(kind)[kind].float()[:, None]
    return (dgl.add_self_loop(graph) if model in SELF_LOOPS else graph), x, torch.arange(len(x))


def typed(folder):
    """The graph with the vertices of all types in a row, and the papers as those that want an answer."""
    x, edges = load(folder)
    starts, position = {}, 0
    for name, features in x.items():
        starts[name] = position
        position += len(features)
    sources, targets, types = [], [], []
    for number, ((source, _, target), (index, _)) in enumerate(edges.items()):
        sources.append(index[0] + starts[source])
        targets.append(index[1] + starts[target])
        types.append(torch.full((index.shape[1],), number))
    graph = dgl.graph((torch.cat(sources), torch.cat(targets)), num_nodes=position)
    graph.edata["type"] = torch.cat(types)
    graph.ndata["type"] = torch.cat([torch.full((len(rows),), number) for number, rows in enumerate(x.values())])
    return graph, torch.cat(list(x.values())), torch.arange(starts["paper"], starts["paper"] + len(x["paper"]))


def open_graph(model, folder):
    graph, x, answered = typed(folder) if model == "hgt" else single(model, folder)
    if model in ONLY_IN_EDGES:
        graph = graph.formats("csc")  # else DGL makes the format that it wants when it wants it
    return graph, x, answered
