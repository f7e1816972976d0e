import Program

/// Makes small well-typed programs from a seed: two vertex types, three edge types, and steps as models have them.
package struct RandomProgram {
  var noise: Noise
  var builder: ProgramBuilder
  /// Values over vertices, edges and constants that a step may read.
  var pool: [ValueID] = []
  private let breadth: Breadth

  /// Which operations steps are made of.
  package enum Breadth: Sendable {
    /// Those that passes rewrite.
    case usual
    /// All that the language has.
    case all
  }

  private static let schema = Schema(
    vertexTypes: [
      .init(
        name: "paper",
        features: [
          .init(name: "x", element: .f32, shape: [4]), .init(name: "s", element: .f32, shape: []),
          .init(name: "kind", element: .i32, shape: []),
        ]),
      .init(name: "author", features: [.init(name: "x", element: .f32, shape: [4])]),
    ],
    edgeTypes: [
      .init(
        name: "cites", source: VertexTypeID(0), target: VertexTypeID(0),
        features: [
          .init(name: "weight", element: .f32, shape: []), .init(name: "relation", element: .i64, shape: []),
        ]),
      .init(name: "likes", source: VertexTypeID(0), target: VertexTypeID(0), features: []),
      .init(
        name: "writes", source: VertexTypeID(1), target: VertexTypeID(0),
        features: [.init(name: "share", element: .f32, shape: [2])]),
    ])

  package static func make(seed: UInt64, steps: Int = 24, breadth: Breadth = .usual) throws -> Program {
    var random = RandomProgram(seed: seed, breadth)
    try random.leaves()
    for _ in 0..<steps { try random.step() }
    return try random.finish()
  }

  private init(seed: UInt64, _ breadth: Breadth) {
    self.breadth = breadth
    noise = Noise(state: seed &* 0x9e37_79b9_7f4a_7c15 | 1)
    builder = ProgramBuilder(schema: RandomProgram.schema)
  }

  mutating func below(_ count: Int) -> Int { Int.random(in: 0..<count, using: &noise) }

  mutating func pick<T>(_ choices: [T]) -> T? {
    choices.isEmpty ? nil : choices[below(choices.count)]
  }

  /// Integers of the schema's features lie below.
  static let classes = 3

  func type(_ value: ValueID) -> Type { builder.type(value) }

  private mutating func leaves() throws {
    pool.append(try builder.feature(0, of: VertexTypeID(0)))
    pool.append(try builder.feature(1, of: VertexTypeID(0)))
    pool.append(try builder.feature(0, of: VertexTypeID(1)))
    pool.append(try builder.feature(0, of: EdgeTypeID(0)))
    pool.append(try builder.feature(0, of: EdgeTypeID(2)))
    pool.append(try builder.inDegree(EdgeSet(EdgeTypeID(0))))
    pool.append(try builder.literal(Double(below(5)) / 2 - 1))
    pool.append(try parameter([4]))
  }

  mutating func parameter(_ shape: [Int]) throws -> ValueID {
    let key = "w\(builder.program.parameters.count)"
    return try builder.parameter(Parameter(keys: [key], shape: shape.map { .size($0) }))
  }

  private mutating func step() throws {
    let made: ValueID?
    switch below(breadth == .all ? 23 : 12) {
    case 0, 1: made = try toEdges()
    case 2, 3, 4: made = try reduced()
    case 5: made = try mapped()
    case 6, 7, 8: made = try combined()
    case 9: made = try moved()
    case 10, 11: made = try function()
    case 12: made = try normalized()
    case 13: made = try rewired()
    case 14: made = try chosen()
    case 15: made = try batched()
    case 16: made = try overGraph()
    case 17, 18: made = try indexed()
    case 19, 20: made = try weightByVertex()
    case 21: made = try walked()
    default: made = try curved()
    }
    guard let made, type(made).width <= 64 else { return }
    pool.append(made)
    // What is new is read more often.
    pool.append(made)
  }

  private mutating func toEdges() throws -> ValueID? {
    guard let x = pick(pool.filter { type($0).space.isOverVertices }),
      case .vertices(let vertices) = type(x).space
    else { return nil }
    var set = EdgeSet(EdgeTypeID(vertices.number == 1 ? 2 : below(3)))
    if set.type.number < 2 {
      set.direction = pick(EdgeSet.Direction.allCases)!
      set.loops = pick(EdgeSet.Loops.allCases)!
      // Most values over one set, so that they meet.
      if below(3) > 0 { set = EdgeSet(EdgeTypeID(0)) }
    }
    let schema = builder.program.schema
    if schema.source(of: set) == vertices && (schema.target(of: set) != vertices || below(3) > 0) {
      return try builder.source(x, set)
    }
    return schema.target(of: set) == vertices ? try builder.target(x, set) : nil
  }

  private mutating func reduced() throws -> ValueID? {
    guard let x = pick(pool.filter { type($0).space.isOverEdges }) else { return nil }
    let function = pick([.sum, .sum, .sum, .max, .min, .product] as [Reduction])!
    let schema = builder.program.schema
    guard case .edges(let set) = type(x).space else { return nil }
    let others = pool.filter {
      if case .edges(let other) = type($0).space {
        return schema.target(of: other) == schema.target(of: set) && type($0).shape == type(x).shape
      }
      return false
    }
    let joint = below(4) == 0 ? pick(others).map { [x, $0] } ?? [x] : [x]
    return try builder.reduce(function, joint)
  }

  private mutating func mapped() throws -> ValueID? {
    let rows = pool.filter { !type($0).shape.isEmpty && type($0).space != .constant }
    guard let x = pick(rows) else { return nil }
    return try builder.linear(x, parameter([1 + below(6), type(x).shape.last!]))
  }

  private mutating func combined() throws -> ValueID? {
    guard let a = pick(pool) else { return nil }
    let fits = pool.filter { b in
      let spaces = Set([type(a).space, type(b).space]).subtracting([.constant])
      return spaces.count < 2 && Shape.broadcast(type(a).shape, type(b).shape) != nil
    }
    guard let b = pick(fits) else { return nil }
    if below(6) == 0, type(a).shape == type(b).shape, let axis = type(a).shape.indices.last {
      return try builder.concat([a, b], axis: axis)
    }
    if below(8) == 0 {
      return try builder.select(builder.binary(.less, a, b), a, b)
    }
    let functions: [Binary] = [.add, .subtract, .multiply, .multiply, .divide, .maximum]
    return try builder.binary(pick(functions)!, a, b)
  }

  private mutating func moved() throws -> ValueID? {
    guard let x = pick(pool.filter { !type($0).shape.isEmpty }) else { return nil }
    let (shape, width) = (type(x).shape, type(x).width)
    switch below(4) {
    case 0: return try builder.reshape(x, to: width % 2 == 0 ? [2, width / 2] : [width])
    case 1: return try builder.permute(x, Array(shape.indices.reversed()))
    case 2:
      let size = shape[shape.count - 1]
      let lower = below(size)
      return try builder.slice(x, axis: shape.count - 1, lower: lower, upper: lower + 1 + below(size - lower))
    default: return try builder.reduceAxis(pick([.sum, .max, .min])!, x, axis: below(shape.count))
    }
  }

  private mutating func function() throws -> ValueID? {
    guard let x = pick(pool) else { return nil }
    let functions: [Unary] = [
      .relu, .leakyRelu(slope: 0.2), .tanh, .sigmoid, .absolute, .negate, .leakyRelu(slope: -0.5),
    ]
    return try builder.unary(pick(functions)!, x)
  }

  private mutating func finish() throws -> Program {
    let results = builder.program.values.reversed().filter {
      type($0).space.isOverVertices && type($0).element == .f32
    }
    for (number, value) in results.prefix(3).enumerated() { builder.output("y\(number)", value) }
    let overEdges = builder.program.values.last {
      if case .edges(let set) = type($0).space {
        type($0).element == .f32 && set.direction != .undirected
      } else {
        false
      }
    }
    if let overEdges, below(3) == 0 { builder.output("e", overEdges) }
    if let whole = builder.program.values.last(where: { type($0).space == .graph }), below(2) == 0 {
      builder.output("g", whole)
    }
    return builder.program
  }
}

extension Space {
  var isOverVertices: Bool { if case .vertices = self { true } else { false } }
  var isOverEdges: Bool { if case .edges = self { true } else { false } }
}
