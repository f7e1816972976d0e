import CRuntime
import Diagnostics

/// Writes the rows of one feature: in the order given, converted, each padded to its stride.
final class RowWriter {
  private let converter: RowConverter
  private let file: FileWriter

  init(_ feature: PlainFeature, to path: String, threads: Int) throws(Failure) {
    converter = RowConverter(feature, threads: threads)
    file = try FileWriter(path, appears: .atOnce)
  }

  /// Appends `count` rows; row i is row `order[i]` of the plain file.
  func append(_ order: RowOrder, _ count: Int) throws(Failure) {
    var first = 0
    while first < count {
      let rows = min(count - first, converter.rowsAtOnce)
      try file.append(try converter.rows(order.dropping(first), rows))
      first += rows
    }
  }

  func finish() throws(Failure) {
    try file.appendZeros(GraphLayout.rowPadding)
    try file.finish()
  }
}

/// Takes some rows of a feature at a time out of its plain file, as they are stored when they are dense.
final class RowConverter {
  private let feature: PlainFeature
  private let buffer: UnsafeMutableRawBufferPointer
  private let rowBytes: Int
  private let threads: Int

  init(_ feature: PlainFeature, threads: Int) {
    self.feature = feature
    self.threads = threads
    rowBytes = feature.summary.stride * feature.stored.bytes
    buffer = .allocate(byteCount: max(rowBytes, 4 << 20), alignment: 64)
  }

  deinit { buffer.deallocate() }

  /// How many rows there is room for.
  var rowsAtOnce: Int { buffer.count / rowBytes }

  /// `count` rows, at most `rowsAtOnce`; row i is row `order[i]` of the plain file. Lasts until the next call.
  func rows(_ order: RowOrder, _ count: Int) throws(Failure) -> UnsafeRawBufferPointer {
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
    guard gnnc_copy_rows(&copy, UInt64(start), UInt64(count), UInt32(threads), buffer.baseAddress) != 0
    else {
      throw PlainGraphError.tooLargeInteger.failure(feature.path)
    }
    return UnsafeRawBufferPointer(rebasing: buffer[..<(count * rowBytes)])
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
