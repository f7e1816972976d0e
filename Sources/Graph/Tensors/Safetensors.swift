import Diagnostics

/// One tensor of a weights file as float32, row-major. Lives as long as its value is kept.
package struct WeightTensor: @unchecked Sendable {
  package let name: String
  package let shape: [Int]
  package let base: UnsafePointer<Float>
  package var count: Int { shape.reduce(1, *) }
  /// Whether any number is NaN.
  package let holdsNaN: Bool
}

/// A mapped safetensors file.
package final class Safetensors: @unchecked Sendable {
  package let path: String
  /// As the file's header lists them.
  package let names: [String]

  package init(path: String) throws(Failure) {
    self.path = path
    names = []
  }

  package func shape(of name: String) -> [Int]? { nil }

  /// The tensor as float32; float64, float16 and bfloat16 are converted. Nil if the file has none of this name.
  package func tensor(_ name: String) throws(Failure) -> WeightTensor? { nil }
}
