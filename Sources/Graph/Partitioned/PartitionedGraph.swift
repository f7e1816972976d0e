import CRuntime
import Diagnostics

/// An open partitioned graph: memory maps of its files, verified. Everything it hands out lives as long as it does.
package final class PartitionedGraph: @unchecked Sendable {
  package let path: String
  package let summary: GraphSummary
  private let folder: GraphFolder
  private let maps: GraphMaps
  private let sets: [EdgeSetKey: [PartEdges]]

  private var manifest: GraphManifest { folder.manifest }

  /// The in-edges of one partition, and its hubs.
  private struct PartEdges {
    var edges: gnnc_edges
    let longestRow: UInt64
    let hubs: Numbers<UInt32>
  }

  /// Reads the manifest alone: enough to see whether a model and a graph fit.
  package static func summary(of path: String) throws(Failure) -> GraphSummary {
    try GraphFolder(path).manifest.summary
  }

  /// Maps what is wanted and verifies it: sizes, checksums of every block, offsets and ids, in one parallel pass.
  package init(path: String, wanted: GraphParts, work: Work = .quiet) throws(Failure) {
    self.path = path
    folder = try GraphFolder(path)
    summary = folder.manifest.summary
    do throws(GraphError) {
      try folder.manifest.check(wanted)
    } catch {
      throw error.failure(path)
    }
    maps = try GraphMaps(folder, folder.manifest.files(for: wanted), work: work)
    var sets: [EdgeSetKey: [PartEdges]] = [:]
    for set in wanted.edgeSets {
      sets[set] = (0..<summary.parts).map { [folder, maps] in
        PartitionedGraph.edges(set, $0, folder.manifest, maps)
      }
      if wanted.plainEdges.contains(set) {
        PartitionedGraph.order(&sets[set]!, of: set, folder.manifest, maps)
      }
    }
    self.sets = sets
  }

  /// Adds the plain numbers of edges, and the longest row of all partitions, which walks in plain order go by.
  private static func order(
    _ parts: inout [PartEdges], of set: EdgeSetKey, _ manifest: GraphManifest, _ maps: GraphMaps
  ) {
    let others = parts.map { gnnc_longest_of_others($0.edges.start, $0.edges.loops, $0.edges.rows) }.max()
    let longest = parts.map(\.longestRow).max()
    for part in parts.indices {
      parts[part].edges.longest = longest ?? 0
      parts[part].edges.longest_of_others = others ?? 0
      switch plainEdges(set, part, manifest, maps) {
      case .narrow(let numbers): parts[part].edges.plain = numbers.baseAddress
      case .wide(let numbers): parts[part].edges.wide_plain = numbers.baseAddress
      }
    }
  }

  private static func edges(_ set: EdgeSetKey, _ part: Int, _ manifest: GraphManifest, _ maps: GraphMaps)
    -> PartEdges
  {
    let rows = manifest.rows(set, part)
    let start = maps[manifest.startFile(set, part)].numbers(UInt64.self, count: Int(rows) + 1).baseAddress!
    let source = maps[manifest.sourceFile(set, part)].numbers(
      UInt32.self, count: Int(manifest.edges(set, part)))
    var longest: UInt64 = 0
    let hubs = Numbers<UInt32>(zeros: Int(gnnc_find_hubs(start, rows, nil, &longest)))
    gnnc_find_hubs(start, rows, hubs.base, nil)
    var edges = gnnc_edges()
    edges.rows = rows
    edges.start = start
    edges.source = source.baseAddress
    if manifest.summary.edgeSet(set)!.hasLoops {
      edges.loops = maps[manifest.loopsFile(set, part)].numbers(UInt32.self, count: Int(rows)).baseAddress
    }
    edges.hub = UnsafePointer(hubs.base)
    edges.hubs = UInt64(hubs.count)
    return PartEdges(edges: edges, longestRow: longest, hubs: hubs)
  }

  /// The rows of a vertex type that a partition owns.
  package func rows(of vertexType: String, part: Int) -> gnnc_rows {
    let bounds = summary.vertexType(named: vertexType)!.bounds
    return gnnc_rows(first: bounds[part], count: bounds[part + 1] - bounds[part])
  }

  /// The in-edges of the rows that a partition owns.
  package func edges(of set: EdgeSetKey, part: Int) -> gnnc_edges { sets[set]![part].edges }

  /// The number of in-edges of the longest row of a partition.
  package func longestRow(of set: EdgeSetKey, part: Int) -> UInt64 { sets[set]![part].longestRow }

  /// A vertex feature, one tensor for the whole graph: row numbers are those of `gnnc_edges.source`.
  package func vertexFeature(_ feature: GraphParts.VertexFeature) -> VertexRows {
    let type = summary.vertexType(named: feature.vertexType)!
    let about = type.features.first { $0.name == feature.name }!
    switch about.form {
    case .dense:
      let base = maps[manifest.vertexRowsFile(about, type)].bytes.baseAddress!
      return .dense(StoredTensor(base: base, rows: type.count, feature: about))
    case .sparse(let present):
      let files = SparseFiles(about, of: type, present: present)
      let rows = gnnc_sparse_rows(
        start: maps[files.start].numbers(count: Int(type.count) + 1).baseAddress,
        column: maps[files.columns].numbers(count: Int(present)).baseAddress,
        value: maps[files.values].numbers(count: Int(present)).baseAddress)
      return .sparse(SparseTensor(rows: rows, count: type.count, feature: about))
    }
  }

  /// An edge feature, a row for each in-edge of one partition, in their order.
  package func edgeFeature(_ feature: GraphParts.EdgeFeature, part: Int) -> StoredTensor {
    let set = feature.edgeSet
    let about = manifest.edgeType(set).features.first { $0.name == feature.name }!
    return StoredTensor(
      base: maps[manifest.edgeFeatureFile(about, set, part)].bytes.baseAddress!,
      rows: manifest.edges(set, part),
      feature: about)
  }

  /// The plain index of each row of a vertex type.
  package func plainVertices(of vertexType: String) -> UnsafeBufferPointer<UInt32> {
    let type = summary.vertexType(named: vertexType)!
    return maps[manifest.plainVerticesFile(type)].numbers(count: Int(type.count))
  }

  /// The plain index of each in-edge of a partition; the set must have been in `GraphParts.plainEdges`.
  package func plainEdges(of set: EdgeSetKey, part: Int) -> PlainEdges {
    PartitionedGraph.plainEdges(set, part, manifest, maps)
  }

  private static func plainEdges(_ set: EdgeSetKey, _ part: Int, _ manifest: GraphManifest, _ maps: GraphMaps)
    -> PlainEdges
  {
    let map = maps[manifest.plainEdgesFile(set, part)]
    let count = Int(manifest.edges(set, part))
    return manifest.hasWidePlainEdges(set)
      ? .wide(map.numbers(count: count)) : .narrow(map.numbers(count: count))
  }

  /// The rows of other partitions that a partition reads. What partition q sends to p is
  /// `halo(of: type, part: p).rows(ownedBy: q)`.
  package func halo(of vertexType: String, part: Int) -> Halo {
    let type = summary.vertexType(named: vertexType)!
    let rows = manifest.haloFile(type, part)
    return Halo(
      rows: maps[rows].numbers(count: Int(rows.bytes / 4)),
      starts: maps[manifest.haloStartFile(type, part)].numbers(count: summary.parts + 1))
  }

  /// Writes `index<tab>name` for each vertex in plain order, beside and then renamed. The type must have names.
  package func writeNames(of vertexType: String, to path: String) throws(Failure) {
    let type = summary.vertexType(named: vertexType)!
    let file = manifest.namesFile(type)
    let names = try GraphMaps(folder, [file], work: .quiet)[file]
    let writer = try FileWriter(path, appears: .whenWhole)
    var rest = names.bytes[...]
    var vertex = 0
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      try writer.append("\(vertex)\t")
      try writer.append(UnsafeRawBufferPointer(rebasing: rest[...end]))
      rest = rest[(end + 1)...]
      vertex += 1
    }
    try writer.finish()
  }
}

