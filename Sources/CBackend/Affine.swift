/// An index that is a sum of loop variables times constants, plus a constant.
struct Affine: Hashable {
  /// Coefficients by loop variable; none is 0.
  private(set) var terms: [Int: Int] = [:]
  private(set) var constant = 0

  static let zero = Affine()

  init(constant: Int = 0) { self.constant = constant }

  /// A loop variable by its number.
  init(variable: Int) { terms = [variable: 1] }

  static func + (a: Affine, b: Affine) -> Affine {
    var sum = a
    for (variable, coefficient) in b.terms { sum.terms[variable, default: 0] += coefficient }
    sum.terms = sum.terms.filter { $0.value != 0 }
    sum.constant += b.constant
    return sum
  }

  static func * (a: Affine, factor: Int) -> Affine {
    guard factor != 0 else { return .zero }
    var product = a
    product.terms = a.terms.mapValues { $0 * factor }
    product.constant *= factor
    return product
  }

  /// Row-major: the place of an index in a row of numbers.
  static func flat(_ index: [Affine], _ strides: [Int]) -> Affine {
    zip(index, strides).reduce(.zero) { $0 + $1.0 * $1.1 }
  }

  /// The index along each axis of `shape`, where loop variables split as the axes do; nil where they do not.
  func split(_ shape: [Int], extents: [Int]) -> [Affine]? {
    var rest = self
    var index: [Affine] = []
    var stride = shape.reduce(1, *)
    for size in shape {
      stride /= max(size, 1)
      var axis = Affine(constant: rest.constant / stride)
      for (variable, coefficient) in rest.terms where coefficient % stride == 0 {
        axis.terms[variable] = coefficient / stride
      }
      rest.constant %= stride
      rest.terms = rest.terms.filter { $0.value % stride != 0 }
      guard axis.largest(extents) < max(size, 1), rest.largest(extents) < stride else { return nil }
      index.append(axis)
    }
    return index
  }

  private func largest(_ extents: [Int]) -> Int {
    terms.reduce(constant) { $0 + $1.value * max(extents[$1.key] - 1, 0) }
  }
}
