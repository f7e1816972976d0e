import Program

/// Elementwise operations as C expressions.
enum Arithmetic {
  static func unary(_ function: Unary, _ a: String, _ precision: Precision) -> String {
    let single = precision == .single
    switch function {
    case .negate: return "(-\(a))"
    case .absolute: return "\(single ? "__builtin_fabsf" : "fabs")(\(a))"
    case .exponential: return "\(single ? "gnnc_exp" : "exp")(\(a))"
    case .logarithm: return "\(single ? "gnnc_log" : "log")(\(a))"
    case .squareRoot: return "\(single ? "__builtin_sqrtf" : "sqrt")(\(a))"
    case .reciprocal: return "(1.0\(precision.suffix) / \(a))"
    case .sine: return "\(single ? "gnnc_sin" : "sin")(\(a))"
    case .cosine: return "\(single ? "gnnc_cos" : "cos")(\(a))"
    case .tanh: return "\(single ? "gnnc_tanh" : "tanh")(\(a))"
    case .sigmoid: return single ? "gnnc_sigmoid(\(a))" : "(1.0 / (1.0 + exp(-\(a))))"
    case .erf: return "\(single ? "gnnc_erf" : "erf")(\(a))"
    case .expm1: return "\(single ? "gnnc_expm1" : "expm1")(\(a))"
    case .log1p: return "\(single ? "gnnc_log1p" : "log1p")(\(a))"
    case .relu: return single ? "gnnc_relu(\(a))" : "(\(a) < 0 ? 0 : \(a))"
    case .leakyRelu(let slope):
      let factor = precision.literal(slope)
      return single ? "gnnc_leaky(\(a), \(factor))" : "(\(a) > 0 ? \(a) : \(factor) * \(a))"
    case .isNaN: return "(\(a) != \(a))"
    }
  }

  static func binary(_ function: Binary, _ a: String, _ b: String, _ precision: Precision) -> String {
    switch function {
    case .add: return "(\(a) + \(b))"
    case .subtract: return "(\(a) - \(b))"
    case .multiply: return "(\(a) * \(b))"
    case .divide: return "(\(a) / \(b))"
    case .power: return "\(precision == .single ? "gnnc_pow" : "pow")(\(a), \(b))"
    case .maximum: return larger(a, b, precision)
    case .minimum: return smaller(a, b, precision)
    case .less: return "(\(a) < \(b))"
    case .lessOrEqual: return "(\(a) <= \(b))"
    case .equal: return "(\(a) == \(b))"
    }
  }

  /// An operation on registers, with the bits of `unary` and `binary`; nil where there is no short form.
  static func lanes(_ operation: Operation, _ operands: [String]) -> String? {
    switch operation {
    case .unary(.negate): "(-\(operands[0]))"
    case .unary(.relu): "gnnc_relu_lanes(\(operands[0]))"
    case .unary(.leakyRelu(let slope)): "gnnc_leaky_lanes(\(operands[0]), \(Precision.single.literal(slope)))"
    case .binary(.add): "(\(operands[0]) + \(operands[1]))"
    case .binary(.subtract): "(\(operands[0]) - \(operands[1]))"
    case .binary(.multiply): "(\(operands[0]) * \(operands[1]))"
    case .binary(.divide): "(\(operands[0]) / \(operands[1]))"
    default: nil
    }
  }

  static func larger(_ a: String, _ b: String, _ precision: Precision) -> String {
    precision == .single ? "gnnc_max(\(a), \(b))" : "(\(a) > \(b) || \(a) != \(a) ? \(a) : \(b))"
  }

  static func smaller(_ a: String, _ b: String, _ precision: Precision) -> String {
    precision == .single ? "gnnc_min(\(a), \(b))" : "(\(a) < \(b) || \(a) != \(a) ? \(a) : \(b))"
  }
}
