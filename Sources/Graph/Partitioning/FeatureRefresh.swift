import CRuntime
import Diagnostics
import Glibc

/// Gives a partitioned graph new features: a second directory shares its other files, and takes its place.
struct FeatureRefresh {
  private let folder: GraphFolder
  private let plain: PlainGraph
  private let work: Work

  init(of graph: String, from input: GraphInput, work: Work) throws(Failure) {
    folder = try GraphFolder(graph)
    plain = try PlainGraph(input, work: work)
    self.work = work
    do throws(GraphError) {
      try check()
    } catch {
      throw error.failure(graph)
    }
  }

  func run() throws(Failure) -> PartitionReport {
    let staged = try StagedDirectory(for: folder.path, existing: .replace, isOurs: GraphLayout.isOurs)
    try makeFolders(in: staged.path)
    let kept = try keepFiles(in: staged.path)
    let manifest = refreshedManifest(try writeFeatures(into: staged.path))
    try GraphWriter.seal(manifest, staged.path, keeping: kept, work)
    try staged.commit()
    return PartitionReport(summary: manifest.summary, notes: plain.notes)
  }

  // MARK: The same graph

  private func check() throws(GraphError) {
    let summary = folder.manifest.summary
    let ends = plain.edgeTypes.map {
      [$0.name, plain.vertexTypes[$0.source].name, plain.vertexTypes[$0.target].name]
    }
    guard summary.vertexTypes.map(\.name) == plain.vertexTypes.map(\.name),
      summary.edgeTypes.map({ [$0.name, $0.source, $0.target] }) == ends
    else { throw .otherTypes(plain: plain.path) }
    for (old, new) in zip(summary.vertexTypes, plain.vertexTypes) where old.count != new.count {
      throw .otherCount(old.name, graph: old.count, plain: new.count)
    }
    for (old, new) in zip(summary.edgeTypes, plain.edgeTypes) where old.count != new.edges.count {
      throw .otherCount(old.name, graph: old.count, plain: new.edges.count)
    }
    for (old, new) in zip(summary.vertexTypes, plain.vertexTypes) where old.hasNames {
      guard let names = new.names, isSame(names, as: old) else { throw .otherNames(old.name) }
    }
  }

  private func isSame(_ names: VertexNames, as type: VertexTypeSummary) -> Bool {
    let path = folder.path(of: folder.manifest.namesFile(type))
    guard let file = try? MappedFile(path, kind: "graph") else { return false }
    var rest = file.bytes[...]
    for vertex in 0..<names.count {
      let isNext = names.withName(of: vertex) { letters in
        rest.starts(with: letters) && rest.dropFirst(letters.count).first == UInt8(ascii: "\n")
      }
      guard isNext else { return false }
      rest = rest.dropFirst(names.withName(of: vertex) { $0.count } + 1)
    }
    return rest.isEmpty
  }

  // MARK: The new directory

  /// `features` are those of each vertex type, as they are stored now.
  private func refreshedManifest(_ features: [[FeatureSummary]]) -> GraphManifest {
    let old = folder.manifest.summary
    let vertexTypes = zip(old.vertexTypes, features).map { old, features in
      VertexTypeSummary(
        name: old.name, count: old.count, bounds: old.bounds, features: features, hasNames: old.hasNames)
    }
    let edgeTypes = zip(old.edgeTypes, plain.edgeTypes).map { old, new in
      EdgeTypeSummary(
        name: old.name, source: old.source, target: old.target, count: old.count,
        features: new.features.map(\.summary), sets: old.sets)
    }
    let summary = GraphSummary(
      parts: old.parts, method: old.method, order: old.order, vertexTypes: vertexTypes, edgeTypes: edgeTypes)
    return GraphManifest(
      summary: summary, namesBytes: folder.manifest.namesBytes, haloRows: folder.manifest.haloRows)
  }

  private func makeFolders(in target: String) throws(Failure) {
    for part in 0..<folder.manifest.summary.parts {
      let path = "\(target)/\(GraphLayout.folder(part))"
      guard mkdir(path, 0o777) == 0 else { throw FileError.notWritten(path, reason: errno).failure }
    }
  }

  /// Files that hold no features stand in both directories under one name; their checksums stay what they were.
  private func keepFiles(in target: String) throws(Failure) -> [String: ArraySlice<UInt64>] {
    var kept: [String: ArraySlice<UInt64>] = [:]
    let features = folder.manifest.featurePaths
    for file in folder.manifest.files where !features.contains(file.path) {
      try work.checkStop()
      try keep(file, in: target)
      kept[file.path] = folder.sums(of: file)
    }
    return kept
  }

  /// By a second name for the file; by a copy where the file system knows no such thing.
  private func keep(_ file: GraphFile, in target: String) throws(Failure) {
    let path = "\(target)/\(file.path)"
    if link(folder.path(of: file), path) == 0 { return }
    if errno == ENOENT { throw GraphError.missing(file.path).failure(folder.path) }
    let old = try MappedFile(folder.path(of: file), kind: "graph")
    let writer = try FileWriter(path, appears: .atOnce)
    try writer.append(old.bytes)
    try writer.finish()
  }

  private func writeFeatures(into target: String) throws(Failure) -> [[FeatureSummary]] {
    let summary = folder.manifest.summary
    var keys: Set<EdgeSetKey> = []
    for type in plain.edgeTypes where !type.features.isEmpty {
      let sets = summary.edgeType(named: type.name)!.sets.filter { $0.direction != .undirected }
      keys.formUnion(sets.map { EdgeSetKey(type.name, $0.direction) })
    }
    let old = try PartitionedGraph(path: folder.path, wanted: GraphParts(plainEdges: keys), work: work)
    var features: [[FeatureSummary]] = []
    for type in plain.vertexTypes {
      let order = old.plainVertices(of: type.name).baseAddress.map(RowOrder.narrow) ?? .plain(from: 0)
      features.append(try GraphWriter.writeFeatures(of: type, order: order, .smallest, target, work))
    }
    for key in keys {
      let type = plain.edgeTypes.first { $0.name == key.edgeType }!
      for part in 0..<summary.parts {
        try writeFeatures(of: type, key, part, old.plainEdges(of: key, part: part), target)
      }
    }
    withExtendedLifetime(old) {}
    return features
  }

  private func writeFeatures(
    of type: PlainEdgeType, _ key: EdgeSetKey, _ part: Int, _ order: PlainEdges, _ target: String
  ) throws(Failure) {
    for feature in type.features {
      try work.checkStop()
      let path = "\(target)/\(GraphLayout.edgeFeature(feature.name, key, part))"
      let writer = try RowWriter(feature, to: path, threads: work.threads)
      switch order {
      case .narrow(let edges):
        if let base = edges.baseAddress { try writer.append(.narrow(base), edges.count) }
      case .wide(let edges): if let base = edges.baseAddress { try writer.append(.wide(base), edges.count) }
      }
      try writer.finish()
    }
  }
}
