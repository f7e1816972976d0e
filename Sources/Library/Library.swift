/// The layers that ship with the program, written in the language: what `use GATConv` brings in.
package enum Library {
  /// Everything that `use` finds, in the order of the alphabet.
  package static var names: [String] { activations.union(layers.keys).sorted() }

  /// The text that declares a layer, by the layer's name.
  package static func text(of name: String) -> String? {
    let bytes = activations.contains(name) ? PackageResources.Activations_gnn : layers[name]
    return bytes.map { String(decoding: $0, as: UTF8.self) }
  }

  private static let layers: [String: [UInt8]] = [
    "APPNP": PackageResources.APPNP_gnn,
    "Aggregation": PackageResources.Aggregation_gnn,
    "BasicGNN": PackageResources.BasicGNN_gnn,
    "BatchNorm": PackageResources.BatchNorm_gnn,
    "EdgeCNN": PackageResources.EdgeCNN_gnn,
    "EdgeConv": PackageResources.EdgeConv_gnn,
    "GAT": PackageResources.GAT_gnn,
    "GATConv": PackageResources.GATConv_gnn,
    "GATv2Conv": PackageResources.GATv2Conv_gnn,
    "GCN": PackageResources.GCN_gnn,
    "GCN2Conv": PackageResources.GCN2Conv_gnn,
    "GCNConv": PackageResources.GCNConv_gnn,
    "GCNPropagate": PackageResources.GCNPropagate_gnn,
    "GIN": PackageResources.GIN_gnn,
    "GINConv": PackageResources.GINConv_gnn,
    "GINEConv": PackageResources.GINEConv_gnn,
    "GRUCell": PackageResources.GRUCell_gnn,
    "GatedGraphConv": PackageResources.GatedGraphConv_gnn,
    "GeniePath": PackageResources.GeniePath_gnn,
    "GeniePathLazy": PackageResources.GeniePathLazy_gnn,
    "GraphNorm": PackageResources.GraphNorm_gnn,
    "GraphSAGE": PackageResources.GraphSAGE_gnn,
    "HGTConv": PackageResources.HGTConv_gnn,
    "HeteroConv": PackageResources.HeteroConv_gnn,
    "JumpingKnowledge": PackageResources.JumpingKnowledge_gnn,
    "LSTMAggregation": PackageResources.LSTMAggregation_gnn,
    "LSTMCell": PackageResources.LSTMCell_gnn,
    "LayerNorm": PackageResources.LayerNorm_gnn,
    "LightGCN": PackageResources.LightGCN_gnn,
    "Linear": PackageResources.Linear_gnn,
    "LoopFeatures": PackageResources.LoopFeatures_gnn,
    "MLP": PackageResources.MLP_gnn,
    "PNA": PackageResources.PNA_gnn,
    "PNAConv": PackageResources.PNAConv_gnn,
    "PairNorm": PackageResources.PairNorm_gnn,
    "PowerMeanAggregation": PackageResources.PowerMeanAggregation_gnn,
    "RGCNConv": PackageResources.RGCNConv_gnn,
    "SAGEConv": PackageResources.SAGEConv_gnn,
    "SimpleConv": PackageResources.SimpleConv_gnn,
    "SoftmaxAggregation": PackageResources.SoftmaxAggregation_gnn,
    "TransformerConv": PackageResources.TransformerConv_gnn,
  ]

  /// These share a text.
  private static let activations: Set<String> = [
    "CELU", "Hardsigmoid", "Hardswish", "Hardtanh", "LogSigmoid", "Mish", "ReLU6", "Softsign", "Tanhshrink",
  ]
}