extension GraphManifest {
  /// Whether the graph has all that is wanted.
  fileprivate func check(_ wanted: GraphParts) throws(GraphError) {
    let sets = wanted.edgeSets.union(wanted.plainEdges).union(wanted.edgeFeatures.map(\.edgeSet))
    for set in sets.sorted(by: { ($0.edgeType, $0.direction.rawValue) < ($1.edgeType, $1.direction.rawValue) }
    ) {
      guard summary.edgeType(named: set.edgeType) != nil else { throw .noEdgeType(set.edgeType) }
      guard summary.edgeSet(set) != nil else { throw .notPrepared(set) }
    }
    for feature in wanted.vertexFeatures {
      guard let type = summary.vertexType(named: feature.vertexType) else {
        throw .noVertexType(feature.vertexType)
      }
      guard type.features.contains(where: { $0.name == feature.name }) else {
        throw .noFeature(feature.name, of: type.name)
      }
    }
    for feature in wanted.edgeFeatures {
      guard edgeType(feature.edgeSet).features.contains(where: { $0.name == feature.name }) else {
        throw .noFeature(feature.name, of: feature.edgeSet.edgeType)
      }
    }
  }

  /// The files that hold what is wanted, and those that every run needs: plain indices of vertices, and halos.
  fileprivate func files(for wanted: GraphParts) -> [GraphFile] {
    var paths = Set(summary.vertexTypes.map { plainVerticesFile($0).path })
    for feature in wanted.vertexFeatures {
      let type = summary.vertexType(named: feature.vertexType)!
      let about = type.features.first { $0.name == feature.name }!
      paths.formUnion(vertexFeatureFiles(about, type).map(\.path))
    }
    for part in 0..<summary.parts {
      for type in summary.vertexTypes {
        paths.formUnion([haloFile(type, part).path, haloStartFile(type, part).path])
      }
      for set in wanted.edgeSets {
        paths.formUnion([
          GraphLayout.start(set, part), GraphLayout.source(set, part), GraphLayout.loops(set, part),
        ])
      }
      for set in wanted.plainEdges { paths.insert(GraphLayout.plainEdges(set, part)) }
      for feature in wanted.edgeFeatures {
        paths.insert(GraphLayout.edgeFeature(feature.name, feature.edgeSet, part))
      }
    }
    return files.filter { paths.contains($0.path) }
  }
}
