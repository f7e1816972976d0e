import CRuntime
import Diagnostics

/// Finds which rows of others each partition reads, from the files just written, and writes them.
struct HaloWriter {
  let folder: String
  let work: Work

  /// For each vertex type, the number of rows for each partition.
  func write(_ summary: GraphSummary) throws(Failure) -> [String: [UInt64]] {
    var rows: [String: [UInt64]] = [:]
    for type in summary.vertexTypes {
      var counts: [UInt64] = []
      let bits = Numbers<UInt64>(zeros: summary.parts > 1 ? Int(type.count + 63) / 64 : 0)
      for part in 0..<summary.parts {
        try work.checkStop()
        work.tell("listing what partitions share of \(type.name)", part, summary.parts, "partitions")
        counts.append(try write(summary, type, part, bits))
      }
      rows[type.name] = counts
    }
    return rows
  }

  private func write(
    _ summary: GraphSummary, _ type: VertexTypeSummary, _ part: Int, _ bits: Numbers<UInt64>
  ) throws(Failure) -> UInt64 {
    let own = (first: type.bounds[part], last: type.bounds[part + 1])
    var count: UInt64 = 0
    if summary.parts > 1 {
      bits.values.update(repeating: 0)
      for (key, set) in summary.sets(reading: type.name) {
        let source = try MappedFile("\(folder)/\(GraphLayout.source(key, part))", kind: "graph")
        gnnc_mark_sources(source.numbers(count: Int(set.edges[part])).baseAddress, set.edges[part], bits.base)
      }
      count = gnnc_marked_rows(bits.base, type.count, own.first, own.last, nil)
    }
    let rows = Numbers<UInt32>(zeros: Int(count))
    if count > 0 { gnnc_marked_rows(bits.base, type.count, own.first, own.last, rows.base) }
    try write(rows, type, part)
    return count
  }

  private func write(_ rows: Numbers<UInt32>, _ type: VertexTypeSummary, _ part: Int) throws(Failure) {
    let file = try FileWriter("\(folder)/\(GraphLayout.halo(type.name, part))", appears: .atOnce)
    try file.append(UnsafeRawBufferPointer(start: rows.base, count: rows.count * 4))
    try file.finish()
    let starts = try FileWriter("\(folder)/\(GraphLayout.haloStart(type.name, part))", appears: .atOnce)
    var place = 0
    for bound in type.bounds {
      while place < rows.count, UInt64(rows.base[place]) < bound { place += 1 }
      try starts.append(UInt64(place))
    }
    try starts.finish()
  }
}

extension GraphSummary {
  /// The prepared sets whose sources are of a vertex type.
  fileprivate func sets(reading vertexType: String) -> [(EdgeSetKey, EdgeSetSummary)] {
    edgeTypes.flatMap { type in
      type.sets.filter { ($0.direction == .reverse ? type.target : type.source) == vertexType }
        .map { (EdgeSetKey(type.name, $0.direction), $0) }
    }
  }
}
