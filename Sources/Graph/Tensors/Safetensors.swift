import CRuntime
import Diagnostics
import Synchronization

/// One tensor of a weights file as float32, row-major. Its numbers stay as long as the file is open.
package struct WeightTensor: @unchecked Sendable {
  package let name: String
  package let shape: [Int]
  package let base: UnsafePointer<Float>
  /// Whether any number is NaN.
  package let holdsNaN: Bool

  package var count: Int { shape.reduce(1, *) }
}

/// A mapped safetensors file.
package final class Safetensors: Sendable {
  package let path: String
  private let file: MappedFile
  private let header: SafetensorsHeader
  /// Where each name stands in the header.
  private let places: [String: Int]
  /// Tensors that are not float32 in the file, once they have been asked for.
  private let converted = Mutex<[String: Floats]>([:])

  /// Checks the header and where it places each tensor; the numbers are not read.
  package init(path: String) throws(Failure) {
    self.path = path
    file = try MappedFile(path, kind: "weights")
    do throws(SafetensorsError) {
      header = try SafetensorsHeader(file.bytes)
    } catch {
      throw error.failure(path)
    }
    places = Dictionary(uniqueKeysWithValues: header.entries.enumerated().map { ($1.name, $0) })
  }

  /// As the file's header lists them.
  package var names: [String] { header.entries.map(\.name) }

  package func shape(of name: String) -> [Int]? { places[name].map { header.entries[$0].shape } }

  /// The tensor as float32; float64, float16 and bfloat16 are converted. Nil if the file has none of this name.
  package func tensor(_ name: String) throws(Failure) -> WeightTensor? {
    guard let entry = places[name].map({ header.entries[$0] }) else { return nil }
    guard let number = entry.number else {
      throw SafetensorsError.element(name, entry.element).failure(path)
    }
    let base = numbers(of: entry, number)
    return WeightTensor(
      name: name, shape: entry.shape, base: base,
      holdsNaN: gnnc_holds_nan(base, UInt64(entry.shape.reduce(1, *))) != 0)
  }

  private func numbers(of entry: SafetensorsEntry, _ number: gnnc_number) -> UnsafePointer<Float> {
    let bytes = UnsafeRawBufferPointer(rebasing: file.bytes[header.offset...][shifting: entry.range])
    let isAligned = UInt(bitPattern: bytes.baseAddress) % UInt(MemoryLayout<Float>.alignment) == 0
    if number == GNNC_FROM_F32, isAligned, let base = bytes.baseAddress {
      return base.assumingMemoryBound(to: Float.self)
    }
    return converted.withLock { converted in
      let floats = converted[entry.name] ?? Floats(bytes, number, entry.shape.reduce(1, *))
      converted[entry.name] = floats
      return UnsafePointer(floats.base)
    }
  }
}

/// Converted numbers.
private final class Floats: @unchecked Sendable {
  let base: UnsafeMutablePointer<Float>

  init(_ bytes: UnsafeRawBufferPointer, _ number: gnnc_number, _ count: Int) {
    base = .allocate(capacity: max(count, 1))
    // The bytes of a tensor may begin anywhere.
    let aligned = UnsafeMutableRawBufferPointer.allocate(byteCount: max(bytes.count, 1), alignment: 64)
    defer { aligned.deallocate() }
    aligned.copyMemory(from: bytes)
    gnnc_to_float(aligned.baseAddress, number, UInt64(count), base)
  }

  deinit { base.deallocate() }
}

extension Slice where Base == UnsafeRawBufferPointer {
  /// The part of a slice at `range`, counted from the slice's own beginning.
  fileprivate subscript(shifting range: Range<Int>) -> Slice {
    self[(startIndex + range.lowerBound)..<(startIndex + range.upperBound)]
  }
}
