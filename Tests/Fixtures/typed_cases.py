"""Every case with several vertex types, on graphs/typed; edge types by the graph's names, layers and options by PyG's.

Inputs are {argument without _dict: {type: feature}}."""

from dataclasses import dataclass, field


@dataclass
class TypedCase:
    name: str
    layer: str
    options: dict
    edges: list
    inputs: dict
    graph: str = "typed"


WIDTHS = {"author": 10, "paper": 16, "venue": 5, "term": 16}
X = {"x": {kind: f"{kind}.x" for kind in WIDTHS}}
EDGES = ["writes", "written", "cites", "revises", "mentions", "reviews", "knows", "appears", "chairs"]
SOME = ["mentions", "writes", "knows", "cites"]
SOME_X = {"x": {kind: f"{kind}.x" for kind in ("term", "author", "paper")}}


def sage(source, target, outputs=8, **options):
    inputs = WIDTHS[source] if source == target else [WIDTHS[source], WIDTHS[target]]
    return ["SAGEConv", {"in_channels": inputs, "out_channels": outputs, **options}]


def gat(source, target, outputs=4, heads=2, **options):
    inputs = WIDTHS[source] if source == target else [WIDTHS[source], WIDTHS[target]]
    return ["GATConv", {"in_channels": inputs, "out_channels": outputs, "heads": heads, "add_self_loops": False, **options}]


SAGE = {
    "writes": sage("author", "paper"),
    "written": sage("paper", "author"),
    "cites": sage("paper", "paper"),
    "revises": sage("paper", "paper"),
    "mentions": sage("term", "paper"),
    "reviews": sage("author", "paper"),
    "knows": sage("author", "author"),
    "appears": sage("paper", "venue"),
    "chairs": sage("author", "venue"),
}
GAT = {
    "writes": gat("author", "paper"),
    "written": gat("paper", "author"),
    "cites": gat("paper", "paper", edge_dim=1),
    "revises": gat("paper", "paper"),
    "mentions": gat("term", "paper", edge_dim=1),
    "reviews": gat("author", "paper", edge_dim=3),
    "knows": gat("author", "author", edge_dim=2),
    "appears": gat("paper", "venue"),
    "chairs": gat("author", "venue"),
}
ATTRIBUTES = {"cites": "cites.weight", "mentions": "mentions.attr", "reviews": "reviews.attr", "knows": "knows.attr"}
WEIGHT = {"cites": "cites.weight"}
MIXED = {
    "cites": ["GCNConv", {"in_channels": 16, "out_channels": 8}],
    "writes": sage("author", "paper", aggr="max"),
    "mentions": gat("term", "paper"),
    "knows": ["GATConv", {"in_channels": 10, "out_channels": 8}],
    "chairs": sage("author", "venue", aggr=["mean", "max"]),
}


def convs(aggr, layers=SAGE):
    return {"aggr": aggr, "convs": layers}


TYPED_CASES = [
    TypedCase("hgt", "HGTConv", {"in_channels": WIDTHS, "out_channels": 12, "heads": 3}, EDGES, X),
    TypedCase("hgt_skip", "HGTConv", {"in_channels": WIDTHS, "out_channels": 16, "heads": 4}, EDGES, X),
    TypedCase("hgt_some", "HGTConv", {"in_channels": WIDTHS, "out_channels": 10}, SOME, SOME_X),
    TypedCase("hgt_twice", "HGTConv", {"repeat": 2, "lin_channels": WIDTHS, "out_channels": 16, "heads": 2}, EDGES, X),
    *(TypedCase(f"hetero_sage_{aggr}", "HeteroConv", convs(aggr), EDGES, X) for aggr in ("sum", "mean", "max", "min", "cat")),
    TypedCase("hetero_gat", "HeteroConv", convs("sum", GAT), EDGES, {**X, "edge_attr": ATTRIBUTES}),
    TypedCase("hetero_mixed", "HeteroConv", convs("mean", MIXED), list(MIXED), {**X, "edge_weight": WEIGHT}),
    TypedCase(
        "hetero_sage_twice",
        "HeteroConv",
        {
            "repeat": 2,
            "lin_channels": WIDTHS,
            "out_channels": 8,
            "aggr": "mean",
            "convs": {edge: ["SAGEConv", {"in_channels": 8, "out_channels": 8}] for edge in SOME},
        },
        SOME,
        SOME_X,
    ),
]
