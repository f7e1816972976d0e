/// The functions of the language, as they are written.
///
/// `signature` says what each takes; what it gives stands in `Elaborator+Functions`.
enum Builtin: String, CaseIterable {
  // Where values come from, and how they travel.
  case getVertex = "get_vertex"
  case getEdge = "get_edge"
  case transform
  case messagePassing = "message_passing"
  case family

  // Edge sets.
  case withSelfLoops = "with_self_loops"
  case withoutSelfLoops = "without_self_loops"
  case reverse, undirected
  case inDegree = "in_degree"
  case withLoops = "with_loops"
  case selfLoop = "self_loop"
  case sourceType = "source_type"
  case targetType = "target_type"

  // Static.
  case count, length, floor

  // One number at a time.
  case relu
  case leakyRelu = "leaky_relu"
  case elu, selu, sigmoid, tanh, gelu
  case geluTanh = "gelu_tanh"
  case silu, softplus, exp, log, sqrt, rsqrt, abs, sin, cos, erf, expm1, log1p
  case isNaN = "is_nan"
  case pow, clamp
  case choose = "where"

  // Along the axes of a row.
  case sum, mean, max, min, softmax
  case logSoftmax = "log_softmax"
  case norm2, dot, linear, matmul, concat, stack, reshape, permute, transpose, broadcast, lookup, scatter,
    zeros, ones
}

extension Builtin {
  /// What a function takes: what it needs, by position or name; what it may be given; what goes by name alone.
  struct Signature {
    var required: [String] = []
    var optional: [String] = []
    var named: [String] = []
    /// Takes any number of further values by position.
    var isOpen = false
  }

  var signature: Signature {
    switch self {
    case .getVertex, .getEdge: Signature(required: ["feature"])
    case .transform, .messagePassing, .family: Signature(isOpen: true)
    case .withSelfLoops, .withoutSelfLoops, .reverse, .undirected, .inDegree, .sourceType, .targetType:
      Signature(required: ["edges"])
    case .withLoops: Signature(required: ["value", "fill"])
    case .selfLoop: Signature(required: ["value"], optional: ["otherwise"])
    case .count: Signature(required: ["type"])
    case .length: Signature(required: ["list"])
    case .relu, .selu, .sigmoid, .tanh, .gelu, .geluTanh, .silu, .exp, .log, .sqrt, .rsqrt, .abs, .sin, .cos,
      .erf,
      .expm1, .log1p, .isNaN, .floor, .transpose:
      Signature(required: ["x"])
    case .leakyRelu: Signature(required: ["x"], optional: ["slope"])
    case .elu: Signature(required: ["x"], optional: ["alpha"])
    case .softplus: Signature(required: ["x"], optional: ["beta", "threshold"])
    case .pow: Signature(required: ["x", "exponent"])
    case .clamp: Signature(required: ["x"], optional: ["low", "high"])
    case .choose: Signature(required: ["condition", "yes", "no"])
    case .sum, .mean: Signature(required: ["x"], named: ["axis", "keep"])
    case .max, .min: Signature(required: ["x"], optional: ["y"], named: ["axis", "keep"])
    case .softmax, .logSoftmax: Signature(required: ["x"], named: ["axis"])
    case .norm2: Signature(required: ["x"], named: ["axis", "keep"])
    case .dot: Signature(required: ["a", "b"])
    case .linear: Signature(required: ["x", "weight"], optional: ["bias"])
    case .matmul: Signature(required: ["x", "weight"])
    case .concat, .stack: Signature(named: ["axis"], isOpen: true)
    case .reshape, .broadcast: Signature(required: ["x", "shape"])
    case .permute: Signature(required: ["x", "order"])
    case .lookup: Signature(required: ["table", "index"])
    case .scatter: Signature(required: ["x", "index", "classes"])
    case .zeros, .ones: Signature(named: [])
    }
  }
}

extension Builtin {
  /// Whether it makes a value of one value alone, of the same shape: an activation.
  var isOfOneValue: Bool {
    switch self {
    case .relu, .leakyRelu, .elu, .selu, .sigmoid, .tanh, .gelu, .geluTanh, .silu, .softplus, .exp, .log,
      .sqrt, .rsqrt,
      .abs, .sin, .cos, .erf, .expm1, .log1p, .softmax, .logSoftmax:
      true
    default: false
    }
  }
}

/// Names that mean something in every text.
let builtinNames: [String] = Builtin.allCases.map(\.rawValue) + ["infinity"]
