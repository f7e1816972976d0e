import Diagnostics
import Graph

/// Whether a model can run over a graph: types, features and their widths, and edge sets, all looked at by name.
package enum ModelFit {
  /// Throws every mismatch at once. `model` and `graph` are what the user called them.
  package static func check(
    _ tables: ModelTables, model: String, against summary: GraphSummary, graph: String
  ) throws(Failure) {
    let names = Names(model: model, graph: graph)
    var mistakes: [LaunchError] = []
    for type in tables.vertexTypes where summary.vertexType(named: type.name) == nil {
      mistakes.append(.missingVertexType(type.name, names, has: summary.vertexTypes.map(\.name)))
    }
    for type in tables.edgeTypes { mistakes += check(type, tables, summary, names) }
    for set in tables.edgeSets.indices { mistakes += check(set: set, tables, summary, names) }
    for tensor in tables.tensors { mistakes += check(tensor, tables, summary, names) }
    guard mistakes.isEmpty else { throw Failure(mistakes.flatMap(\.failure.diagnostics)) }
  }

  /// What the user called the two.
  package struct Names: Hashable, Sendable {
    package let model: String
    package let graph: String
  }

  private static func check(
    _ type: ModelTables.EdgeType, _ tables: ModelTables, _ summary: GraphSummary, _ names: Names
  ) -> [LaunchError] {
    guard let found = summary.edgeType(named: type.name) else {
      return [.missingEdgeType(type.name, names, has: summary.edgeTypes.map(\.name))]
    }
    let wanted = [tables.vertexTypes[type.source].name, tables.vertexTypes[type.target].name]
    guard [found.source, found.target] == wanted else {
      return [.otherEnds(type.name, names, wanted: wanted, found: [found.source, found.target])]
    }
    return []
  }

  private static func check(
    set: Int, _ tables: ModelTables, _ summary: GraphSummary, _ names: Names
  ) -> [LaunchError] {
    let key = tables.key(of: set)
    guard summary.edgeType(named: key.edgeType) != nil, summary.edgeSet(key) == nil else { return [] }
    return [.missingEdgeSet(key, names)]
  }

  private static func check(
    _ tensor: ModelTables.Tensor, _ tables: ModelTables, _ summary: GraphSummary, _ names: Names
  ) -> [LaunchError] {
    let type: String
    let features: [FeatureSummary]
    switch tensor.kind {
    case .stored, .storedEdges, .vertexWeight, .graphValue, .partial: return []
    case .vertexFeature(let number):
      type = tables.vertexTypes[number].name
      guard let found = summary.vertexType(named: type) else { return [] }
      features = found.features
    case .edgeFeature(let set):
      type = tables.key(of: set).edgeType
      guard let found = summary.edgeType(named: type) else { return [] }
      features = found.features
    }
    guard let found = features.first(where: { $0.name == tensor.name }) else {
      return [.missingFeature(tensor.name, of: type, names, has: features.map(\.name))]
    }
    if found.width != tensor.width {
      return [.otherWidth(tensor.name, of: type, names, wanted: tensor.width, found: found.width)]
    }
    if found.element != tensor.element {
      return [.otherElement(tensor.name, of: type, names, wanted: tensor.element, found: found.element)]
    }
    return []
  }
}
