import Diagnostics

/// What cannot be partitioned, or not in the way that was asked for.
enum PartitionError: Error, Hashable {
  case parts(Int)
  case tooManyVertices(UInt64)
  case tooManyEdges(UInt64)
  case metisFailed(Int)
  case metisMemory(UInt64)
  case tooManyToOrder(UInt64, by: VertexOrder)
  case unknownEdges(String, known: [String])
  case notWithinOneType(String, String, String)
}

// MARK: - Wording

extension PartitionError {
  /// `path` is the plain graph's.
  func failure(_ path: String) -> Failure {
    Failure(kind: "graph", message, at: .file(path), help: help)
  }

  private var message: String {
    switch self {
    case .parts(let number): "a graph cannot be split into \(number) partitions"
    case .tooManyVertices(let count):
      "the graph has \(count) vertices; METIS numbers \(MetisLimit.largest) at most"
    case .tooManyEdges(let count):
      "the graph has \(count) edges; METIS takes \(MetisLimit.largest / 2) at most"
    case .metisMemory(let count): "METIS has not enough memory for \(count) edges"
    case .metisFailed(let status): "METIS could not partition the graph (status \(status))"
    case .tooManyToOrder(let count, let order):
      "the graph has \(count) vertices; `--order \(order.rawValue)` takes \(UInt32.max) at most"
    case .unknownEdges(let name, _): "the graph has no edges `\(name)` to prepare"
    case .notWithinOneType(let name, let source, let target):
      "\(name) joins \(source) and \(target); only edges within one type can be undirected"
    }
  }

  private var help: String? {
    switch self {
    case .tooManyVertices, .tooManyEdges, .metisFailed: "`--method range` has no such limit"
    case .metisMemory: "`--method range` takes less"
    case .tooManyToOrder: "`--order degree` has no such limit"
    case .unknownEdges(let name, let known):
      nearest(to: name, among: known).map { "did you mean `\($0)`?" }
    case .parts, .notWithinOneType: nil
    }
  }
}
