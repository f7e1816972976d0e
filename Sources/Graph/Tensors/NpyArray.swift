import CRuntime
import Diagnostics

/// An npy file in memory: C order, this machine's byte order.
package final class NpyArray: @unchecked Sendable {
  let element: NpyElement
  package let shape: [Int]
  package let path: String
  /// Exactly the numbers, row-major.
  package let numbers: UnsafeRawBufferPointer
  private let file: MappedFile
  /// Numpy aligns what it writes; others may not.
  private let alignedCopy: UnsafeMutableRawBufferPointer?

  package init(path: String) throws(Failure) {
    let file = try MappedFile(path, kind: "npy")
    do throws(NpyError) {
      let header = try NpyHeader(file.bytes)
      let wanted = try NpyArray.size(of: header)
      let found = file.bytes.count - header.offset
      guard found == wanted else { throw .size(wanted: wanted, found: found) }
      element = header.element
      shape = header.shape
      let mapped = UnsafeRawBufferPointer(rebasing: file.bytes[header.offset...])
      alignedCopy = header.offset % header.element.bytes == 0 ? nil : NpyArray.copy(mapped)
      numbers = alignedCopy.map { UnsafeRawBufferPointer($0) } ?? mapped
    } catch {
      throw error.failure(path)
    }
    self.file = file
    self.path = path
  }

  deinit { alignedCopy?.deallocate() }

  /// How a feature of these numbers is stored.
  package var stored: StoredElement { element.stored }

  /// The numbers as float32, whatever float the file holds; nil for integers and Booleans.
  package func floats() -> [Float]? {
    guard element.stored == .float32 else { return nil }
    let count = shape.reduce(1, *)
    guard count > 0, let from = numbers.baseAddress else { return [] }
    return [Float](unsafeUninitializedCapacity: count) { floats, filled in
      gnnc_to_float(from, element.number, UInt64(count), floats.baseAddress)
      filled = count
    }
  }

  private static func size(of header: NpyHeader) throws(NpyError) -> Int {
    if header.shape.contains(0) { return 0 }
    var size = header.element.bytes
    for length in header.shape {
      let (product, overflow) = size.multipliedReportingOverflow(by: length)
      if overflow { throw .damagedHeader }
      size = product
    }
    return size
  }

  private static func copy(_ bytes: UnsafeRawBufferPointer) -> UnsafeMutableRawBufferPointer {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 64)
    copy.copyMemory(from: bytes)
    return copy
  }
}

/// What can be wrong with an npy file on its own.
enum NpyError: Error, Hashable {
  case notNpy
  case version(Int, Int)
  case damagedHeader
  case negativeShape([Int])
  case structured
  case unknownElement(String)
  case bigEndian(String)
  case fortranOrder
  case size(wanted: Int, found: Int)
}

// MARK: - Wording

extension NpyError {
  func failure(_ path: String) -> Failure {
    Failure(kind: "npy", message(fileName(path)), at: .file(path), help: help)
  }

  private func message(_ name: String) -> String {
    switch self {
    case .notNpy: "\(name) is not an npy file"
    case .version(let major, let minor): "\(name) has npy version \(major).\(minor); versions 1 to 3 are read"
    case .damagedHeader: "\(name) has a damaged header"
    case .negativeShape(let shape): "\(name) has the shape \(shape); a length cannot be negative"
    case .structured: "\(name) is a structured array; plain numbers are wanted"
    case .unknownElement(let descr): "\(name) holds numbers of the type '\(descr)', which is not read"
    case .bigEndian(let descr): "\(name) holds big-endian numbers ('\(descr)')"
    case .fortranOrder: "\(name) is in Fortran order; rows must be contiguous"
    case .size(let wanted, let found) where found < wanted:
      "\(name) is truncated: its header announces \(wanted) bytes of numbers and \(found) follow"
    case .size(let wanted, let found):
      "\(name) is too long: its header announces \(wanted) bytes of numbers and \(found) follow"
    }
  }

  private var help: String? {
    switch self {
    case .notNpy: "`numpy.save` writes npy files"
    case .fortranOrder: "save `numpy.ascontiguousarray(array)`"
    case .bigEndian: "save `array.astype(array.dtype.newbyteorder('<'))`"
    case .unknownElement, .structured: "save `array.astype('float32')`, or integers or Booleans"
    case .version, .damagedHeader, .negativeShape, .size: nil
    }
  }
}
