import CRuntime
import Graph

/// Which rows of a feature are wanted.
enum WantedRows {
  case stretch(Range<Int>)
  case some(UnsafeBufferPointer<UInt32>)

  var count: Int {
    switch self {
    case .stretch(let rows): rows.count
    case .some(let rows): rows.count
    }
  }
}

extension VertexRows {
  /// Writes rows as a tensor of the model holds them: dense, and rounded if it says so.
  func copy(_ rows: WantedRows, as tensor: ModelTables.Tensor, into to: UnsafeMutableRawPointer) {
    switch self {
    case .dense(let stored):
      guard tensor.isRounded else { return stored.copy(rows, rowBytes: tensor.rowBytes, into: to) }
      Rounding.copy(stored.base, stride: tensor.stride, rows, into: to)
    case .sparse(let stored):
      guard tensor.isRounded else { return stored.expand(rows, stride: tensor.stride, into: to) }
      stored.round(rows, stride: tensor.stride, into: to)
    }
  }
}

/// float32 rows as bfloat16 ones.
enum Rounding {
  static func copy(
    _ from: UnsafeRawPointer, stride: Int, _ rows: WantedRows, into to: UnsafeMutableRawPointer
  ) {
    var copy = gnnc_row_copy()
    (copy.from, copy.number, copy.element) = (from, GNNC_FROM_F32, GNNC_BF16)
    (copy.width, copy.stride) = (UInt64(stride), UInt64(stride))
    switch rows {
    case .stretch(let rows): gnnc_copy_rows(&copy, UInt64(rows.lowerBound), UInt64(rows.count), 0, to)
    case .some(let rows):
      copy.order32 = rows.baseAddress
      // Nothing of an empty list, whose address is none.
      if !rows.isEmpty { gnnc_copy_rows(&copy, 0, UInt64(rows.count), 0, to) }
    }
  }
}

extension StoredTensor {
  fileprivate func copy(_ rows: WantedRows, rowBytes: Int, into to: UnsafeMutableRawPointer) {
    switch rows {
    case .stretch(let rows):
      to.copyMemory(from: base + rows.lowerBound * rowBytes, byteCount: rows.count * rowBytes)
    case .some(let rows):
      for (position, row) in rows.enumerated() {
        (to + position * rowBytes).copyMemory(from: base + Int(row) * rowBytes, byteCount: rowBytes)
      }
    }
  }
}

extension SparseTensor {
  /// Rows that are made dense at once, to be rounded.
  private static let rowsAtOnce = 4096

  fileprivate func expand(_ rows: WantedRows, stride: Int, into to: UnsafeMutableRawPointer) {
    switch rows {
    case .stretch(let rows): expand(rows, stride: stride, into: to.assumingMemoryBound(to: Float.self))
    case .some(let rows):
      for (position, row) in rows.enumerated() {
        let place = to.assumingMemoryBound(to: Float.self) + position * stride
        expand(Int(row)..<Int(row) + 1, stride: stride, into: place)
      }
    }
  }

  fileprivate func round(_ rows: WantedRows, stride: Int, into to: UnsafeMutableRawPointer) {
    let some = UnsafeMutablePointer<Float>.allocate(capacity: max(1, Self.rowsAtOnce * stride))
    defer { some.deallocate() }
    for first in Swift.stride(from: 0, to: rows.count, by: Self.rowsAtOnce) {
      let count = min(Self.rowsAtOnce, rows.count - first)
      let piece: WantedRows =
        switch rows {
        case .stretch(let rows): .stretch(rows.lowerBound + first..<rows.lowerBound + first + count)
        case .some(let rows): .some(UnsafeBufferPointer(rebasing: rows[first..<first + count]))
        }
      expand(piece, stride: stride, into: UnsafeMutableRawPointer(some))
      Rounding.copy(
        some, stride: stride, .stretch(0..<count),
        into: to + first * stride * MemoryLayout<gnnc_bf16>.stride)
    }
  }

  private func expand(_ rows: Range<Int>, stride: Int, into to: UnsafeMutablePointer<Float>) {
    var from = self.rows
    gnnc_expand_rows(&from, UInt64(rows.lowerBound), UInt64(rows.count), UInt64(stride), 0, to)
  }
}
