import CRuntime
import Diagnostics

/// Writes one prepared set of in-edges: sorts all of its edges once, then writes each partition's files.
struct InEdgeWriter {
  let graph: PlainGraph
  let ranks: [VertexRanks]
  let numberings: [Numbering]
  let folder: String
  let work: Work

  private static let chunk = 1 << 18

  func write(_ type: PlainEdgeType, _ direction: EdgeDirection) throws(Failure) -> EdgeSetSummary {
    let ends =
      direction == .reverse
      ? (source: type.target, target: type.source) : (source: type.source, target: type.target)
    var csr = try sorted(type, direction, ends)
    defer { gnnc_csr_free(&csr) }
    let key = EdgeSetKey(type.name, direction)
    let bounds = numberings[ends.target].bounds
    var counts: [UInt64] = []
    var cut: UInt64 = 0
    for part in 0..<(bounds.count - 1) {
      let rows = bounds[part]..<bounds[part + 1]
      let edges = csr.start[Int(rows.lowerBound)]..<csr.start[Int(rows.upperBound)]
      try writeRows(csr, key, part, rows)
      cut += try writeEdges(csr, type, key, part, ends.source, edges)
      counts.append(UInt64(edges.count))
    }
    return EdgeSetSummary(direction: direction, hasLoops: csr.loops > 0, edges: counts, cut: cut)
  }

  private func sorted(
    _ type: PlainEdgeType, _ direction: EdgeDirection, _ ends: (source: Int, target: Int)
  ) throws(Failure) -> gnnc_csr {
    var list = gnnc_numbered_edges()
    list.edges = type.edges
    if direction == .reverse { swap(&list.edges.source, &list.edges.target) }
    list.source_rank = UnsafePointer(ranks[ends.source].rankOfVertex?.base)
    list.source_row = UnsafePointer(numberings[ends.source].rowOfVertex?.base)
    list.target_rank = UnsafePointer(ranks[ends.target].rankOfVertex?.base)
    list.target_row = UnsafePointer(numberings[ends.target].rowOfVertex?.base)
    list.loops = ends.source == ends.target ? 1 : 0
    let rows = graph.vertexTypes[ends.target].count, sources = graph.vertexTypes[ends.source].count
    let mode = direction == .undirected ? GNNC_NEIGHBOURS : GNNC_EACH
    let total = (direction == .undirected ? 4 : 3) * type.edges.count
    let what = direction == .forward ? type.name : "\(type.name), \(direction.rawValue)"
    var csr = gnnc_csr()
    try work.watching("sorting \(what)", total: total, unit: "edges") { (done) throws(Failure) in
      try runtime("graph") {
        gnnc_csr_build(&list, 1, rows, sources, mode, UInt32(work.threads), work.stop, done, &csr, $0)
      }
    }
    return csr
  }

  private func path(_ name: String) -> String { "\(folder)/\(name)" }

  private func writeRows(_ csr: gnnc_csr, _ key: EdgeSetKey, _ part: Int, _ rows: Range<UInt64>)
    throws(Failure)
  {
    let starts = try FileWriter(path(GraphLayout.start(key, part)), appears: .atOnce)
    let loops = csr.loops > 0 ? try FileWriter(path(GraphLayout.loops(key, part)), appears: .atOnce) : nil
    let begin = csr.start[Int(rows.lowerBound)]
    let offsets = Numbers<UInt64>(zeros: InEdgeWriter.chunk)
    let counts = Numbers<UInt32>(zeros: loops == nil ? 1 : InEdgeWriter.chunk)
    var csr = csr
    for chunk in chunks(of: rows) {
      for row in chunk { offsets.base[Int(row - chunk.lowerBound)] = csr.start[Int(row)] - begin }
      try starts.append(bytes(offsets, chunk.count))
      guard let loops else { continue }
      gnnc_csr_loops(&csr, chunk.lowerBound, chunk.upperBound, counts.base)
      try loops.append(bytes(counts, chunk.count))
    }
    try starts.append(csr.start[Int(rows.upperBound)] - begin)
    try starts.finish()
    try loops?.finish()
  }

