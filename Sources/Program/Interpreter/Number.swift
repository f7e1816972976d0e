import Glibc

/// What the interpreter computes with: plain doubles, or doubles that carry a bound on the error of compiled code.
///
/// Booleans are 0 and 1, integers are themselves.
package protocol InterpretedNumber: Sendable, Equatable {
  var value: Double { get }

  /// A literal, a feature's or a weight's number, which compiled code holds as `element`.
  init(_ value: Double, as element: Element)
  static func apply(_ function: Unary, _ a: Self) -> Self
  static func apply(_ function: Binary, _ a: Self, _ b: Self) -> Self
  static func select(_ condition: Self, _ yes: Self, _ no: Self) -> Self
  /// As it comes out of a bfloat16.
  static func bfloat16(_ a: Self) -> Self
  /// In the order given; 0 of none.
  static func sum(_ terms: [Self]) -> Self
  /// The sum of a[i] * b[i].
  static func dot(_ a: ArraySlice<Self>, _ b: ArraySlice<Self>) -> Self
}

extension InterpretedNumber {
  package static func dot(_ a: ArraySlice<Self>, _ b: ArraySlice<Self>) -> Self {
    sum(zip(a, b).map { apply(.multiply, $0, $1) })
  }

  /// One number from many, which are at least one for `max` and `min`.
  static func reduce(_ function: AxisReduction, _ terms: [Self]) -> Self {
    switch function {
    case .sum: sum(terms)
    case .max: terms.dropFirst().reduce(terms[0]) { apply(.maximum, $0, $1) }
    case .min: terms.dropFirst().reduce(terms[0]) { apply(.minimum, $0, $1) }
    }
  }

  /// One number from the messages of a target's in-edges: 0 of none, or 1 for a product.
  static func reduce(_ function: Reduction, _ terms: [Self]) -> Self {
    switch function {
    case .sum: sum(terms)
    case .max: terms.isEmpty ? Self(0, as: .f32) : reduce(AxisReduction.max, terms)
    case .min: terms.isEmpty ? Self(0, as: .f32) : reduce(AxisReduction.min, terms)
    case .product: terms.reduce(Self(1, as: .f32)) { apply(.multiply, $0, $1) }
    }
  }
}

extension Double: InterpretedNumber {
  package var value: Double { self }

  package init(_ value: Double, as element: Element) { self = value }

  package static func apply(_ function: Unary, _ a: Double) -> Double {
    switch function {
    case .negate: -a
    case .absolute: abs(a)
    case .exponential: exp(a)
    case .logarithm: log(a)
    case .squareRoot: a.squareRoot()
    case .reciprocal: 1 / a
    case .sine: sin(a)
    case .cosine: cos(a)
    case .tanh: Glibc.tanh(a)
    case .sigmoid: 1 / (1 + exp(-a))
    case .erf: Glibc.erf(a)
    case .expm1: Glibc.expm1(a)
    case .log1p: Glibc.log1p(a)
    case .relu: a < 0 ? 0 : a
    case .leakyRelu(let slope): a > 0 ? a : slope * a
    case .isNaN: a.isNaN ? 1 : 0
    }
  }

  package static func apply(_ function: Binary, _ a: Double, _ b: Double) -> Double {
    switch function {
    case .add: a + b
    case .subtract: a - b
    case .multiply: a * b
    case .divide: a / b
    case .power: pow(a, b)
    case .maximum: a.isNaN || b.isNaN ? .nan : (a < b ? b : a)
    case .minimum: a.isNaN || b.isNaN ? .nan : (b < a ? b : a)
    case .less: a < b ? 1 : 0
    case .lessOrEqual: a <= b ? 1 : 0
    case .equal: a == b ? 1 : 0
    }
  }

  package static func select(_ condition: Double, _ yes: Double, _ no: Double) -> Double {
    condition != 0 ? yes : no
  }

  package static func bfloat16(_ a: Double) -> Double {
    guard a.isFinite, a != 0 else { return a }
    let step = Double(sign: .plus, exponent: max(a.exponent, -126) - 7, significand: 1)
    let rounded = (a / step).rounded(.toNearestOrEven) * step
    return abs(rounded) > 0x1.FEp127 ? (a < 0 ? -.infinity : .infinity) : rounded
  }

  package static func sum(_ terms: [Double]) -> Double { terms.reduce(0, +) }

  package static func dot(_ a: ArraySlice<Double>, _ b: ArraySlice<Double>) -> Double {
    var sum = 0.0
    for (x, y) in zip(a, b) { sum += x * y }
    return sum
  }
}
