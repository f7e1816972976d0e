import CRuntime
import Diagnostics
import Graph

/// The exchange between partitions that share no memory, done in one process: each has its own rows first and then
/// copies of the rows that it reads of others, and only `exchange` looks at more than one partition.
///
/// What files on disk or messages between machines need of a stage is what this needs, so it shows that nothing in a
/// compiled model relies on one memory. It costs the copies and a renumbering of every source.
package final class CopyingExchange: Exchange {
  package let parts: Range<Int>
  private let fitted: Fitted
  private let locals: [LocalPartition]

  package init(_ fitted: Fitted, _ weights: PackedWeights) throws(Failure) {
    self.fitted = fitted
    parts = 0..<fitted.graph.summary.parts
    var locals: [LocalPartition] = []
    for part in parts { locals.append(try LocalPartition(fitted, weights, part: part)) }
    self.locals = locals
  }

  package var memories: [Int] { Array(parts) }

  package func view(of part: Int) -> PartitionView { locals[part].view }

  package func ownedRows(of tensor: Int, part: Int) -> UnsafeRawPointer {
    let base = UnsafeRawPointer(locals[part].view.tensors[tensor]!)
    let table = fitted.tables.tensors[tensor]
    return table.kind == .partial ? base + part * table.rowBytes : base
  }

  package func exchange(_ tensors: [Int]) {
    for tensor in tensors {
      for receiver in parts {
        for sender in parts where sender != receiver {
          switch fitted.tables.tensors[tensor].kind {
          case .stored(let type, _): send(tensor, type, from: sender, to: receiver)
          case .partial: sendPartial(tensor, from: sender, to: receiver)
          case .vertexFeature, .edgeFeature, .storedEdges, .vertexWeight, .graphValue: continue
          }
        }
      }
    }
  }

  /// What a partition contributes to values of the whole graph.
  private func sendPartial(_ tensor: Int, from sender: Int, to receiver: Int) {
    let rowBytes = fitted.tables.tensors[tensor].rowBytes
    (locals[receiver].view.tensors[tensor]! + sender * rowBytes).copyMemory(
      from: ownedRows(of: tensor, part: sender), byteCount: rowBytes)
  }

  /// What a message would carry: the rows that `receiver` reads of `sender`'s, in ascending order.
  private func send(_ tensor: Int, _ type: Int, from sender: Int, to receiver: Int) {
    let rowBytes = fitted.tables.tensors[tensor].rowBytes
    let halo = fitted.graph.halo(of: fitted.tables.vertexTypes[type].name, part: receiver)
    let first = fitted.rows(of: type, part: sender).first
    let received = fitted.rows(of: type, part: receiver).count + halo.starts[sender]
    var to = locals[receiver].view.tensors[tensor]! + Int(received) * rowBytes
    for row in halo.rows(ownedBy: sender) {
      to.copyMemory(
        from: ownedRows(of: tensor, part: sender) + Int(UInt64(row) - first) * rowBytes, byteCount: rowBytes)
      to += rowBytes
    }
  }
}

/// One partition's own memory.
private final class LocalPartition {
  let view: PartitionView
  /// What the view points into.
  private let memory: [Pages]
  private let stored: TensorMemory

