import Glibc

/// A number and how far compiled single-precision code may be from it.
///
/// Running error analysis after Higham, Accuracy and Stability of Numerical Algorithms, chapters 2 to 4, to first order:
/// every operation adds its own rounding to what it inherits, and a sum of n terms n roundings of the sum of their
/// magnitudes, so that its order does not matter. `error` is infinite where nothing can be said: beside a jump, a pole
/// or the largest float. An infinite value or a NaN with a finite error is certain: compiled code must give the same.
/// A bound says nothing of a program rewritten by passes: compare with the bound of the rewritten one.
package struct Bounded: Hashable, Sendable, InterpretedNumber {
  package let value: Double
  package let error: Double

  /// Half the distance between 1 and the next float.
  private static let unit = 0x1p-24
  /// Half the smallest float, what rounding loses near zero.
  private static let tiny = 0x1p-150

  init(value: Double, error: Double) {
    self.value = value
    // What may overflow is lost; what cannot be told is lost.
    let overflows = value.isFinite && abs(value) + error > Double(Float.greatestFiniteMagnitude)
    self.error = overflows || error.isNaN ? .infinity : error
  }

  package init(_ value: Double, as element: Element) {
    let error = element == .f32 && value.isFinite ? abs(Double(Float(value)) - value) : 0
    self.init(value: value, error: error)
  }

  private var low: Double { value - error }
  private var high: Double { value + error }
  private var isExact: Bool { error == 0 }
  private var mayBeZero: Bool { abs(value) <= error || value == 0 }
  private static let unknown = Double.infinity

  /// What rounding a result to single precision costs; `times` is for functions that round more than once.
  private static func rounding(_ value: Double, times: Double = 1) -> Double {
    value == 0 || !value.isFinite ? 0 : times * (unit * abs(value) + tiny)
  }

  /// A correctly rounded result of operands which are known exactly.
  private static func exact(_ value: Double) -> Bounded {
    Bounded(value: value, error: value.isFinite ? abs(Double(Float(value)) - value) : 0)
  }

  package static func select(_ condition: Bounded, _ yes: Bounded, _ no: Bounded) -> Bounded {
    let (taken, other) = condition.value != 0 ? (yes, no) : (no, yes)
    if condition.isExact { return taken }
    return Bounded(
      value: taken.value, error: max(taken.error, abs(taken.value - other.value) + other.error))
  }

  /// Half the distance between 1 and the next bfloat16, and half the smallest bfloat16.
  private static let halfUnit = 0x1p-8
  private static let halfTiny = 0x1p-134
  /// From here on a bfloat16 is infinite.
  private static let halfOverflow = 0x1.FFp127

  package static func bfloat16(_ a: Bounded) -> Bounded {
    guard a.value.isFinite, a.error < .infinity, a.value != 0 || !a.isExact else { return a }
    if a.isExact { return Bounded(value: a.value, error: abs(Double.bfloat16(a.value) - a.value)) }
    let largest = abs(a.value) + a.error
    guard largest < halfOverflow else { return Bounded(value: a.value, error: unknown) }
    return Bounded(value: a.value, error: a.error + halfUnit * largest + halfTiny)
  }

  package static func sum(_ terms: [Bounded]) -> Bounded {
    let value = terms.reduce(0) { $0 + $1.value }
    let magnitude = terms.reduce(0) { $0 + abs($1.value) }
    let inherited = terms.reduce(0) { $0 + $1.error }
    guard value.isFinite else {
      // Infinite because a term is, or because the double sum overflowed.
      let certain = terms.contains { !$0.value.isFinite }
      return Bounded(value: value, error: certain && inherited < .infinity ? 0 : unknown)
    }
    guard magnitude + inherited < Double(Float.greatestFiniteMagnitude) else {
      return Bounded(value: value, error: unknown)
    }
    // Whole numbers add without rounding as long as they stay small: degrees, counts.
    let whole = terms.allSatisfy { $0.isExact && $0.value == $0.value.rounded() }
    if terms.count <= 1 || (whole && magnitude <= 0x1p24) {
      return Bounded(value: value, error: inherited)
    }
    let roundings = Double(terms.count - 1) * rounding(magnitude)
    return Bounded(value: value, error: inherited + roundings)
  }
}

// MARK: - Functions of one number

extension Bounded {
  package static func apply(_ function: Unary, _ a: Bounded) -> Bounded {
    let value = Double.apply(function, a.value)
    // Every function but the step of a NaN test is constant at NaN and at a certain infinity.
    if a.value.isNaN || (a.value.isInfinite && function != .reciprocal) {
      return Bounded(value: value, error: a.error < .infinity ? 0 : unknown)
    }
    guard a.error < .infinity else { return Bounded(value: value, error: unknown) }
    let inherited = a.error == 0 ? 0 : spread(function, a, value)
    let error = inherited + rounding(value, times: roundings(function))
    return Bounded(value: value, error: value.isFinite ? error : (inherited == 0 ? 0 : unknown))
  }

