"""Every case: a layer of PyG with its options, on one of the graphs. PyG's own names throughout."""

from dataclasses import dataclass, field


@dataclass
class Case:
    name: str
    layer: str
    options: dict
    graph: str = "nasty"
    edges: str = "link"
    inputs: dict = field(default_factory=lambda: {"x": "node.x"})


WEIGHT = {"x": "node.x", "edge_weight": "link.weight"}
ZEROS = {"x": "node.x", "edge_weight": "link.weight_zeros"}
ATTR = {"x": "node.x", "edge_attr": "link.attr"}
ONE_ATTR = {"x": "node.x", "edge_attr": "link.weight"}
NONFINITE = {"x": "node.x_nonfinite"}
CALM = {"x": "node.calm"}
WEIGHT_ALONE = {"edge_weight": "link.weight"}
CALM_ATTR = {"x": "node.calm", "edge_attr": "link.attr"}
NARROW = {"x": "node.narrow"}
RELATION = {"x": "node.x", "edge_type": "link.relation"}
INITIAL = {"x": "node.x", "x_0": "node.calm"}
THREE = {"xs": ["node.x", "node.calm", "node.x"]}
VALUES = {"x": "node.values"}
ENDS = {"x": ["user.x", "item.x"]}
ENDS_RELATION = {"x": ["user.x", "item.x"], "edge_type": "buys.relation"}
ENDS_ATTR = {"x": ["user.x", "item.x"], "edge_attr": "buys.attr"}
DEBIAN = {"graph": "debian", "edges": "depends", "inputs": {"x": "package.x"}}
HUB = {"graph": "hub"}
BIPARTITE = {"graph": "bipartite", "edges": "buys"}


def sizes(inputs=16, outputs=8, **others):
    return {"in_channels": inputs, "out_channels": outputs, **others}


def model(layers=3, outputs=7, **others):
    return {"in_channels": 16, "hidden_channels": 12, "num_layers": layers, "out_channels": outputs, **others}


def relations(inputs=16, outputs=8, **others):
    return {"in_channels": inputs, "out_channels": outputs, "num_relations": 6, **others}


def principal(*aggregators, scalers=("identity",), **others):
    return {"aggregators": [*aggregators], "scalers": [*scalers], "deg": [4, 9, 16, 12, 8, 3, 1], **others}


SEQUENTIAL = {"Sequential": [["Linear", 16, 12], ["BatchNorm1d", 12], ["ReLU"], ["Linear", 12, 8], ["ReLU"]]}
MLP = {"MLP": {"channel_list": [16, 12, 8]}}
USUAL = ["identity", "amplification", "attenuation"]
PAIR = {"Sequential": [["Linear", 32, 12], ["ReLU"], ["Linear", 12, 8]]}
PAIR_MLP = {"MLP": {"channel_list": [32, 12, 8]}}
NODE_NORM = {"norm": "layer_norm", "norm_kwargs": {"mode": "node"}}


def width8(net):
    """The same small network on the hub graph, whose features are 8 wide."""
    return {"MLP": {"channel_list": [8, 12, 8]}} if net is MLP else net


