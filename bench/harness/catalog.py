"""What is measured: the models, and the graphs that they run over."""

import dataclasses

PEERS = ("pyg", "dgl", "sampled")


@dataclasses.dataclass(frozen=True)
class Model:
    name: str
    title: str
    modes: tuple = ("eager", "compile")  # the ways in which PyG computes it
    limit: bool = False  # whether limits/ has it by hand, and make-inputs its weights


@dataclasses.dataclass(frozen=True)
class Graph:
    name: str
    title: str
    make: tuple  # the program of limits/ or orders/ that makes it, and what it is told beside the directory
    models: tuple
    peers: tuple = PEERS
    order: str = None  # of its vertices; gnnc's own choice if None
    long: bool = False  # whether a pass of a peer takes a minute: one is enough then


MODELS = {
    model.name: model
    for model in (
        Model("gcn", "GCN 128-256-256-48", ("csr", "eager", "compile"), limit=True),
        Model("sage", "GraphSAGE 128-256-256-48", ("csr", "eager", "compile")),
        Model("gin", "GIN 128-256-256-48", ("csr", "eager", "compile")),
        Model("gat", "GAT 128-4x64-4x64-48", limit=True),
        Model("gatv2", "GATv2 128-4x64-4x64-48"),
        Model("rgcn", "RGCN 128-128-128-48, 8 relations"),
        Model("hgt", "HGT 2 layers, 4 heads, 128 wide"),
        Model("geniepath", "GeniePath 4 layers, 128 wide"),
    )
}

GRAPHS = {
    graph.name: graph
    for graph in (
        Graph(
            "arxiv", "169,343 vertices, 2,332,486 edges", ("make-inputs rmat", 169_343, 2_332_486, 1, 8),
            ("gcn", "sage", "gin", "gat", "gatv2", "rgcn", "geniepath"),
        ),
        Graph("typed", "193,900 vertices of 4 types, 4,220,000 edges of 8 types", ("make-inputs typed",), ("hgt",)),
        Graph("dense", "300,000 vertices, 15,000,000 edges", ("make-inputs rmat", 300_000, 15_000_000, 1), ("gcn", "sage", "gat")),
        Graph(
            "communities", "300,000 vertices, 15,000,000 edges, in communities", ("make-communities", 300_000, 15_000_000, 7),
            ("gcn",), peers=(),
        ),
        Graph(
            "products", "2,449,029 vertices, 123,718,280 edges", ("make-inputs rmat", 2_449_029, 123_718_280, 1), ("sage", "gcn"),
            peers=("pyg", "dgl"), order="degree", long=True,
        ),
    )
}


def graph_of(model):
    """The smallest graph that a model runs over."""
    return next(graph for graph in GRAPHS.values() if model.name in graph.models)


def rmat(edges, mean_degree):
    """A graph of that many edges and mean degree."""
    return Graph(f"rmat-{edges}", f"{edges:,} edges", ("make-inputs rmat", round(edges / mean_degree), edges, 1), ())