  /// How far the results of all numbers within the error of a lie from `value`.
  private static func spread(_ function: Unary, _ a: Bounded, _ value: Double) -> Double {
    switch function {
    case .negate, .absolute, .relu, .tanh, .sine, .cosine: a.error
    case .exponential: value * Glibc.expm1(a.error)
    case .expm1: exp(a.value) * Glibc.expm1(a.error)
    case .logarithm: a.low > 0 ? -Glibc.log1p(-a.error / a.value) : unknown
    case .log1p: a.low > -1 ? -Glibc.log1p(-a.error / (1 + a.value)) : unknown
    case .squareRoot:
      a.low >= 0 ? a.error / (value + a.low.squareRoot()) : unknown
    case .reciprocal: a.mayBeZero ? unknown : a.error / (abs(a.value) * (abs(a.value) - a.error))
    case .sigmoid: min(a.error / 4, value * Glibc.expm1(a.error))
    case .erf: a.error * 2 / Double.pi.squareRoot()
    case .leakyRelu(let slope): a.error * max(1, abs(slope))
    case .isNaN: 0
    }
  }

  /// How many roundings compiled code may be off by.
  private static func roundings(_ function: Unary) -> Double {
    switch function {
    case .negate, .absolute, .relu, .isNaN: 0
    case .squareRoot, .reciprocal: 1
    // The slope is rounded as well.
    case .leakyRelu: 2
    case .exponential, .logarithm, .tanh, .sigmoid, .erf, .expm1, .log1p: 8
    // Of large angles little is left in single precision.
    case .sine, .cosine: 8
    }
  }
}

// MARK: - Functions of two numbers

extension Bounded {
  package static func apply(_ function: Binary, _ a: Bounded, _ b: Bounded) -> Bounded {
    let value = Double.apply(function, a.value, b.value)
    switch function {
    case .less, .lessOrEqual, .equal: return compare(value, a, b)
    case .maximum, .minimum: return extreme(value, a, b)
    case .add, .subtract, .multiply, .divide, .power: break
    }
    guard a.error < .infinity, b.error < .infinity else {
      return Bounded(value: value, error: unknown)
    }
    if a.isExact && b.isExact && function != .power {
      // The sign of a zero is not followed, so neither is the sign of what is divided by it, except for a plain +0.
      if function == .divide && b.value == 0 && b.value.sign == .minus {
        return Bounded(value: value, error: unknown)
      }
      // Infinite though both are finite: beyond the largest double, or a pole.
      return value.isInfinite && a.value.isFinite && b.value.isFinite && function != .divide
        ? Bounded(value: value, error: unknown) : exact(value)
    }
    guard value.isFinite else {
      return Bounded(value: value, error: isCertain(function, a, b) ? 0 : unknown)
    }
    let inherited = spread(function, a, b, value)
    return Bounded(
      value: value, error: inherited + rounding(value, times: function == .power ? 16 : 1))
  }

  private static func spread(_ function: Binary, _ a: Bounded, _ b: Bounded, _ value: Double)
    -> Double
  {
    switch function {
    case .add, .subtract: return a.error + b.error
    case .multiply: return abs(a.value) * b.error + abs(b.value) * a.error + a.error * b.error
    case .divide:
      if b.value.isInfinite { return 0 }
      guard !b.mayBeZero else { return unknown }
      return (a.error + abs(value) * b.error) / (abs(b.value) - b.error)
    case .power: return spreadOfPower(a, b, value)
    case .maximum, .minimum, .less, .lessOrEqual, .equal: return 0
    }
  }

  /// The power is monotone in each operand for positive bases, so its corners bound it.
  private static func spreadOfPower(_ a: Bounded, _ b: Bounded, _ value: Double) -> Double {
    if a.isExact && b.isExact { return 0 }
    guard a.low > 0 else {
      let whole = b.isExact && b.value == b.value.rounded() && b.value > 0
      return whole ? abs(b.value) * pow(abs(a.value) + a.error, b.value - 1) * a.error : unknown
    }
    let corners = [a.low, a.high].flatMap { x in [b.low, b.high].map { pow(x, $0) } }
    return corners.map { abs($0 - value) }.max()!
  }

  /// A result that is infinite or NaN, of operands with finite errors: whether it stays so all over those errors.
  private static func isCertain(_ function: Binary, _ a: Bounded, _ b: Bounded) -> Bool {
    if a.value.isNaN || b.value.isNaN { return function != .power }
    switch function {
    case .add, .subtract: return !a.value.isFinite || !b.value.isFinite
    case .multiply:
      return (a.value.isInfinite && (b.isExact || !b.mayBeZero))
        || (b.value.isInfinite && (a.isExact || !a.mayBeZero))
    case .divide: return a.value.isInfinite && !b.mayBeZero
    case .power: return a.isExact && b.isExact
    case .maximum, .minimum, .less, .lessOrEqual, .equal: return true
    }
  }

  private static func compare(_ value: Double, _ a: Bounded, _ b: Bounded) -> Bounded {
    let inherited = a.error + b.error
    if a.value.isNaN || b.value.isNaN {
      return Bounded(value: value, error: inherited < .infinity ? 0 : 1)
    }
    let certain = inherited == 0 || abs(a.value - b.value) > inherited
    return Bounded(value: value, error: certain ? 0 : 1)
  }

  private static func extreme(_ value: Double, _ a: Bounded, _ b: Bounded) -> Bounded {
    if value.isNaN {
      let certain = (a.value.isNaN && a.error < .infinity) || (b.value.isNaN && b.error < .infinity)
      return Bounded(value: value, error: certain ? 0 : unknown)
    }
    // What is out of reach of the other has no say.
    if abs(a.value - b.value) > a.error + b.error {
      return Bounded(value: value, error: value == a.value ? a.error : b.error)
    }
    return Bounded(value: value, error: max(a.error, b.error))
  }
}
