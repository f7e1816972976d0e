import Foundation

/// Numbers read from a fixture file, as doubles. A reader of its own: the one under test proves nothing about itself.
struct NumberArray: Equatable {
  let shape: [Int]
  let numbers: [Double]

  /// Numbers in one row.
  var width: Int { shape.dropFirst().reduce(1, *) }
}

enum FixtureFault: Error {
  case unreadable(String)
  case refused([String])
}

/// `NAME.npy` as numpy writes it here: version 1, little endian, C order.
func readNpy(_ file: URL) throws -> NumberArray {
  let data = try Data(contentsOf: file)
  let header = 10 + Int(data[8]) + Int(data[9]) << 8
  let words = String(decoding: data[10..<header], as: UTF8.self)
  guard let element = words.firstMatch(of: /'descr': '([^']+)'/)?.1,
    let shape = words.firstMatch(of: /'shape': \(([^)]*)\)/)?.1, words.contains("'fortran_order': False")
  else { throw FixtureFault.unreadable(file.path) }
  return NumberArray(
    shape: shape.split(separator: ",").compactMap { Int($0.trimmingCharacters(in: .whitespaces)) },
    numbers: try numbers(data[header...], String(element), file))
}

/// The floating-point tensors of a safetensors file, by key.
func readSafetensors(_ file: URL) throws -> [String: NumberArray] {
  struct Entry: Decodable {
    let dtype: String
    let shape: [Int]
    let range: [Int]

    enum CodingKeys: String, CodingKey {
      case dtype, shape
      case range = "data_offsets"
    }
  }
  let data = try Data(contentsOf: file)
  let length = data.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
  let entries = try JSONDecoder().decode([String: Entry].self, from: data[8..<8 + length])
  return try entries.filter { $0.value.dtype == "F32" }.mapValues { entry in
    let bytes = data[(8 + length + entry.range[0])..<(8 + length + entry.range[1])]
    return NumberArray(shape: entry.shape, numbers: try numbers(bytes, "<f4", file))
  }
}

private func numbers(_ bytes: Data, _ element: String, _ file: URL) throws -> [Double] {
  func all<Number: Sendable>(_ type: Number.Type, _ double: (Number) -> Double) -> [Double] {
    let size = MemoryLayout<Number>.size
    return bytes.withUnsafeBytes { buffer in
      (0..<buffer.count / size).map { double(buffer.loadUnaligned(fromByteOffset: $0 * size, as: type)) }
    }
  }
  switch element {
  case "<f4": return all(Float.self) { Double($0) }
  case "<f8": return all(Double.self) { $0 }
  case "<u4": return all(UInt32.self) { Double($0) }
  case "<i4": return all(Int32.self) { Double($0) }
  case "<i8": return all(Int64.self) { Double($0) }
  default: throw FixtureFault.unreadable(file.path)
  }
}
