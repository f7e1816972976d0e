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
    "BasicGNN": PackageResources.BasicGNN_gnn,
    "BatchNorm": PackageResources.BatchNorm_gnn,
    "GAT": PackageResources.GAT_gnn,
    "GATConv": PackageResources.GATConv_gnn,
    "GCN": PackageResources.GCN_gnn,
    "GCNConv": PackageResources.GCNConv_gnn,
    "GIN": PackageResources.GIN_gnn,
    "GINConv": PackageResources.GINConv_gnn,
    "GraphSAGE": PackageResources.GraphSAGE_gnn,
    "HGTConv": PackageResources.HGTConv_gnn,
    "HeteroConv": PackageResources.HeteroConv_gnn,
    "LayerNorm": PackageResources.LayerNorm_gnn,
    "Linear": PackageResources.Linear_gnn,
    "MLP": PackageResources.MLP_gnn,
    "SAGEConv": PackageResources.SAGEConv_gnn,
  ]

  /// These share a text.
  private static let activations: Set<String> = [
    "CELU", "Hardsigmoid", "Hardswish", "Hardtanh", "LogSigmoid", "Mish", "ReLU6", "Softsign", "Tanhshrink",
  ]
}
