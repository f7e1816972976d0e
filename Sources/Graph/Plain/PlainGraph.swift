import CRuntime
import Diagnostics

/// A feature as the user has it: a row for each vertex or edge, in plain order.
struct PlainFeature {
  let name: String
  let number: gnnc_number
  let stored: StoredElement
  /// The shape of one row.
  let shape: [Int]
  /// The file that it came from.
  let path: String
  let base: UnsafeRawPointer
  /// Keeps `base` in memory.
  let owner: AnyObject

  var summary: FeatureSummary { FeatureSummary(name: name, element: stored, shape: shape) }
}

struct PlainVertexType {
  let name: String
  let count: UInt64
  let features: [PlainFeature]
  /// The user's own names, if vertices came with any.
  let names: VertexNames?
}

struct PlainEdgeType {
  let name: String
  /// Numbers of vertex types.
  let source: Int
  let target: Int
  let edges: gnnc_edge_list
  let features: [PlainFeature]
  /// Keeps the edge list in memory.
  let owner: AnyObject
}

/// A graph as the user hands it in, mapped and checked: every edge joins vertices that are there, every feature has its
/// rows.
struct PlainGraph {
  let path: String
  let vertexTypes: [PlainVertexType]
  let edgeTypes: [PlainEdgeType]
  /// Things to say once.
  let notes: [Diagnostic]

  init(_ input: GraphInput, work: Work) throws(Failure) {
    let described = try Described(input)
    let loader = PlainGraphLoader(
      description: described.graph, folder: described.folder, path: described.path, work: work)
    try loader.load()
    path = input.path
    vertexTypes = loader.vertexTypes
    edgeTypes = loader.edgeTypes
    notes = loader.notes
  }
}

extension GraphInput {
  /// The folder or file, as the user gave it.
  package var path: String {
    switch self {
    case .directory(let path): path
    case .edgeList(let path, _, _, _, _): path
    }
  }
}

/// What a graph consists of, where its files lie, and the file that says so.
private struct Described {
  let graph: GraphDescription
  let folder: String
  let path: String

  init(_ input: GraphInput) throws(Failure) {
    switch input {
    case .directory(let folder):
      let file = try MappedFile("\(folder)/graph.json", kind: "graph")
      self.folder = folder
      path = file.path
      graph = try GraphDescription(file: file)
    case .edgeList(let file, let ids, let features, let vertexType, let edgeType):
      let sorted = features.sorted { $0.key < $1.key }
      folder = ""
      path = file
      graph = GraphDescription(
        vertexTypes: [
          .init(
            name: vertexType, count: nil, ids: ids,
            features: sorted.map { .init(name: $0.key, file: $0.value) })
        ],
        edgeTypes: [.init(name: edgeType, from: vertexType, to: vertexType, index: file, features: [])])
    }
  }
}
