import CRuntime
import Diagnostics
import Foundation
import Testing

@testable import Graph

/// A folder of a test's own, removed when it is let go.
final class TestFolder {
  let path: String

  init() {
    path = NSTemporaryDirectory() + "gnnc-graph-test-\(UUID().uuidString)"
    try! FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  var names: [String] { try! FileManager.default.contentsOfDirectory(atPath: path).sorted() }

  @discardableResult
  func write(_ name: String, _ text: String) -> String { write(name, Array(text.utf8)) }

  @discardableResult
  func write(_ name: String, _ bytes: [UInt8]) -> String {
    let path = "\(self.path)/\(name)"
    precondition(FileManager.default.createFile(atPath: path, contents: Data(bytes)))
    return path
  }

  /// An npy file with any header, right or wrong.
  @discardableResult
  func writeNpy(
    _ name: String, _ descr: String, _ shape: String, _ bytes: [UInt8], version: UInt8 = 1,
    fortran: Bool = false
  ) -> String {
    let header =
      "{'descr': '\(descr)', 'fortran_order': \(fortran ? "True" : "False"), 'shape': \(shape), }"
    let begin = version == 1 ? 10 : 12
    let padded = header + String(repeating: " ", count: 63 - (begin + header.utf8.count) % 64) + "\n"
    var file: [UInt8] = [0x93] + Array("NUMPY".utf8) + [version, 0]
    file += version == 1 ? memory([UInt16(padded.utf8.count)]) : memory([UInt32(padded.utf8.count)])
    return write(name, file + Array(padded.utf8) + bytes)
  }

  @discardableResult
  func writeNpy<Number: BitwiseCopyable>(_ name: String, _ numbers: [Number], _ shape: [Int]) -> String {
    let lengths = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    return writeNpy(name, descr(of: Number.self), "(\(lengths))", memory(numbers))
  }
}

func memory<Number: BitwiseCopyable>(_ numbers: [Number]) -> [UInt8] {
  numbers.withUnsafeBytes { Array($0) }
}

private func descr(of type: Any.Type) -> String {
  switch type {
  case is Float.Type: "<f4"
  case is Double.Type: "<f8"
  case is Int8.Type: "|i1"
  case is Int16.Type: "<i2"
  case is Int32.Type: "<i4"
  case is Int64.Type: "<i8"
  case is UInt8.Type: "|u1"
  case is UInt16.Type: "<u2"
  case is UInt32.Type: "<u4"
  case is UInt64.Type: "<u8"
  case is Bool.Type: "|b1"
  default: fatalError("no npy type for \(type)")
  }
}

/// The messages of what `body` throws; none if it does not.
func messages(_ body: () throws(Failure) -> Void) -> [String] {
  do throws(Failure) {
    try body()
    return []
  } catch {
    return error.diagnostics.map(\.message)
  }
}

func help(_ body: () throws(Failure) -> Void) -> String? {
  do throws(Failure) {
    try body()
    return nil
  } catch {
    return error.diagnostics.first?.help
  }
}

extension PartitionedGraph {
  /// A vertex feature whose rows are dense.
  func denseFeature(_ name: String, of type: String) -> StoredTensor? {
    if case .dense(let tensor) = vertexFeature(.init(name, of: type)) { tensor } else { nil }
  }

  /// A vertex feature whose rows are sparse.
  func sparseFeature(_ name: String, of type: String) -> SparseTensor? {
    if case .sparse(let tensor) = vertexFeature(.init(name, of: type)) { tensor } else { nil }
  }
}

/// A small generator, the same everywhere.
struct Random {
  var state: UInt64

  mutating func below(_ bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(state >> 33) % bound
  }
}
