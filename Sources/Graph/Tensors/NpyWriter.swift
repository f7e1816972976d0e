import Diagnostics

/// Writes an npy file (version 1, C order): beside its place under another name, renamed by `finish`.
package final class NpyWriter {
  private let file: FileWriter
  private let wantedSize: UInt64

  /// `shape` is of the whole array. The bytes appended must come to exactly its size.
  package init(path: String, element: StoredElement, shape: [Int]) throws(Failure) {
    file = try FileWriter(path, appears: .whenWhole)
    let header = NpyWriter.header(element, shape)
    wantedSize = UInt64(header.utf8.count + 10 + shape.reduce(element.bytes, *))
    for byte: UInt8 in [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0] { try file.append(byte) }
    try file.append(UInt16(header.utf8.count).littleEndian)
    try file.append(header)
  }

  package func append(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
    try file.append(bytes)
  }

  /// Appends `count` bytes in pieces that several threads make; `make` is given where a piece begins among them.
  package func append(
    count: Int, piece: Int, threads: Int, make: (Int, UnsafeMutableRawBufferPointer) -> Void
  ) throws(Failure) {
    try file.append(count: count, piece: piece, threads: threads, make: make)
  }

  /// Makes the file appear under its name. Without it, nothing is left behind.
  package func finish() throws(Failure) {
    precondition(file.size == wantedSize, "an npy file of \(file.size) bytes instead of \(wantedSize)")
    try file.finish()
  }

  /// As numpy writes it, padded so that the numbers begin at a multiple of 64.
  private static func header(_ element: StoredElement, _ shape: [Int]) -> String {
    let descr =
      switch element {
      case .float32: "<f4"
      case .int32: "<i4"
      case .int64: "<i8"
      case .bool: "|b1"
      }
    let lengths = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    let text = "{'descr': '\(descr)', 'fortran_order': False, 'shape': (\(lengths)), }"
    let padding = 63 - (10 + text.utf8.count) % 64
    return text + String(repeating: " ", count: padding) + "\n"
  }
}
