import CRuntime
import Diagnostics

/// One tensor of a weights file as float32, row-major. Its numbers stay while the value, or a copy of it, is kept.
package struct WeightTensor: @unchecked Sendable {
  package let name: String
  package let shape: [Int]
  package let base: UnsafePointer<Float>
  /// Whether any number is NaN.
  package let holdsNaN: Bool
  fileprivate let owner: AnyObject

  package var count: Int { shape.reduce(1, *) }
}

/// A mapped safetensors file.
package final class Safetensors: Sendable {
  package let path: String
  private let file: MappedFile
  private let header: SafetensorsHeader

  /// Checks the header and where it places each tensor; the numbers are not read.
  package init(path: String) throws(Failure) {
    self.path = path
    file = try MappedFile(path, kind: "weights")
    do throws(SafetensorsError) {
      header = try SafetensorsHeader(file.bytes)
    } catch {
      throw error.failure(path)
    }
  }

  /// As the file's header lists them.
  package var names: [String] { header.entries.map(\.name) }

  package func shape(of name: String) -> [Int]? { entry(name)?.shape }

  /// The tensor as float32; float64, float16 and bfloat16 are converted. Nil if the file has none of this name.
  package func tensor(_ name: String) throws(Failure) -> WeightTensor? {
    guard let entry = entry(name) else { return nil }
    guard let number = entry.number else {
      throw SafetensorsError.element(name, entry.element).failure(path)
    }
    let bytes = UnsafeRawBufferPointer(rebasing: file.bytes[header.offset...][shifting: entry.range])
    let count = entry.shape.reduce(1, *)
    let isMapped =
      number == GNNC_FROM_F32 && UInt(bitPattern: bytes.baseAddress) % UInt(MemoryLayout<Float>.alignment) == 0
    let owner: AnyObject = isMapped ? file : Floats(bytes, number, count)
    let base =
      (owner as? Floats).map { UnsafePointer($0.base) } ?? bytes.baseAddress!.assumingMemoryBound(to: Float.self)
    return WeightTensor(
      name: name, shape: entry.shape, base: base, holdsNaN: gnnc_holds_nan(base, UInt64(count)) != 0,
      owner: owner)
  }

  private func entry(_ name: String) -> SafetensorsEntry? {
    header.entries.first { $0.name == name }
  }
}

/// Converted numbers.
private final class Floats {
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
