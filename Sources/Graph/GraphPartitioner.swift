import CRuntime
import Diagnostics
import Glibc

/// What a user hands in as a graph.
package enum GraphInput: Sendable, Hashable {
  /// A folder with graph.json.
  case directory(String)
  /// One CSV or TSV file of edges; `ids` lists the vertices, one a line, if isolated ones are to count or their order
  /// matters; `features` are npy files, one row for each vertex in that order, by name. The graph has one vertex and
  /// one edge type, named as given.
  case edgeList(
    String, ids: String? = nil, features: [String: String] = [:], vertexType: String = "vertex",
    edgeType: String = "edge")
}

/// How vertices are split over partitions.
package enum PartitionMethod: String, Sendable, CaseIterable {
  /// Stretches of the global rank with about the same number of edges and vertices.
  case range
  /// METIS's k-way partitioning of the union of all edge types: fewest edges between partitions.
  case metis
}

/// What the global rank is computed by: the order of edges in a row, and of vertices in a partition.
package enum VertexOrder: String, Sendable, CaseIterable {
  /// `community` where the graph has communities, else `degree`.
  case auto
  /// The plain graph's own order.
  case plain
  /// Falling degree, all edge types and both ends counted; the plain order decides between equals.
  case degree
  /// Breadth-first over the union of all edge types, from each component's largest hub.
  case bfs
  /// Reverse Cuthill-McKee, over that union too.
  case rcm
  /// Communities within communities of that union, hubs first.
  case community
}

/// In which form the rows of vertex features are stored.
package enum RowChoice: String, Sendable, CaseIterable {
  /// Sparse where that takes less than half of what dense rows do.
  case smallest
  case dense
}

package struct PartitionOptions: Sendable {
  package var parts = 1
  package var method = PartitionMethod.range
  package var order = VertexOrder.auto
  /// Sets to prepare besides every edge type's forward one.
  package var edgeSets: Set<EdgeSetKey> = []
  package var rows = RowChoice.smallest
  package var existing = Existing.refuse

  package init() {}
}

/// What a partitioning came to.
package struct PartitionReport: Sendable {
  package let summary: GraphSummary
  /// Things to say once: a float64 feature that was converted.
  package let notes: [Diagnostic]

  /// Edges whose source another partition owns.
  package var cutEdges: UInt64 {
    summary.edgeTypes.reduce(0) { $0 + ($1.sets.first { $0.direction == .forward }?.cut ?? 0) }
  }
}

/// What a path holds.
package enum GraphKind: Sendable { case plain, partitioned, edgeList, missing, other }

package enum GraphPartitioner {
  /// Looks at a path without reading it.
  package static func kind(of path: String) -> GraphKind {
    var about = stat()
    guard stat(path, &about) == 0 else { return .missing }
    guard about.st_mode & S_IFMT == S_IFDIR else {
      let name = fileName(path).lowercased()
      return ["csv", "tsv", "txt", "tab", "edges", "edgelist", "el"].contains { name.hasSuffix(".\($0)") }
        ? .edgeList : .other
    }
    if access("\(path)/\(GraphLayout.manifest)", F_OK) == 0 { return .partitioned }
    return access("\(path)/graph.json", F_OK) == 0 ? .plain : .other
  }

  /// Makes the partitioned graph directory `output`: built beside it under another name, renamed when whole.
  package static func partition(
    _ input: GraphInput, into output: String, options: PartitionOptions, work: Work = .quiet
  ) throws(Failure) -> PartitionReport {
    guard (1...65_536).contains(options.parts) else {
      throw PartitionError.parts(options.parts).failure(output)
    }
    let staged = try StagedDirectory(for: output, existing: options.existing, isOurs: GraphLayout.isOurs)
    let graph = try PlainGraph(input, work: work)
    try check(options.edgeSets, graph)
    let summary = try GraphWriter(graph: graph, options: options, folder: staged.path, work: work).write()
    try staged.commit()
    return PartitionReport(summary: summary, notes: graph.notes)
  }

  /// Replaces the features of a partitioned graph by those of the plain one that it came from, whose vertices and edges
  /// must be the same in number. A reader sees the old graph or the new one, nothing between.
  package static func refreshFeatures(
    of graph: String, from input: GraphInput, work: Work = .quiet
  ) throws(Failure) -> PartitionReport {
    try FeatureRefresh(of: graph, from: input, work: work).run()
  }

  private static func check(_ sets: Set<EdgeSetKey>, _ graph: PlainGraph) throws(Failure) {
    for set in sets.sorted(by: { ($0.edgeType, $0.direction.rawValue) < ($1.edgeType, $1.direction.rawValue) }
    ) {
      guard let type = graph.edgeTypes.first(where: { $0.name == set.edgeType }) else {
        throw PartitionError.unknownEdges(set.edgeType, known: graph.edgeTypes.map(\.name)).failure(
          graph.path)
      }
      if set.direction == .undirected, type.source != type.target {
        throw PartitionError.notWithinOneType(
          type.name, graph.vertexTypes[type.source].name, graph.vertexTypes[type.target].name
        ).failure(graph.path)
      }
    }
  }
}