  private func writeEdges(
    _ csr: gnnc_csr, _ type: PlainEdgeType, _ key: EdgeSetKey, _ part: Int, _ source: Int,
    _ edges: Range<UInt64>
  ) throws(Failure) -> UInt64 {
    let sources = try FileWriter(path(GraphLayout.source(key, part)), appears: .atOnce)
    let rowOfRank = numberings[source].rowOfRank
    let buffer = Numbers<UInt32>(zeros: InEdgeWriter.chunk)
    let bounds = numberings[source].bounds
    let plain = key.direction == .undirected ? nil : try PlainEdgeWriter(type, key, part, folder, work)
    var cut: UInt64 = 0
    var csr = csr
    for chunk in chunks(of: edges) {
      try work.checkStop()
      work.tell("writing \(type.name)", Int(chunk.lowerBound), Int(csr.start[Int(csr.rows)]), "edges")
      gnnc_csr_sources(&csr, chunk.lowerBound, chunk.upperBound, rowOfRank?.base, buffer.base)
      cut += gnnc_count_outside(buffer.base, UInt64(chunk.count), bounds[part], bounds[part + 1])
      try sources.append(bytes(buffer, chunk.count))
      try plain?.append(&csr, chunk)
    }
    for _ in 0..<Int(GNNC_SOURCE_PADDING) { try sources.append(UInt32(0)) }
    try sources.finish()
    try plain?.finish()
    return cut
  }

  private func chunks(of range: Range<UInt64>) -> [Range<UInt64>] {
    stride(from: range.lowerBound, to: range.upperBound, by: InEdgeWriter.chunk).map {
      $0..<min($0 + UInt64(InEdgeWriter.chunk), range.upperBound)
    }
  }

  /// The plain indices of a partition's edges, and their features in the same order.
  private final class PlainEdgeWriter {
    private let isWide: Bool
    private let file: FileWriter
    private let features: [RowWriter]
    private let narrow: Numbers<UInt32>
    private let wide: Numbers<UInt64>

    init(
      _ type: PlainEdgeType, _ key: EdgeSetKey, _ part: Int, _ folder: String, _ work: Work
    ) throws(Failure) {
      isWide = type.edges.count > UInt64(UInt32.max)
      file = try FileWriter("\(folder)/\(GraphLayout.plainEdges(key, part))", appears: .atOnce)
      narrow = Numbers(zeros: isWide ? 1 : InEdgeWriter.chunk)
      wide = Numbers(zeros: isWide ? InEdgeWriter.chunk : 1)
      var features: [RowWriter] = []
      for feature in type.features {
        let path = "\(folder)/\(GraphLayout.edgeFeature(feature.name, key, part))"
        features.append(try RowWriter(feature, to: path, threads: work.threads))
      }
      self.features = features
    }

    func append(_ csr: inout gnnc_csr, _ edges: Range<UInt64>) throws(Failure) {
      if isWide {
        gnnc_csr_edges64(&csr, edges.lowerBound, edges.upperBound, wide.base)
        try file.append(bytes(wide, edges.count))
      } else {
        gnnc_csr_edges32(&csr, edges.lowerBound, edges.upperBound, narrow.base)
        try file.append(bytes(narrow, edges.count))
      }
      let order = isWide ? RowOrder.wide(wide.base) : .narrow(narrow.base)
      for feature in features { try feature.append(order, edges.count) }
    }

    func finish() throws(Failure) {
      try file.finish()
      for feature in features { try feature.finish() }
    }
  }
}

/// The first `count` of an array's numbers as they lie in memory.
private func bytes<Number>(_ numbers: Numbers<Number>, _ count: Int) -> UnsafeRawBufferPointer {
  UnsafeRawBufferPointer(start: numbers.base, count: count * MemoryLayout<Number>.stride)
}
