import CRuntime
import Diagnostics
import Graph

/// Takes an output's rows from where partitions wrote them and puts them in the user's own order.
struct OutputWriter {
  /// Rows gathered at once; their bytes bound what writing takes beside the index of rows.
  private static let chunkBytes = 8 << 20

  private let output: ModelTables.Output
  private let tensor: ModelTables.Tensor
  private let count: Int
  private let typeName: String
  private let fitted: Fitted
  private let bounds: [UInt64]
  private let bases: [UnsafeRawPointer]

  init(_ output: ModelTables.Output, _ fitted: Fitted, _ exchange: any Exchange) {
    let type = fitted.tables.vertexType(of: output)
    self.output = output
    self.fitted = fitted
    tensor = fitted.tables.tensors[output.tensor]
    count = Int(fitted.vertexCount(type))
    typeName = fitted.tables.vertexTypes[type].name
    bounds = fitted.graph.summary.vertexType(named: typeName)?.bounds ?? [0]
    bases = exchange.parts.map { exchange.ownedRows(of: output.tensor, part: $0) }
  }

  /// Memory that writing an output of `rows` rows takes.
  static func workingBytes(rows: UInt64, _ output: ModelTables.Output) -> UInt64 {
    rows * 4 + min(rows * UInt64(output.width * 4), UInt64(max(chunkBytes, output.width * 4)))
  }

  private var rowBytes: Int { output.width * tensor.element.bytes }

  func write(to path: String, work: Work) throws(Failure) {
    let writer = try NpyWriter(path: path, element: tensor.element, shape: [count] + output.shape)
    let rowOfPlain = rowNumbers()
    let rows = min(count, max(1, Self.chunkBytes / max(rowBytes, 1)))
    let chunk = try Pages(bytes: rows * rowBytes, for: "writing \(path)")
    var first = 0
    while first < count {
      let last = min(first + rows, count)
      gather(first..<last, rowOfPlain, into: chunk.base)
      try writer.append(UnsafeRawBufferPointer(start: chunk.base, count: (last - first) * rowBytes))
      first = last
      work.report(
        Progress(what: "writing \(output.name).npy", done: UInt64(first), total: UInt64(count), unit: "rows"))
    }
    try writer.finish()
  }

  func values() -> [Float] {
    let rowOfPlain = rowNumbers()
    return [Float](unsafeUninitializedCapacity: count * output.width) { memory, filled in
      if let base = memory.baseAddress { gather(0..<count, rowOfPlain, into: UnsafeMutableRawPointer(base)) }
      filled = count * output.width
    }
  }

  /// The graph's row of each plain vertex.
  private func rowNumbers() -> [UInt32] {
    let plain = fitted.graph.plainVertices(of: typeName)
    return [UInt32](unsafeUninitializedCapacity: count) { rows, filled in
      for row in 0..<count { rows[Int(plain[row])] = UInt32(row) }
      filled = count
    }
  }

  private func gather(_ plain: Range<Int>, _ rowOfPlain: [UInt32], into memory: UnsafeMutableRawPointer) {
    let offset = output.first * tensor.element.bytes
    var to = memory
    var part = 0
    for vertex in plain {
      let row = UInt64(rowOfPlain[vertex])
      // Neighbours mostly share a partition; look elsewhere only when this one does not own the row.
      if row < bounds[part] || row >= bounds[part + 1] { part = owner(of: row) }
      let from = bases[part] + Int(row - bounds[part]) * tensor.rowBytes + offset
      to.copyMemory(from: from, byteCount: rowBytes)
      to += rowBytes
    }
  }

  private func owner(of row: UInt64) -> Int {
    var (low, high) = (0, bounds.count - 1)
    while high - low > 1 {
      let middle = (low + high) / 2
      if bounds[middle] <= row { low = middle } else { high = middle }
    }
    return low
  }
}
