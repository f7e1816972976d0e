import Foundation

/// The bytes of a numpy file: `numbers` in C order, of a numpy type like `<f4`.
package func npy<Number>(_ type: String, _ shape: [Int], _ numbers: [Number]) -> Data {
  let sizes = shape.map(String.init).joined(separator: ", ")
  var header = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(sizes),), }"
  header += String(repeating: " ", count: 63 - (10 + header.utf8.count) % 64) + "\n"
  var file = Data([0x93] + Array("NUMPY".utf8) + [1, 0])
  withUnsafeBytes(of: UInt16(header.utf8.count)) { file.append(contentsOf: $0) }
  file += Data(header.utf8)
  numbers.withUnsafeBytes { file.append(contentsOf: $0) }
  return file
}
