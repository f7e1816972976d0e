import CRuntime
import Diagnostics
import Graph

/// Takes an output's rows from where partitions wrote them and puts them in the user's own order.
struct OutputWriter {
  /// Bytes of rows gathered at once, by all threads: what writing takes beside the index of rows.
  private static let chunkBytes = 8 << 20
  /// Bytes between two reports of progress.
  private static let reportedBytes = 256 << 20

  private let name: String
  private let shape: [Int]
  /// Rows of the whole output.
  private let count: Int
  /// What its rows are taken from: rows of a partitioned tensor, and those of added self-loops.
  private let rows: PartitionedRows
  private let loops: PartitionedRows?
  private let rowBytes: Int
  private let element: StoredElement
  private let order: () -> [RowPlace]

  /// Of an output, or of the values of its added self-loops, which are rows of vertices.
  init(_ output: ModelTables.Output, loopsOnly: Bool = false, _ fitted: Fitted, _ exchange: any Exchange) {
    let tables = fitted.tables
    let tensor = tables.tensors[output.tensor]
    (element, shape) = (tensor.element, output.shape)
    rowBytes = output.width * tensor.element.bytes
    let offset = output.first * tensor.element.bytes
    func rows(_ tensor: Int, _ bounds: [UInt64], offset: Int) -> PartitionedRows {
      PartitionedRows(
        bounds: bounds, bases: exchange.parts.map { exchange.ownedRows(of: tensor, part: $0) + offset },
        stride: tables.tensors[tensor].rowBytes)
    }
    switch output.rows {
    case .vertices(let type):
      (name, count) = (output.name, Int(fitted.vertexCount(type)))
      (self.rows, loops) = (rows(output.tensor, fitted.vertexBounds(of: type), offset: offset), nil)
      order = { RowPlace.ofVertices(type, fitted) }
    case .edges(let set, _, let loopTensor?) where loopsOnly:
      let type = tables.target(of: set)
      (name, count) = (output.name + ".loops", Int(fitted.vertexCount(type)))
      (self.rows, loops) = (rows(loopTensor, fitted.vertexBounds(of: type), offset: 0), nil)
      order = { RowPlace.ofVertices(type, fitted) }
    case .edges(let set, let kept, let loopTensor):
      let bounds = fitted.edgeBounds(of: set)
      (name, count) = (output.name, Int(bounds.last ?? 0))
      self.rows = rows(output.tensor, bounds, offset: offset)
      loops = loopTensor.map { rows($0, fitted.vertexBounds(of: tables.target(of: set)), offset: 0) }
      order = { RowPlace.ofEdges(set, kept, fitted) }
    case .graph:
      (name, count) = (output.name, 1)
      let base = exchange.ownedRows(of: output.tensor, part: 0) + offset
      (self.rows, loops) = (PartitionedRows(bounds: [0, 1], bases: [base], stride: tensor.rowBytes), nil)
      order = { [.row(0)] }
    }
  }

  /// Memory that writing an output takes.
  static func workingBytes(_ output: ModelTables.Output, _ fitted: Fitted) -> UInt64 {
    let rows: UInt64 =
      switch output.rows {
      case .vertices(let type): fitted.vertexCount(type)
      case .edges(let set, _, _): fitted.edgeBounds(of: set).last ?? 0
      case .graph: 1
      }
    let chunk = min(rows * UInt64(output.width * 4), UInt64(max(chunkBytes, output.width * 4)))
    return rows * UInt64(MemoryLayout<RowPlace>.stride) + chunk
  }