CASES = [
    Case("gcn", "GCNConv", sizes()),
    Case("gcn_weight", "GCNConv", sizes(), inputs=WEIGHT),
    Case("gcn_weight_zeros", "GCNConv", sizes(), inputs=ZEROS),
    Case("gcn_weight_zeros_no_loops", "GCNConv", sizes(add_self_loops=False), inputs=ZEROS),
    Case("gcn_no_bias", "GCNConv", sizes(bias=False)),
    Case("gcn_improved", "GCNConv", sizes(improved=True)),
    Case("gcn_improved_weight", "GCNConv", sizes(improved=True), inputs=WEIGHT),
    Case("gcn_no_loops", "GCNConv", sizes(add_self_loops=False)),
    Case("gcn_no_normalize", "GCNConv", sizes(normalize=False)),
    Case("gcn_no_normalize_weight", "GCNConv", sizes(normalize=False), inputs=WEIGHT),
    Case("gcn_wider", "GCNConv", sizes(16, 40), inputs=WEIGHT),
    Case("gcn_nonfinite", "GCNConv", sizes(), inputs=NONFINITE),
    Case("gcn_debian", "GCNConv", sizes(), **DEBIAN),
    Case("gcn_hub", "GCNConv", sizes(8), inputs=WEIGHT, **HUB),
    #
    Case("sage", "SAGEConv", sizes()),
    Case("sage_max", "SAGEConv", sizes(aggr="max")),
    Case("sage_min", "SAGEConv", sizes(aggr="min")),
    Case("sage_sum", "SAGEConv", sizes(aggr="sum")),
    Case("sage_several", "SAGEConv", sizes(aggr=["mean", "max"])),
    Case("sage_several_more", "SAGEConv", sizes(aggr=["max", "sum", "mean", "min"])),
    Case("sage_project", "SAGEConv", sizes(project=True)),
    Case("sage_project_max", "SAGEConv", sizes(project=True, aggr="max")),
    Case("sage_normalize", "SAGEConv", sizes(normalize=True)),
    Case("sage_normalize_no_bias", "SAGEConv", sizes(normalize=True, bias=False)),
    Case("sage_no_root", "SAGEConv", sizes(root_weight=False)),
    Case("sage_wider", "SAGEConv", sizes(16, 40)),
    Case("sage_nonfinite", "SAGEConv", sizes(), inputs=NONFINITE),
    Case("sage_max_nonfinite", "SAGEConv", sizes(aggr="max"), inputs=NONFINITE),
    Case("sage_debian", "SAGEConv", sizes(), **DEBIAN),
    Case("sage_hub", "SAGEConv", sizes(8), **HUB),
    Case("sage_max_hub", "SAGEConv", sizes(8, aggr="max"), **HUB),
    Case("sage_bipartite", "SAGEConv", sizes([10, 6]), inputs=ENDS, **BIPARTITE),
    Case("sage_bipartite_project", "SAGEConv", sizes([10, 6], project=True), inputs=ENDS, **BIPARTITE),
    Case("sage_mul", "SAGEConv", sizes(aggr="mul")),
    Case("sage_var", "SAGEConv", sizes(aggr="var"), inputs=CALM),
    Case("sage_std", "SAGEConv", sizes(aggr="std"), inputs=CALM),
    Case("sage_std_hub", "SAGEConv", sizes(8, aggr="std"), inputs=CALM, **HUB),
    Case("sage_softmax", "SAGEConv", sizes(aggr="softmax")),
    Case("sage_softmax_fixed", "SAGEConv", sizes(aggr="softmax", aggr_kwargs={"t": 0.1})),
    Case("sage_softmax_learned", "SAGEConv", sizes(aggr="softmax", aggr_kwargs={"learn": True})),
    Case(
        "sage_softmax_channels", "SAGEConv", sizes(aggr="softmax", aggr_kwargs={"learn": True, "channels": 16}), inputs=CALM
    ),
    Case("sage_powermean", "SAGEConv", sizes(aggr="powermean")),
    Case("sage_powermean_fixed", "SAGEConv", sizes(aggr="powermean", aggr_kwargs={"p": 3.0})),
    Case("sage_powermean_learned", "SAGEConv", sizes(aggr="powermean", aggr_kwargs={"learn": True})),
    Case(
        "sage_powermean_channels",
        "SAGEConv",
        sizes(aggr="powermean", aggr_kwargs={"learn": True, "channels": 16}),
        inputs=CALM,
    ),
    Case(
        "sage_all",
        "SAGEConv",
        sizes(
            aggr=["sum", "mean", "max", "min", "mul", "var", "std", "softmax", "powermean"],
            aggr_kwargs={"aggrs_kwargs": [{}] * 7 + [{"learn": True}, {"learn": True}]},
        ),
        inputs=CALM,
    ),
    Case("sage_lstm", "SAGEConv", sizes(aggr="lstm")),
    Case("sage_lstm_project", "SAGEConv", sizes(aggr="lstm", project=True, normalize=True)),
    Case("sage_lstm_nonfinite", "SAGEConv", sizes(aggr="lstm"), inputs=NONFINITE),
    Case("sage_lstm_hub", "SAGEConv", sizes(8, aggr="lstm"), **HUB),
    Case("sage_lstm_bipartite", "SAGEConv", sizes([10, 6], aggr="lstm"), inputs=ENDS, **BIPARTITE),
    #
    Case("simple", "SimpleConv", {}, inputs=WEIGHT),
    Case("simple_mean", "SimpleConv", {"aggr": "mean"}),
    Case("simple_root", "SimpleConv", {"aggr": ["max", "std"], "combine_root": "cat"}, inputs={**CALM, **WEIGHT_ALONE}),
    Case("simple_nonfinite", "SimpleConv", {"aggr": "softmax", "combine_root": "sum"}, inputs=NONFINITE),
    Case("simple_powermean_nonfinite", "SimpleConv", {"aggr": "powermean", "aggr_kwargs": {"p": 2.0}}, inputs=NONFINITE),
    Case("simple_std_nonfinite", "SimpleConv", {"aggr": "std", "combine_root": "sum"}, inputs=NONFINITE),
    Case("simple_bipartite", "SimpleConv", {"aggr": "max", "combine_root": "cat"}, inputs=ENDS, **BIPARTITE),
    #
    Case("gin", "GINConv", {"nn": SEQUENTIAL}),
    Case("gin_eps", "GINConv", {"nn": SEQUENTIAL, "train_eps": True}),
    Case("gin_mlp", "GINConv", {"nn": MLP, "train_eps": True}),
    Case("gin_nonfinite", "GINConv", {"nn": SEQUENTIAL, "train_eps": True}, inputs=NONFINITE),
    Case("gin_debian", "GINConv", {"nn": MLP}, **DEBIAN),
    Case("gin_hub", "GINConv", {"nn": width8(MLP)}, **HUB),
    #
    Case("gine", "GINEConv", {"nn": {"MLP": {"channel_list": [5, 12, 8]}}}, inputs={**NARROW, "edge_attr": "link.attr"}),
    Case("gine_edges", "GINEConv", {"nn": SEQUENTIAL, "train_eps": True, "edge_dim": 5}, inputs=ATTR),
    Case(
        "gine_nonfinite",
        "GINEConv",
        {"nn": SEQUENTIAL, "train_eps": True, "edge_dim": 5},
        inputs={**NONFINITE, "edge_attr": "link.attr"},
    ),
    #
    Case("gat", "GATConv", sizes()),
    Case("gat_concat", "GATConv", sizes(outputs=4, heads=3)),
    Case("gat_mean", "GATConv", sizes(heads=3, concat=False)),
    Case("gat_residual", "GATConv", sizes(outputs=4, heads=2, residual=True)),
    Case("gat_residual_mean", "GATConv", sizes(heads=2, concat=False, residual=True)),
    Case("gat_edges", "GATConv", sizes(outputs=4, heads=2, edge_dim=5), inputs=ATTR),
    Case("gat_edges_one", "GATConv", sizes(edge_dim=1), inputs=ONE_ATTR),
    Case("gat_edges_no_loops", "GATConv", sizes(outputs=4, heads=2, edge_dim=5, add_self_loops=False), inputs=ATTR),
    Case("gat_slope", "GATConv", sizes(negative_slope=0.05)),
    Case("gat_no_loops", "GATConv", sizes(outputs=4, heads=2, add_self_loops=False)),
    Case("gat_no_bias", "GATConv", sizes(outputs=4, heads=2, bias=False)),
    Case(
        "gat_all",
        "GATConv",
        sizes(heads=2, concat=False, residual=True, edge_dim=5, negative_slope=0.1),
        inputs=ATTR,
    ),
    Case("gat_fill_max", "GATConv", sizes(outputs=4, heads=2, edge_dim=5, fill_value="max"), inputs=ATTR),
    Case("gat_fill_number", "GATConv", sizes(outputs=4, heads=2, edge_dim=5, fill_value=0.5), inputs=ATTR),
    Case("gat_nonfinite", "GATConv", sizes(outputs=4, heads=2), inputs=NONFINITE),
    Case("gat_debian", "GATConv", sizes(outputs=4, heads=2), **DEBIAN),
    Case("gat_hub", "GATConv", sizes(8, outputs=4, heads=2), **HUB),
    Case("gat_bipartite", "GATConv", sizes([10, 6], 4, heads=2, add_self_loops=False), inputs=ENDS, **BIPARTITE),
    Case(
        "gat_bipartite_edges",
        "GATConv",
        sizes([10, 6], 4, heads=2, add_self_loops=False, edge_dim=3, residual=True),
        inputs=ENDS_ATTR,
        **BIPARTITE,
    ),
    #
    Case("gatv2", "GATv2Conv", sizes()),
    Case("gatv2_concat", "GATv2Conv", sizes(outputs=4, heads=3)),
    Case("gatv2_mean", "GATv2Conv", sizes(heads=3, concat=False, negative_slope=0.05)),
    Case("gatv2_shared", "GATv2Conv", sizes(outputs=4, heads=2, share_weights=True)),
    Case("gatv2_residual", "GATv2Conv", sizes(outputs=4, heads=2, residual=True)),
    Case("gatv2_no_loops", "GATv2Conv", sizes(outputs=4, heads=2, add_self_loops=False)),
    Case("gatv2_no_bias", "GATv2Conv", sizes(outputs=4, heads=2, bias=False)),
    Case("gatv2_edges", "GATv2Conv", sizes(outputs=4, heads=2, edge_dim=5), inputs=ATTR),
    Case("gatv2_edges_one", "GATv2Conv", sizes(edge_dim=1), inputs=ONE_ATTR),
    Case(
        "gatv2_all",
        "GATv2Conv",
        sizes(heads=2, concat=False, residual=True, edge_dim=5, share_weights=True, add_self_loops=False),
        inputs=ATTR,
    ),
    Case("gatv2_fill_sum", "GATv2Conv", sizes(outputs=4, heads=2, edge_dim=5, fill_value="add"), inputs=ATTR),
    Case("gatv2_fill_number", "GATv2Conv", sizes(edge_dim=1, fill_value=2.0), inputs=ONE_ATTR),
    Case("gatv2_nonfinite", "GATv2Conv", sizes(outputs=4, heads=2), inputs=NONFINITE),
    Case("gatv2_hub", "GATv2Conv", sizes(8, outputs=4, heads=2), **HUB),
    Case(
        "gatv2_bipartite",
        "GATv2Conv",
        sizes([10, 6], 4, heads=2, add_self_loops=False, edge_dim=3, residual=True),
        inputs=ENDS_ATTR,
        **BIPARTITE,
    ),
    #
    Case("transformer", "TransformerConv", sizes()),
    Case("transformer_concat", "TransformerConv", sizes(outputs=4, heads=3)),
    Case("transformer_mean", "TransformerConv", sizes(heads=3, concat=False)),
    Case("transformer_beta", "TransformerConv", sizes(outputs=4, heads=2, beta=True)),
    Case("transformer_beta_mean", "TransformerConv", sizes(heads=2, concat=False, beta=True)),
    Case("transformer_no_root", "TransformerConv", sizes(outputs=4, heads=2, root_weight=False, beta=True)),
    Case("transformer_no_bias", "TransformerConv", sizes(outputs=4, heads=2, bias=False)),
    Case("transformer_edges", "TransformerConv", sizes(outputs=4, heads=2, edge_dim=5), inputs=ATTR),
    Case("transformer_nonfinite", "TransformerConv", sizes(outputs=4, heads=2), inputs=NONFINITE),
    Case("transformer_hub", "TransformerConv", sizes(8, outputs=4, heads=2), **HUB),
    Case(
        "transformer_bipartite",
        "TransformerConv",
        sizes([10, 6], 4, heads=2, edge_dim=3, beta=True),
        inputs=ENDS_ATTR,
        **BIPARTITE,
    ),
    #
    Case("rgcn", "RGCNConv", relations(), inputs=RELATION),
    Case("rgcn_sum", "RGCNConv", relations(aggr="sum"), inputs=RELATION),
    Case("rgcn_max", "RGCNConv", relations(aggr="max"), inputs=RELATION),
    Case("rgcn_bases", "RGCNConv", relations(num_bases=3), inputs=RELATION),
    Case("rgcn_bases_sum", "RGCNConv", relations(num_bases=3, aggr="sum", bias=False), inputs=RELATION),
    Case("rgcn_blocks", "RGCNConv", relations(num_blocks=4), inputs=RELATION),
    Case("rgcn_no_root", "RGCNConv", relations(root_weight=False, bias=False), inputs=RELATION),
    Case("rgcn_nonfinite", "RGCNConv", relations(), inputs={**RELATION, **NONFINITE}),
    Case("rgcn_no_features", "RGCNConv", relations(60), inputs={**RELATION, "x": None}),
    Case("rgcn_no_features_bases", "RGCNConv", relations(60, num_bases=3), inputs={**RELATION, "x": None}),
    Case("rgcn_hub", "RGCNConv", relations(8, num_bases=2), inputs=RELATION, **HUB),
    Case("rgcn_bipartite", "RGCNConv", relations([10, 6]), inputs=ENDS_RELATION, **BIPARTITE),
    #
    Case("appnp", "APPNP", {"K": 3, "alpha": 0.1}),
    Case("appnp_weight", "APPNP", {"K": 2, "alpha": 0.3}, inputs=WEIGHT),
    Case("appnp_weight_zeros", "APPNP", {"K": 2, "alpha": 0.3, "add_self_loops": False}, inputs=ZEROS),
    Case("appnp_no_loops", "APPNP", {"K": 3, "alpha": 0.1, "add_self_loops": False}),
    Case("appnp_no_normalize", "APPNP", {"K": 2, "alpha": 0.5, "normalize": False}, inputs=WEIGHT),
    Case("appnp_nonfinite", "APPNP", {"K": 2, "alpha": 0.1}, inputs=NONFINITE),
    Case("appnp_hub", "APPNP", {"K": 2, "alpha": 0.1}, **HUB),
    #
    Case("gcn2", "GCN2Conv", {"channels": 16, "alpha": 0.5}, inputs=INITIAL),
    Case("gcn2_theta", "GCN2Conv", {"channels": 16, "alpha": 0.1, "theta": 0.5, "layer": 2}, inputs=INITIAL),
    Case("gcn2_two", "GCN2Conv", {"channels": 16, "alpha": 0.3, "shared_weights": False}, inputs=INITIAL),
    Case(
        "gcn2_two_theta",
        "GCN2Conv",
        {"channels": 16, "alpha": 0.3, "theta": 1.0, "layer": 3, "shared_weights": False},
        inputs={**INITIAL, **WEIGHT_ALONE},
    ),
    Case("gcn2_weight", "GCN2Conv", {"channels": 16, "alpha": 0.5}, inputs={**INITIAL, **WEIGHT_ALONE}),
    Case("gcn2_no_loops", "GCN2Conv", {"channels": 16, "alpha": 0.5, "add_self_loops": False}, inputs=INITIAL),
    Case(
        "gcn2_no_normalize",
        "GCN2Conv",
        {"channels": 16, "alpha": 0.5, "normalize": False},
        inputs={**INITIAL, **WEIGHT_ALONE},
    ),
    #
    Case("gated", "GatedGraphConv", {"out_channels": 16, "num_layers": 2}),
    Case("gated_padded", "GatedGraphConv", {"out_channels": 8, "num_layers": 3}, inputs=NARROW),
    Case("gated_weight", "GatedGraphConv", {"out_channels": 16, "num_layers": 2}, inputs=WEIGHT),
    Case("gated_mean", "GatedGraphConv", {"out_channels": 16, "num_layers": 2, "aggr": "mean", "bias": False}),
    Case("gated_max", "GatedGraphConv", {"out_channels": 16, "num_layers": 2, "aggr": "max"}, inputs=WEIGHT),
    Case("gated_nonfinite", "GatedGraphConv", {"out_channels": 16, "num_layers": 2}, inputs=NONFINITE),
    #
    Case("edge_conv", "EdgeConv", {"nn": PAIR}),
    Case("edge_conv_mlp", "EdgeConv", {"nn": PAIR_MLP}),
    Case("edge_conv_mean", "EdgeConv", {"nn": PAIR, "aggr": "mean"}),
    Case("edge_conv_several", "EdgeConv", {"nn": PAIR, "aggr": ["sum", "min"]}),
    Case("edge_conv_linear", "EdgeConv", {"nn": {"Sequential": [["Linear", 32, 8]]}}),
    Case("edge_conv_nonfinite", "EdgeConv", {"nn": PAIR}, inputs=NONFINITE),
    Case("edge_conv_hub", "EdgeConv", {"nn": {"MLP": {"channel_list": [16, 12, 8]}}}, **HUB),
    #
    Case("pna", "PNAConv", sizes(**principal("mean", "max", "sum"))),
    Case("pna_usual", "PNAConv", sizes(**principal("mean", "min", "max", "std", scalers=USUAL)), inputs=CALM),
    Case("pna_scalers", "PNAConv", sizes(**principal("sum", scalers=["linear", "inverse_linear"], train_norm=True))),
    Case(
        "pna_towers",
        "PNAConv",
        sizes(**principal("mean", "var", scalers=USUAL, towers=2, pre_layers=2, post_layers=2, act="elu")),
        inputs=CALM,
    ),
    Case(
        "pna_divided",
        "PNAConv",
        sizes(**principal("mean", "max", scalers=USUAL[:2], towers=4, divide_input=True, edge_dim=5)),
        inputs=ATTR,
    ),
    Case("pna_edges", "PNAConv", sizes(**principal("min", "std", edge_dim=5, pre_layers=2)), inputs=CALM_ATTR),
    Case("pna_hub", "PNAConv", sizes(8, **principal("mean", "max", "min", scalers=USUAL)), inputs=CALM, **HUB),
    Case("pna_nonfinite", "PNAConv", sizes(**principal("mean", "max", scalers=USUAL)), inputs=NONFINITE),
    #
    Case("lightgcn", "LightGCN", {"num_nodes": 60, "embedding_dim": 16, "num_layers": 3}, inputs={}),
    Case("lightgcn_weight", "LightGCN", {"num_nodes": 60, "embedding_dim": 8, "num_layers": 2}, inputs=WEIGHT_ALONE),
    Case(
        "lightgcn_no_normalize",
        "LightGCN",
        {"num_nodes": 60, "embedding_dim": 8, "num_layers": 2, "normalize": False},
        inputs=WEIGHT_ALONE,
    ),
    #
    Case("genie_path", "GeniePath", model(layers=3)),
    Case("genie_path_lazy", "GeniePathLazy", model(layers=3)),
    Case("genie_path_nonfinite", "GeniePath", model(layers=2), inputs=NONFINITE),
    Case("genie_path_lazy_nonfinite", "GeniePathLazy", model(layers=2), inputs=NONFINITE),
    #
    Case("jumping_cat", "JumpingKnowledge", {"mode": "cat"}, inputs=THREE),
    Case("jumping_max", "JumpingKnowledge", {"mode": "max"}, inputs=THREE),
    Case("jumping_lstm", "JumpingKnowledge", {"mode": "lstm", "channels": 16, "num_layers": 3}, inputs=THREE),
    #
    Case("model_gcn", "GCN", model()),
    Case("model_gcn_weight", "GCN", model(norm="batch_norm"), inputs=WEIGHT),
    Case("model_gcn_layer_norm", "GCN", model(**NODE_NORM, act="elu")),
    Case("model_gcn_cat", "GCN", model(jk="cat", norm="batch_norm")),
    Case("model_gcn_one_layer", "GCN", model(layers=1)),
    Case("model_gcn_no_outputs", "GCN", model(outputs=None)),
    Case("model_gcn_debian", "GCN", model(norm="batch_norm"), **DEBIAN),
    Case("model_sage", "GraphSAGE", model()),
    Case("model_sage_max", "GraphSAGE", model(aggr="max", norm="batch_norm", act="elu")),
    Case("model_sage_act_first", "GraphSAGE", model(norm="batch_norm", act_first=True)),
    Case("model_sage_jk_max", "GraphSAGE", model(jk="max", **NODE_NORM)),
    Case("model_sage_jk_last", "GraphSAGE", model(jk="last", act="leaky_relu", project=True)),
    Case("model_sage_debian", "GraphSAGE", model(layers=2, **NODE_NORM), **DEBIAN),
    Case("model_gin", "GIN", model()),
    Case("model_gin_norm", "GIN", model(norm="batch_norm", train_eps=True)),
    Case("model_gin_cat", "GIN", model(jk="cat", norm="batch_norm", act="tanh")),
    Case("model_gin_debian", "GIN", model(norm="batch_norm"), **DEBIAN),
    Case("model_gat", "GAT", model(heads=3)),
    Case("model_gat_norm", "GAT", model(heads=2, norm="batch_norm", act="elu")),
    Case("model_gat_cat", "GAT", model(heads=2, jk="cat", **NODE_NORM)),
    Case("model_gat_max", "GAT", model(heads=4, jk="max", act="elu")),
    Case("model_gat_edges", "GAT", model(heads=2, edge_dim=5, residual=True), inputs=ATTR),
    Case("model_gat_no_act", "GAT", model(heads=2, concat=False, act=None)),
    Case("model_gat_debian", "GAT", model(heads=2, norm="batch_norm", act="elu"), **DEBIAN),
    Case("model_gat_v2", "GAT", model(heads=2, v2=True, edge_dim=5, share_weights=True), inputs=ATTR),
    Case("model_gat_v2_cat", "GAT", model(heads=3, v2=True, jk="cat", residual=True, act="elu")),
    Case("model_gcn_lstm", "GCN", model(jk="lstm")),
    Case("model_sage_lstm", "GraphSAGE", model(jk="lstm", hidden_channels=5, norm="batch_norm")),
    Case("model_sage_lstm_aggr", "GraphSAGE", model(layers=2, aggr="lstm")),
    Case("model_sage_softmax", "GraphSAGE", model(layers=2, aggr=["softmax", "std"]), inputs=CALM),
    Case("model_gcn_graph_norm", "GCN", model(norm="graph_norm")),
    Case("model_gcn_pair_norm", "GCN", model(norm="pair_norm", act="elu")),
    Case("model_gat_layer_norm_graph", "GAT", model(heads=2, norm="layer_norm")),
    Case("model_gin_graph_norm", "GIN", model(norm="graph_norm", jk="max")),
    Case("model_pna", "PNA", model(**principal("mean", "max", scalers=USUAL))),
    Case(
        "model_pna_edges",
        "PNA",
        model(**principal("min", "std", scalers=USUAL[:2]), towers=2, edge_dim=5, norm="batch_norm", jk="last"),
        inputs=CALM_ATTR,
    ),
    Case("model_edge", "EdgeCNN", model(layers=2)),
    Case("model_edge_cat", "EdgeCNN", model(norm="batch_norm", jk="cat", act="elu")),
    #
    Case("linear", "Linear", sizes()),
    Case("linear_no_bias", "Linear", sizes(bias=False)),
    Case("mlp", "MLP", {"channel_list": [16, 20, 12, 8], "act": "gelu"}),
    Case("mlp_layer_norm", "MLP", {"channel_list": [16, 12, 8], "plain_last": False, "bias": False, **NODE_NORM}),
    Case("batch_norm", "BatchNorm", {"in_channels": 16}),
    Case("batch_norm_eps", "BatchNorm", {"in_channels": 16, "eps": 0.01, "affine": False}),
    Case("batch_norm_nonfinite", "BatchNorm", {"in_channels": 16}, inputs=NONFINITE),
    Case("layer_norm", "LayerNorm", {"in_channels": 16, "mode": "node"}),
    Case("layer_norm_eps", "LayerNorm", {"in_channels": 16, "mode": "node", "eps": 0.01, "affine": False}),
    Case("layer_norm_nonfinite", "LayerNorm", {"in_channels": 16, "mode": "node"}, inputs=NONFINITE),
    Case("layer_norm_graph", "LayerNorm", {"in_channels": 16}),
    Case("layer_norm_graph_eps", "LayerNorm", {"in_channels": 16, "eps": 0.5, "affine": False}, inputs=CALM),
    Case("layer_norm_graph_nonfinite", "LayerNorm", {"in_channels": 16}, inputs=NONFINITE),
    Case("graph_norm", "GraphNorm", {"in_channels": 16}),
    Case("graph_norm_eps", "GraphNorm", {"in_channels": 16, "eps": 0.1}, inputs=CALM),
    Case("graph_norm_nonfinite", "GraphNorm", {"in_channels": 16}, inputs=NONFINITE),
    Case("graph_norm_hub", "GraphNorm", {"in_channels": 8}, **HUB),
    Case("pair_norm", "PairNorm", {}),
    Case("pair_norm_scale", "PairNorm", {"scale": 2.5, "eps": 0.1}, inputs=CALM),
    Case("pair_norm_individually", "PairNorm", {"scale_individually": True, "scale": 0.5}),
    Case(
        "activations",
        "functional",
        {
            "relu": {},
            "relu6": {},
            "leaky_relu_steep": {"negative_slope": 0.2},
            "leaky_relu": {},
            "elu_half": {"alpha": 0.5},
            "elu": {},
            "selu": {},
            "celu": {"alpha": 0.5},
            "gelu": {},
            "gelu_tanh": {"approximate": "tanh"},
            "silu": {},
            "mish": {},
            "sigmoid": {},
            "logsigmoid": {},
            "tanh": {},
            "tanhshrink": {},
            "softplus": {},
            "softsign": {},
            "hardtanh": {},
            "hardsigmoid": {},
            "hardswish": {},
        },
        inputs=VALUES,
    ),
    Case("softmax", "functional", {"softmax": {"dim": -1}, "log_softmax": {"dim": -1}}),
    Case("softmax_values", "functional", {"softmax": {"dim": -1}, "log_softmax": {"dim": -1}}, inputs=VALUES),
]
