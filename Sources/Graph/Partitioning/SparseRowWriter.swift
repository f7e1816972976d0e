import CRuntime
import Diagnostics

/// Writes the rows of one feature without the numbers that are +0: in the order given, converted.
final class SparseRowWriter {
  private let converter: RowConverter
  private let start: FileWriter
  private let columns: FileWriter
  private let values: FileWriter
  private let width: Int
  private let stride: Int
  private let threads: Int
  // What the rows of the converter come to: row r begins at `r * width`.
  private let rowColumns: Numbers<UInt32>
  private let rowValues: UnsafeMutableBufferPointer<Float>
  private let rowPresent: Numbers<UInt64>
  private(set) var present: UInt64 = 0

  init(_ feature: PlainFeature, of type: String, in folder: String, threads: Int) throws(Failure) {
    converter = RowConverter(feature, threads: threads)
    (width, stride, self.threads) = (feature.summary.width, feature.summary.stride, threads)
    rowColumns = Numbers(zeros: converter.rowsAtOnce * width)
    rowValues = .allocate(capacity: converter.rowsAtOnce * width)
    rowPresent = Numbers(zeros: converter.rowsAtOnce)
    start = try FileWriter("\(folder)/\(GraphLayout.sparseStart(feature.name, type))", appears: .atOnce)
    columns = try FileWriter("\(folder)/\(GraphLayout.sparseColumns(feature.name, type))", appears: .atOnce)
    values = try FileWriter("\(folder)/\(GraphLayout.sparseValues(feature.name, type))", appears: .atOnce)
    try start.append(present)
  }

  deinit { rowValues.deallocate() }

  /// Appends `count` rows; row i is row `order[i]` of the plain file.
  func append(_ order: RowOrder, _ count: Int) throws(Failure) {
    var first = 0
    while first < count {
      let rows = min(count - first, converter.rowsAtOnce)
      let dense = try converter.rows(order.dropping(first), rows).assumingMemoryBound(to: Float.self)
      gnnc_compress_rows(
        dense.baseAddress, UInt64(rows), UInt64(width), UInt64(stride), UInt32(threads), rowColumns.base,
        rowValues.baseAddress, rowPresent.base)
      for row in 0..<rows { try append(row) }
      first += rows
    }
  }

  private func append(_ row: Int) throws(Failure) {
    let bytes = Int(rowPresent.values[row]) * 4
    try columns.append(UnsafeRawBufferPointer(start: rowColumns.base + row * width, count: bytes))
    try values.append(UnsafeRawBufferPointer(start: rowValues.baseAddress! + row * width, count: bytes))
    present += rowPresent.values[row]
    try start.append(present)
  }

  func finish() throws(Failure) {
    for file in [columns, values] { try file.appendZeros(GraphLayout.rowPadding) }
    for file in [start, columns, values] { try file.finish() }
  }
}

// MARK: - Which features

extension PlainFeature {
  /// Narrower rows are always dense: no product of theirs takes long enough.
  private static let narrowestSparse = 65

  /// Whether sparse rows take less than half of what dense ones do. Reads the plain file once, in its own order, up to
  /// where there is too much in it.
  func isSmallerSparse(rows count: UInt64, of type: String, work: Work) throws(Failure) -> Bool {
    guard stored == .float32, summary.width >= PlainFeature.narrowestSparse else { return false }
    let most = summary.denseBytes(rows: count) / 2
    let converter = RowConverter(self, threads: work.threads)
    var present: UInt64 = 0
    var first = 0
    while first < Int(count) {
      try work.checkStop()
      work.tell("counting \(name) of \(type)", first, Int(count), "rows")
      let rows = min(Int(count) - first, converter.rowsAtOnce)
      let dense = try converter.rows(.plain(from: first), rows).assumingMemoryBound(to: Float.self)
      present += gnnc_count_present(dense.baseAddress, UInt64(dense.count))
      guard FeatureSummary.sparseBytes(rows: count, present: present) < most else { return false }
      first += rows
    }
    return count > 0 && present <= UInt64(GraphManifest.largestCount)
  }
}