  /// Writes NAME.npy into a directory.
  func write(into directory: String, work: Work) throws(Failure) {
    let path = directory + "/\(name).npy"
    let writer = try NpyWriter(path: path, element: element, shape: [count] + shape)
    let order = order()
    let threads = Int(gnnc_thread_count(UInt32(work.threads)))
    let pieceRows = max(1, min(Self.chunkBytes / threads, 1 << 20) / max(rowBytes, 1))
    let reportedRows = max(1, Self.reportedBytes / (pieceRows * max(rowBytes, 1))) * pieceRows
    var first = 0
    while first < count && rowBytes > 0 {
      let rows = first..<min(first + reportedRows, count)
      try writer.append(count: rows.count * rowBytes, piece: pieceRows * rowBytes, threads: threads) {
        let row = rows.lowerBound + $0 / rowBytes
        gather(order[row..<(row + $1.count / rowBytes)], into: $1.baseAddress!)
      }
      first = rows.upperBound
      work.report(
        Progress(what: "writing \(name).npy", done: UInt64(first), total: UInt64(count), unit: "rows"))
    }
    try writer.finish()
  }

  func values() -> [Float] {
    let (order, count) = (order(), count * shape.reduce(1, *))
    return [Float](unsafeUninitializedCapacity: count) { memory, filled in
      if let base = memory.baseAddress { gather(order[...], into: UnsafeMutableRawPointer(base)) }
      filled = count
    }
  }

  private func gather(_ order: ArraySlice<RowPlace>, into memory: UnsafeMutableRawPointer) {
    var to = memory
    var (part, loopPart) = (0, 0)
    for place in order {
      if !place.isLoop {
        to.copyMemory(from: rows.row(place.number, near: &part), byteCount: rowBytes)
      } else if let loops {
        to.copyMemory(from: loops.row(place.number, near: &loopPart), byteCount: rowBytes)
      } else {
        to.initializeMemory(as: UInt8.self, repeating: 0, count: rowBytes)
      }
      to += rowBytes
    }
  }
}

/// Where the row of a plain vertex or edge is found.
private struct RowPlace {
  private let code: UInt64
  private static let loopBit: UInt64 = 1 << 63

  /// A row of the output's own tensor; or the loop value of a vertex, by its row: of a self-loop that its edge set has
  /// replaced or dropped.
  static func row(_ number: UInt64) -> RowPlace { RowPlace(code: number) }
  static func loop(_ vertex: UInt64) -> RowPlace { RowPlace(code: vertex | loopBit) }

  var isLoop: Bool { code & Self.loopBit != 0 }
  var number: UInt64 { code & ~Self.loopBit }

  static func ofVertices(_ type: Int, _ fitted: Fitted) -> [RowPlace] {
    let plain = fitted.graph.plainVertices(of: fitted.tables.vertexTypes[type].name)
    var places = [RowPlace](repeating: .row(0), count: plain.count)
    for (row, vertex) in plain.enumerated() { places[Int(vertex)] = .row(UInt64(row)) }
    return places
  }

  static func ofEdges(_ set: Int, _ loops: ModelTables.Loops, _ fitted: Fitted) -> [RowPlace] {
    let bounds = fitted.edgeBounds(of: set)
    var places = [RowPlace](repeating: .row(0), count: Int(bounds.last ?? 0))
    for part in 0..<fitted.graph.summary.parts {
      let plain = fitted.graph.plainEdges(of: fitted.tables.key(of: set), part: part)
      for position in 0..<plain.count { places[Int(plain[position])] = .row(bounds[part] + UInt64(position)) }
      let edges = fitted.edges(of: set, part: part)
      guard loops != .kept, let counts = edges.loops else { continue }
      let first = fitted.rows(of: fitted.tables.target(of: set), part: part).first
      for row in 0..<Int(edges.rows) where counts[row] > 0 {
        let end = Int(edges.start[row + 1])
        for position in (end - Int(counts[row]))..<end {
          places[Int(plain[position])] = .loop(first + UInt64(row))
        }
      }
    }
    return places
  }
}

/// The rows of a tensor, each where the partition that owns it wrote it.
private struct PartitionedRows {
  /// parts + 1 row numbers.
  let bounds: [UInt64]
  let bases: [UnsafeRawPointer]
  let stride: Int

  /// Neighbours mostly share a partition: looks elsewhere only when `part` does not own the row.
  func row(_ row: UInt64, near part: inout Int) -> UnsafeRawPointer {
    if row < bounds[part] || row >= bounds[part + 1] { part = owner(of: row) }
    return bases[part] + Int(row - bounds[part]) * stride
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
