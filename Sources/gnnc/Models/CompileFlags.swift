import Compiler
import Diagnostics
import Foundation
import Graph

extension CompileOptions {
  /// From the flags in `Flag.compiling`, and `--for` where the verb has it.
  init(_ arguments: Arguments) throws {
    self.init()
    compiler = arguments.value(.compiler)
    processor = arguments.value(.processor) ?? processor
    without = arguments.values(.without)
    gemm = try arguments.choice(.gemm) ?? gemm
    store = try arguments.choice(.store) ?? store
    lanes = try Self.lanes(arguments)
    try PassNames.check(without, .without, arguments.usage)
    if let graph = arguments.value(.counts) { counts = try Self.counts(of: graph) }
  }

  private static func lanes(_ arguments: Arguments) throws(UsageError) -> Int? {
    guard let text = arguments.value(.lanes) else { return nil }
    guard let lanes = Int(text), [4, 8, 16].contains(lanes) else {
      throw .badValue(text, .lanes, arguments.usage, wanted: "4, 8 or 16")
    }
    return lanes
  }

  /// The number of vertices and edges of each type of a partitioned graph.
  private static func counts(of graph: String) throws(Failure) -> [String: UInt64] {
    let summary = try PartitionedGraph.summary(of: graph)
    let vertices = summary.vertexTypes.map { ($0.name, $0.count) }
    let edges = summary.edgeTypes.map { ($0.name, $0.count) }
    return Dictionary(vertices + edges, uniquingKeysWith: { first, _ in first })
  }
}
