import Program

/// Makes attention over several relations from a seed: scores of both ends, one softmax for each target type, a joint sum
/// of values; with maps by relation at either end, on the edges, behind the sum, or none, shared or their own, in graphs
/// of which more or less is known beforehand.
package struct RandomAttention {
  private var noise: Noise
  private var builder: ProgramBuilder
  private let heads: Int
  /// Numbers for each head of keys and values, and of what relations map them to.
  private let width: Int
  private let mappedWidth: Int
  private var keys: [ValueID] = []
  private var values: [ValueID] = []
  private var queries: [ValueID] = []
  private var weights: [[Int]: ValueID] = [:]

  package static func make(seed: UInt64) throws -> Program {
    var attention = RandomAttention(seed: seed)
    try attention.projections()
    for type in attention.types { try attention.attend(type) }
    return attention.builder.program
  }

  private init(seed: UInt64) {
    var noise = Noise(state: seed &* 0x9e37_79b9_7f4a_7c15 | 1)
    func below(_ count: Int) -> Int { Int.random(in: 0..<count, using: &noise) }
    let (types, knows) = (1 + below(3), below(3))
    func count() -> Int? { knows == 0 || below(3) > knows ? nil : [3, 40, 5000][below(3)] }
    let schema = Schema(
      vertexTypes: (0..<types).map { number in
        let x = Schema.Feature(name: "x", element: .f32, shape: [3 + number])
        return .init(name: "type\(number)", features: [x], count: count())
      },
      edgeTypes: (0..<2 + below(4)).map { number in
        let (source, target) = (VertexTypeID(below(types)), VertexTypeID(below(types)))
        return .init(name: "relation\(number)", source: source, target: target, features: [], count: count())
      })
    builder = ProgramBuilder(schema: schema)
    heads = 1 + below(3)
    width = 2 + below(4)
    mappedWidth = below(2) == 0 ? width : 1 + below(6)
    self.noise = noise
  }

  private var types: [VertexTypeID] { builder.program.schema.vertexTypes.indices.map(VertexTypeID.init) }

  private mutating func below(_ count: Int) -> Int { Int.random(in: 0..<count, using: &noise) }

  private mutating func parameter(_ shape: [Int]) throws -> ValueID {
    let key = "w\(builder.program.parameters.count)"
    return try builder.parameter(Parameter(keys: [key], shape: shape.map { .size($0) }))
  }

  /// A matrix for each head, often one that another relation has as well.
  private mutating func matrices(_ outputs: Int, _ inputs: Int) throws -> ValueID {
    let key = [outputs, inputs, below(4)]
    if let known = weights[key] { return known }
    weights[key] = try parameter([heads, outputs, inputs])
    return weights[key]!
  }

  /// Keys, values and queries of each type; values are now and then the keys.
  private mutating func projections() throws {
    let (outputs, isShared) = (heads * width, below(4) == 0)
    for type in types {
      let x = try builder.feature(0, of: type)
      let inputs = builder.type(x).width
      let both = try builder.linear(x, parameter([2 * outputs, inputs]))
      let parts = try (0..<2).map { part in
        let half = try builder.slice(both, axis: 0, lower: part * outputs, upper: (part + 1) * outputs)
        return try builder.reshape(half, to: [heads, width])
      }
      keys.append(parts[0])
      values.append(isShared ? parts[0] : parts[1])
      let query = try builder.linear(x, parameter([outputs, inputs]))
      queries.append(try builder.reshape(query, to: [heads, width]))
    }
  }

  private mutating func attend(_ type: VertexTypeID) throws {
    let schema = builder.program.schema
    let sets = schema.edgeTypes.indices.map { EdgeSet(EdgeTypeID($0)) }.filter {
      schema.target(of: $0) == type
    }
    guard !sets.isEmpty else { return }
    let scores = try sets.map { try score($0) }
    let top = try builder.reduce(.max, scores)
    var powers: [ValueID] = []
    for (score, set) in zip(scores, sets) {
      powers.append(
        try builder.unary(.exponential, builder.binary(.subtract, score, builder.target(top, set))))
    }
    let sum = try builder.binary(.add, builder.reduce(.sum, powers), builder.literal(1e-16))
    let inner = below(3) == 0 ? width : mappedWidth
    var messages: [ValueID] = []
    for (power, set) in zip(powers, sets) {
      let alpha = try builder.binary(.divide, power, builder.target(sum, set))
      let column = try builder.reshape(alpha, to: [heads, 1])
      messages.append(try builder.binary(.multiply, column, message(set, inner)))
    }
    var result = try builder.reduce(.sum, messages)
    if below(3) == 0 { result = try builder.linear(result, matrices(mappedWidth, inner), batch: 1) }
    builder.output("y\(type.number)", result)
  }

  /// A dot product of both ends for each head.
  private mutating func score(_ set: EdgeSet) throws -> ValueID {
    let schema = builder.program.schema
    let (k, q) = (keys[schema.source(of: set).number], queries[schema.target(of: set).number])
    let factors: [ValueID]
    switch below(4) {
    case 0: factors = [try builder.target(q, set), try builder.source(k, set)]
    case 1:
      let turned = try builder.linear(q, matrices(width, width), batch: 1)
      factors = [try builder.target(turned, set), try builder.source(k, set)]
    default:
      factors = [try builder.target(q, set), try mapped(k, set, width)]
    }
    let product = try builder.binary(.multiply, factors[0], factors[1])
    let score = try builder.reduceAxis(.sum, product, axis: 1)
    return below(2) == 0 ? score : try builder.binary(.multiply, score, parameter([heads]))
  }

  /// A row of the source, mapped at the source or on the edge.
  private mutating func mapped(_ x: ValueID, _ set: EdgeSet, _ outputs: Int) throws -> ValueID {
    let weights = try matrices(outputs, width)
    return below(3) == 0
      ? try builder.linear(builder.source(x, set), weights, batch: 1)
      : try builder.source(builder.linear(x, weights, batch: 1), set)
  }

  private mutating func message(_ set: EdgeSet, _ outputs: Int) throws -> ValueID {
    let v = values[builder.program.schema.source(of: set).number]
    return outputs == width && below(3) == 0 ? try builder.source(v, set) : try mapped(v, set, outputs)
  }
}
