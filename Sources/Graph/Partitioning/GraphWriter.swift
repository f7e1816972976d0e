import CRuntime
import Diagnostics
import Glibc

/// Writes all files of a partitioned graph into a folder.
struct GraphWriter {
  let graph: PlainGraph
  let options: PartitionOptions
  let folder: String
  let work: Work

  func write() throws(Failure) -> GraphSummary {
    let ordered = try VertexRanks.ranks(of: graph, by: options.order, work: work)
    let numberings = try Numbering.numberings(of: graph, ordered.ranks, options, work: work)
    for part in 0..<options.parts { try makeFolder("\(folder)/\(GraphLayout.folder(part))") }
    var vertexTypes: [VertexTypeSummary] = []
    var namesBytes: [String: UInt64] = [:]
    for (type, numbering) in zip(graph.vertexTypes, numberings) {
      try writePlainIndices(type, numbering)
      let order = numbering.vertexOfRow.map { RowOrder.narrow($0.base) } ?? .plain(from: 0)
      let features = try GraphWriter.writeFeatures(of: type, order: order, options.rows, folder, work)
      if let names = type.names { namesBytes[type.name] = try write(names, of: type) }
      vertexTypes.append(
        VertexTypeSummary(
          name: type.name, count: type.count, bounds: numbering.bounds, features: features,
          hasNames: type.names != nil))
    }
    let edgeTypes = try writeEdges(ordered.ranks, numberings)
    let summary = GraphSummary(
      parts: options.parts, method: options.method.rawValue, order: ordered.order.rawValue,
      vertexTypes: vertexTypes, edgeTypes: edgeTypes)
    let halo = try HaloWriter(folder: folder, work: work).write(summary)
    let manifest = GraphManifest(summary: summary, namesBytes: namesBytes, haloRows: halo)
    try GraphWriter.seal(manifest, folder, keeping: [:], work)
    return summary
  }

  private func makeFolder(_ path: String) throws(Failure) {
    guard mkdir(path, 0o777) == 0 else { throw FileError.notWritten(path, reason: errno).failure }
  }

  // MARK: Vertices

  private func writePlainIndices(_ type: PlainVertexType, _ numbering: Numbering) throws(Failure) {
    let file = try FileWriter("\(folder)/\(GraphLayout.plainVertices(type.name))", appears: .atOnce)
    if let vertexOfRow = numbering.vertexOfRow {
      try file.append(UnsafeRawBufferPointer(start: vertexOfRow.base, count: vertexOfRow.count * 4))
    } else {
      for vertex in 0..<type.count { try file.append(UInt32(vertex)) }
    }
    try file.finish()
  }

  /// Writes each feature of a vertex type in the form that suits it.
  static func writeFeatures(
    of type: PlainVertexType, order: RowOrder, _ rows: RowChoice, _ folder: String, _ work: Work
  ) throws(Failure) -> [FeatureSummary] {
    var summaries: [FeatureSummary] = []
    for feature in type.features {
      let isSparse =
        rows == .smallest ? try feature.isSmallerSparse(rows: type.count, of: type.name, work: work) : false
      let form =
        isSparse
        ? try writeSparse(feature, of: type, order, folder, work)
        : try writeDense(feature, of: type, order, folder, work)
      summaries.append(feature.summary.stored(as: form))
    }
    return summaries
  }

  private static func writeDense(
    _ feature: PlainFeature, of type: PlainVertexType, _ order: RowOrder, _ folder: String, _ work: Work
  ) throws(Failure) -> RowForm {
    let path = "\(folder)/\(GraphLayout.vertexFeature(feature.name, type.name))"
    let writer = try RowWriter(feature, to: path, threads: work.threads)
    try inSteps(feature, of: type, work) { (first, rows) throws(Failure) in
      try writer.append(order.dropping(first), rows)
    }
    try writer.finish()
    return .dense
  }

  private static func writeSparse(
    _ feature: PlainFeature, of type: PlainVertexType, _ order: RowOrder, _ folder: String, _ work: Work
  ) throws(Failure) -> RowForm {
    let writer = try SparseRowWriter(feature, of: type.name, in: folder, threads: work.threads)
    try inSteps(feature, of: type, work) { (first, rows) throws(Failure) in
      try writer.append(order.dropping(first), rows)
    }
    try writer.finish()
    return .sparse(present: writer.present)
  }

  /// So many rows that progress shows and a wish to stop is heard.
  private static func inSteps(
    _ feature: PlainFeature, of type: PlainVertexType, _ work: Work,
    _ write: (Int, Int) throws(Failure) -> Void
  ) throws(Failure) {
    let count = Int(type.count)
    let step = max(1, (64 << 20) / (feature.summary.stride * feature.stored.bytes))
    var first = 0
    while first < count {
      try work.checkStop()
      work.tell("writing \(feature.name) of \(type.name)", first, count, "rows")
      let rows = min(count - first, step)
      try write(first, rows)
      first += rows
    }
  }

  private func write(_ names: VertexNames, of type: PlainVertexType) throws(Failure) -> UInt64 {
    let file = try FileWriter("\(folder)/\(GraphLayout.names(type.name))", appears: .atOnce)
    for vertex in 0..<names.count {
      try names.withName(of: vertex) { letters in Result { () throws(Failure) in try file.append(letters) } }
        .get()
      try file.append(UInt8(ascii: "\n"))
    }
    try file.finish()
    return file.size
  }

  // MARK: Edges

  private func writeEdges(
    _ ranks: [VertexRanks], _ numberings: [Numbering]
  ) throws(Failure) -> [EdgeTypeSummary] {
    let writer = InEdgeWriter(graph: graph, ranks: ranks, numberings: numberings, folder: folder, work: work)
    var types: [EdgeTypeSummary] = []
    for type in graph.edgeTypes {
      var sets: [EdgeSetSummary] = []
      for direction in EdgeDirection.allCases
      where direction == .forward || options.edgeSets.contains(EdgeSetKey(type.name, direction)) {
        sets.append(try writer.write(type, direction))
      }
      types.append(
        EdgeTypeSummary(
          name: type.name, source: graph.vertexTypes[type.source].name,
          target: graph.vertexTypes[type.target].name,
          count: type.edges.count, features: type.features.map(\.summary), sets: sets))
    }
    return types
  }

  // MARK: Manifest

  /// Writes the manifest and the checksums: of all files but those whose checksums are known already.
  static func seal(
    _ manifest: GraphManifest, _ folder: String, keeping known: [String: ArraySlice<UInt64>], _ work: Work
  ) throws(Failure) {
    let text = manifest.text
    var sums: [UInt64] = []
    let files = manifest.files
    for (number, file) in files.enumerated() {
      try work.checkStop()
      work.tell("checksums", number, files.count, "files")
      if let known = known[file.path] {
        sums += known
      } else {
        sums += try GraphChecksums.sums(ofFile: "\(folder)/\(file.path)", threads: work.threads)
      }
    }
    try GraphChecksums(manifest: text, sums: sums).write(to: "\(folder)/\(GraphLayout.checksums)")
    let file = try FileWriter("\(folder)/\(GraphLayout.manifest)", appears: .atOnce)
    try file.append(text)
    try file.finish()
  }
}
