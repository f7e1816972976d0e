// The word that stands for each operation in a program's text form.

extension Operation {
  /// The operation's word; what else it carries follows its operands.
  package var word: String {
    switch self {
    case .feature: "feature"
    case .parameter: "parameter"
    case .literal: "literal"
    case .inDegree: "in_degree"
    case .vertexCount: "vertex_count"
    case .source: "source"
    case .target: "target"
    case .view: "view"
    case .withLoops: "with_loops"
    case .selfLoop: "self_loop"
    case .reduce(let function): "incoming.\(function.rawValue)"
    case .reduceGraph(let function): "graph.\(function.rawValue)"
    case .lstm: "incoming.lstm"
    case .unary(let function): function.word
    case .binary(let function): function.word
    case .select: "select"
    case .linear: "linear"
    case .reduceAxis(let function, _): function.rawValue
    case .reshape: "reshape"
    case .permute: "permute"
    case .slice: "slice"
    case .concat: "concat"
    case .broadcast: "broadcast"
    case .lookup: "lookup"
    case .scatter: "scatter"
    }
  }
}

extension Unary {
  package var word: String {
    switch self {
    case .negate: "negate"
    case .absolute: "abs"
    case .exponential: "exp"
    case .logarithm: "log"
    case .squareRoot: "sqrt"
    case .reciprocal: "reciprocal"
    case .sine: "sin"
    case .cosine: "cos"
    case .tanh: "tanh"
    case .sigmoid: "sigmoid"
    case .erf: "erf"
    case .expm1: "expm1"
    case .log1p: "log1p"
    case .relu: "relu"
    case .leakyRelu: "leaky_relu"
    case .isNaN: "is_nan"
    }
  }

  /// Every function, `leakyRelu` with this slope.
  package static func all(slope: Double) -> [Unary] {
    [
      .negate, .absolute, .exponential, .logarithm, .squareRoot, .reciprocal, .sine, .cosine,
      .tanh, .sigmoid, .erf, .expm1, .log1p, .relu, .leakyRelu(slope: slope), .isNaN,
    ]
  }
}

extension Binary {
  package var word: String {
    switch self {
    case .add, .subtract, .multiply, .divide, .power, .maximum, .minimum, .less, .equal: rawValue
    case .lessOrEqual: "less_or_equal"
    }
  }
}