  init(_ fitted: Fitted, _ weights: PackedWeights, part: Int) throws(Failure) {
    let tables = fitted.tables
    var memory: [Pages] = []
    func keep(_ bytes: Int, _ what: String) throws(Failure) -> UnsafeMutableRawPointer {
      let pages = try Pages(bytes: bytes, for: what)
      memory.append(pages)
      return pages.base
    }
    let types = tables.vertexTypes.indices.map { LocalRows(fitted, type: $0, part: part) }
    var edges: [gnnc_edges] = []
    for set in tables.edgeSets.indices {
      let theirs = fitted.edges(of: set, part: part)
      let bytes = (Int(theirs.edgeCount) + Int(GNNC_SOURCE_PADDING)) * MemoryLayout<UInt32>.stride
      let sources = try keep(bytes, "sources").assumingMemoryBound(to: UInt32.self)
      types[tables.source(of: set)].renumber(theirs, into: sources)
      var ours = theirs
      ours.source = UnsafePointer(sources)
      edges.append(ours)
    }
    let stored = try TensorMemory(
      fitted, weights,
      buffers: tables.buffers.map { buffer in
        switch buffer.owner {
        case .vertices(let type): UInt64(types[type].count)
        case .edges(let set): edges[set].edgeCount
        }
      })
    var tensors: [TensorRows] = []
    for (place, tensor) in tables.tensors.enumerated() {
      switch tensor.kind {
      case .stored(_, let buffer), .storedEdges(_, let buffer):
        tensors.append(.dense(stored.buffers[buffer].base))
      case .graphValue, .partial: tensors.append(.dense(stored.own[place]!.base))
      case .vertexWeight:
        let type = tables.counted(tensor)!.by.vertexType
        let base = try keep(types[type].count * tensor.rowBytes, "weights with a row for each vertex")
        types[type].copy(stored.own[place]!.base, rowBytes: tensor.rowBytes, into: base)
        tensors.append(.dense(base))
      case .edgeFeature(let set):
        let stored = fitted.edgeFeature(tensor, of: set, part: part)
        tensors.append(.dense(UnsafeMutableRawPointer(mutating: stored.base)))
      case .vertexFeature(let type):
        let (rows, feature) = (types[type], fitted.vertexFeature(tensor, of: type))
        if case .sparse(let stored) = feature, tensor.takesSparse {
          tensors.append(.sparse(rows.owned(of: stored)))
          continue
        }
        let base = try keep(rows.count * tensor.rowBytes, "features")
        feature.copy(.stretch(rows.owned), as: tensor, into: base)
        feature.copy(.some(rows.halo), as: tensor, into: base + rows.owned.count * tensor.rowBytes)
        tensors.append(.dense(base))
      }
    }
    let owned = types.map { gnnc_rows(first: 0, count: UInt64($0.owned.count)) }
    view = PartitionView(owned: owned, edges: edges, tensors: tensors)
    self.memory = memory
    self.stored = stored
  }
}

/// The rows of one vertex type that one partition holds: its own, then those that it reads of others.
private struct LocalRows {
  let owned: Range<Int>
  let halo: UnsafeBufferPointer<UInt32>
  var count: Int { owned.count + halo.count }

  init(_ fitted: Fitted, type: Int, part: Int) {
    let rows = fitted.rows(of: type, part: part)
    owned = Int(rows.first)..<Int(rows.first + rows.count)
    halo = fitted.graph.halo(of: fitted.tables.vertexTypes[type].name, part: part).rows
  }

  func renumber(_ edges: gnnc_edges, into sources: UnsafeMutablePointer<UInt32>) {
    let haloPosition = Dictionary(uniqueKeysWithValues: zip(halo, 0...))
    for edge in 0..<Int(edges.edgeCount) {
      let row = edges.source[edge]
      let local = owned.contains(Int(row)) ? Int(row) - owned.lowerBound : owned.count + haloPosition[row]!
      sources[edge] = UInt32(local)
    }
  }

  func copy(_ from: UnsafeRawPointer, rowBytes: Int, into to: UnsafeMutableRawPointer) {
    to.copyMemory(from: from + owned.lowerBound * rowBytes, byteCount: owned.count * rowBytes)
    for (position, row) in halo.enumerated() {
      (to + (owned.count + position) * rowBytes).copyMemory(
        from: from + Int(row) * rowBytes, byteCount: rowBytes)
    }
  }

  /// Sparse rows are read at their own vertex alone: those of others are not wanted.
  func owned(of tensor: SparseTensor) -> gnnc_sparse_rows {
    var rows = tensor.rows
    rows.start += owned.lowerBound
    return rows
  }
}

extension gnnc_edges {
  var edgeCount: UInt64 { rows == 0 ? 0 : start[Int(rows)] }
}
