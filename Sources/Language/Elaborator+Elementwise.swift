import Diagnostics
import Foundation
import Program

/// Functions of one number at a time. What the IR lacks is put together here as PyTorch computes it, so that NaN and
/// infinity come out alike.
extension Elaborator {
  mutating func elementwise(_ function: Builtin, _ call: Matched) -> Value {
    let given = call["x"]!
    if let number = given.value.real, let result = fixed(function, number) { return .number(result) }
    guard let x = tensor(given, function) else { return .poison }
    guard x.type.element == .f32 else { return report(.notReal(given.span, x)) }
    let span = call.span
    switch function {
    case .relu: return unary(.relu, x, span)
    case .sigmoid: return unary(.sigmoid, x, span)
    case .tanh: return unary(.tanh, x, span)
    case .exp: return unary(.exponential, x, span)
    case .log: return unary(.logarithm, x, span)
    case .sqrt: return unary(.squareRoot, x, span)
    case .abs: return unary(.absolute, x, span)
    case .sin: return unary(.sine, x, span)
    case .cos: return unary(.cosine, x, span)
    case .erf: return unary(.erf, x, span)
    case .expm1: return unary(.expm1, x, span)
    case .log1p: return unary(.log1p, x, span)
    case .isNaN: return unary(.isNaN, x, span)
    case .leakyRelu:
      guard let slope = number(call["slope"], 0.01, function) else { return .poison }
      return unary(.leakyRelu(slope: slope), x, span)
    case .elu:
      guard let alpha = number(call["alpha"], 1, function) else { return .poison }
      return compute(span) { $0.elu(x.id, alpha) }
    case .selu:
      return compute(span) { make in
        make.multiply(
          make.literal(1.0507009873554804934193349852946), make.elu(x.id, 1.6732632423543772848170429916717))
      }
    case .softplus:
      guard let beta = number(call["beta"], 1, function),
        let threshold = number(call["threshold"], 20, function)
      else {
        return .poison
      }
      return compute(span) { $0.softplus(x.id, beta, threshold) }
    case .rsqrt: return compute(span) { make in make.unary(.reciprocal, make.unary(.squareRoot, x.id)) }
    case .silu: return compute(span) { make in make.multiply(x.id, make.unary(.sigmoid, x.id)) }
    case .gelu: return compute(span) { $0.gelu(x.id) }
    case .geluTanh: return compute(span) { $0.geluTanh(x.id) }
    default: return .poison
    }
  }

  /// The function of a static number, where there is one: `1 / sqrt(width)` is a number before the program begins.
  private func fixed(_ function: Builtin, _ x: Double) -> Double? {
    switch function {
    case .sqrt: x.squareRoot()
    case .rsqrt: 1 / x.squareRoot()
    case .exp: exp(x)
    case .log: log(x)
    case .abs: abs(x)
    case .log1p: log1p(x)
    case .expm1: expm1(x)
    default: nil
    }
  }

  private mutating func number(_ given: Given?, _ fallback: Double, _ function: Builtin) -> Double? {
    guard let given else { return fallback }
    if let number = given.value.real { return number }
    wrong(given, function, "a static number")
    return nil
  }

  mutating func power(_ call: Matched) -> Value {
    let (base, exponent) = (call["x"]!, call["exponent"]!)
    if let x = base.value.real, let y = exponent.value.real {
      let result = Foundation.pow(x, y)
      if base.value.whole != nil, exponent.value.whole != nil, let whole = Value.number(result).whole {
        return .integer(whole)
      }
      return .number(result)
    }
    guard let x = tensor(base, .pow), let y = tensor(exponent, .pow) else { return .poison }
    return binary(.power, x, y, call.span, call.span)
  }

  mutating func clamp(_ call: Matched) -> Value {
    guard var value = tensor(call["x"]!, .clamp) else { return .poison }
    for (name, operation) in [("low", Binary.maximum), ("high", .minimum)] {
      guard let given = call[name] else { continue }
      guard let bound = tensor(given, .clamp),
        case .tensor(let clamped) = binary(operation, value, bound, given.span, call.span)
      else { return .poison }
      value = clamped
    }
    return .tensor(value)
  }

  mutating func choose(_ call: Matched) -> Value {
    guard let condition = tensor(call["condition"]!, .choose), let yes = tensor(call["yes"]!, .choose),
      let no = tensor(call["no"]!, .choose)
    else { return .poison }
    return select(condition, yes, no, call.span, call.span)
  }

  mutating func ofTwo(_ function: Builtin, _ call: Matched) -> Value {
    let (first, second) = (call["x"]!, call["y"]!)
    if let unneeded = call["axis"] ?? call["keep"] { return report(.functionForm(unneeded.span, function)) }
    if let x = first.value.real, let y = second.value.real {
      let takesFirst = function == .max ? x >= y : x <= y
      return takesFirst ? first.value : second.value
    }
    guard let x = tensor(first, function), let y = tensor(second, function) else { return .poison }
    return binary(function == .max ? .maximum : .minimum, x, y, call.span, call.span)
  }
}

extension Formula {
  private mutating func scaled(_ x: ValueID?, by factor: Double) -> ValueID? {
    factor == 1 ? x : multiply(literal(factor), x)
  }

  fileprivate mutating func elu(_ x: ValueID, _ alpha: Double) -> ValueID? {
    select(less(literal(0), x), x, scaled(unary(.expm1, x), by: alpha))
  }

  /// log(1 + exp(beta x)) / beta, and x itself where beta x is above the threshold.
  fileprivate mutating func softplus(_ x: ValueID, _ beta: Double, _ threshold: Double) -> ValueID? {
    let scaled = beta == 1 ? x : multiply(x, literal(beta))
    let smooth = unary(.log1p, unary(.exponential, scaled))
    return select(less(literal(threshold), scaled), x, beta == 1 ? smooth : divide(smooth, literal(beta)))
  }

  /// x / 2 (1 + erf(x / sqrt 2))
  fileprivate mutating func gelu(_ x: ValueID) -> ValueID? {
    let bell = add(unary(.erf, multiply(x, literal(0.5.squareRoot()))), literal(1))
    return multiply(multiply(x, literal(0.5)), bell)
  }

  /// x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))
  fileprivate mutating func geluTanh(_ x: ValueID) -> ValueID? {
    let cube = multiply(multiply(x, x), x)
    let inner = multiply(literal((2 / Double.pi).squareRoot()), add(x, multiply(literal(0.044715), cube)))
    return multiply(multiply(x, literal(0.5)), add(unary(.tanh, inner), literal(1)))
  }
}
