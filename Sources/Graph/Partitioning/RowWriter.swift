import CRuntime
import Diagnostics

/// Writes the rows of one feature: in the order given, converted, each padded to its stride.
final class RowWriter {
  private let feature: PlainFeature
  private let file: FileWriter
  private let buffer: UnsafeMutableRawBufferPointer
  private let rowBytes: Int
  private let threads: Int

  init(_ feature: PlainFeature, to path: String, threads: Int) throws(Failure) {
    self.feature = feature
    self.threads = threads
    file = try FileWriter(path, appears: .atOnce)
    rowBytes = feature.summary.stride * feature.stored.bytes
    buffer = .allocate(byteCount: max(rowBytes, 4 << 20), alignment: 64)
  }

  deinit { buffer.deallocate() }

  /// Appends `count` rows; row i is row `order[i]` of the plain file.
  func append(_ order: RowOrder, _ count: Int) throws(Failure) {
    var copy = gnnc_row_copy()
    copy.from = feature.base
    copy.number = feature.number
    copy.width = UInt64(feature.summary.width)
    copy.stride = UInt64(feature.summary.stride)
    copy.element = feature.stored.c
    var start = 0
    switch order {
    case .plain(let from): start = from
    case .narrow(let order): copy.order32 = order
    case .wide(let order): copy.order64 = order
    }
    var first = 0
    while first < count {
      let rows = min(count - first, buffer.count / rowBytes)
      guard
        gnnc_copy_rows(&copy, UInt64(start + first), UInt64(rows), UInt32(threads), buffer.baseAddress) != 0
      else {
        throw PlainGraphError.tooLargeInteger.failure(feature.path)
      }
      try file.append(UnsafeRawBufferPointer(rebasing: buffer[..<(rows * rowBytes)]))
      first += rows
    }
  }

  func finish() throws(Failure) {
    try file.appendZeros(GraphLayout.rowPadding)
    try file.finish()
  }
}

/// Which plain row each stored row is.
enum RowOrder {
  case plain(from: Int)
  case narrow(UnsafePointer<UInt32>)
  case wide(UnsafePointer<UInt64>)

  func dropping(_ first: Int) -> RowOrder {
    switch self {
    case .plain(let start): .plain(from: start + first)
    case .narrow(let order): .narrow(order + first)
    case .wide(let order): .wide(order + first)
    }
  }
}
