import Program

/// Steps that the passes leave alone and emitted code has to get right.
extension RandomProgram {
  /// A softmax over in-edges, or along an axis.
  mutating func normalized() throws -> ValueID? {
    guard let x = pick(pool.filter { type($0).space.isOverEdges }), case .edges(let set) = type(x).space
    else {
      guard let x = pick(pool.filter { !type($0).shape.isEmpty }) else { return nil }
      let last = type(x).shape.count - 1
      let top = try builder.reduceAxis(.max, x, axis: last)
      let row = try builder.reshape(top, to: type(top).shape + [1])
      return try builder.unary(.exponential, builder.binary(.subtract, x, row))
    }
    let top = try builder.target(builder.reduce(.max, [x]), set)
    let weight = try builder.unary(.exponential, builder.binary(.subtract, x, top))
    let sum = try builder.target(builder.reduce(.sum, [weight]), set)
    return try builder.binary(.divide, weight, sum)
  }

  /// An edge value over a set that differs in its loops or its direction, or the value of a vertex's own loop.
  mutating func rewired() throws -> ValueID? {
    guard let x = pick(pool.filter { type($0).space.isOverEdges }), case .edges(let set) = type(x).space
    else {
      return nil
    }
    var other = set
    let isWithin = builder.program.schema[set.type].source == builder.program.schema[set.type].target
    switch below(3) {
    case 0 where isWithin:
      return try builder.selfLoop(x, otherwise: Double(below(3)))
    case 1 where isWithin:
      other.loops = .removed
      let bare = set.loops == .removed ? x : try builder.view(x, as: other)
      let rows = pool.filter {
        type($0).shape == type(x).shape
          && type($0).space == .vertices(builder.program.schema.target(of: set)) && type($0).element == .f32
      }
      guard let loops = pick(rows) else { return nil }
      return try builder.withLoops(bare, loops: loops)
    default:
      guard set.direction != .undirected else { return nil }
      other.direction = set.direction == .forward ? .reverse : .forward
      return try builder.view(x, as: other)
    }
  }

  /// One of two values, by comparing.
  mutating func chosen() throws -> ValueID? {
    guard let a = pick(pool), let b = pick(pool.filter { type($0) == type(a) }) else { return nil }
    let condition =
      below(3) == 0
      ? try builder.unary(.isNaN, a)
      : try builder.binary(pick([.less, .lessOrEqual, .equal] as [Binary])!, a, b)
    return below(2) == 0
      ? try builder.select(condition, b, a) : try builder.binary(.minimum, builder.select(condition, a, b), b)
  }

  /// A matrix for each head, or rows repeated for each.
  mutating func batched() throws -> ValueID? {
    let rows = pool.filter { type($0).space != .constant }
    guard let x = pick(rows) else { return nil }
    let shape = type(x).shape
    if shape.count >= 2 {
      let weights = try parameter([shape[0], 1 + below(9), shape[shape.count - 1]])
      return try builder.linear(x, weights, batch: 1)
    }
    return try builder.broadcast(x, to: [1 + below(3)] + shape)
  }

  /// One row made of those of all vertices, alone or beside others.
  mutating func overGraph() throws -> ValueID? {
    guard let x = pick(pool.filter { type($0).space.isOverVertices && type($0).element == .f32 }) else {
      return nil
    }
    let whole = try builder.reduceGraph(pick(GraphReduction.allCases)!, x)
    guard case .vertices(let vertices) = type(x).space, below(2) == 0 else { return whole }
    let mean = try builder.binary(.divide, whole, builder.vertexCount(vertices))
    return try builder.binary(below(2) == 0 ? .subtract : .multiply, x, mean)
  }

  /// A row of a table, or a value in the row of its class, by an integer of the vertex or the edge.
  mutating func indexed() throws -> ValueID? {
    let isOnEdges = below(2) == 0
    let set = EdgeSet(EdgeTypeID(0))
    let index: ValueID
    if isOnEdges {
      let kind = try builder.feature(2, of: VertexTypeID(0))
      index =
        below(3) == 0
        ? try builder.source(kind, set) : try builder.feature(1, of: EdgeTypeID(0))
    } else {
      index = try builder.feature(2, of: VertexTypeID(0))
    }
    let space: Space = isOnEdges ? .edges(set) : .vertices(VertexTypeID(0))
    let beside = pool.filter {
      [space, .constant, .graph].contains(type($0).space) && type($0).element == .f32
    }
    guard let x = pick(beside) else { return nil }
    if below(2) == 0, type(x).width <= 16 {
      return try builder.scatter(x, index, classes: RandomProgram.classes)
    }
    if below(2) == 0 { return try builder.lookup(parameter([RandomProgram.classes, 1 + below(4)]), index) }
    guard let table = pick(beside.filter { type($0).shape.first == RandomProgram.classes }) else {
      let wide = try builder.broadcast(x, to: [RandomProgram.classes] + type(x).shape)
      return try builder.lookup(
        builder.binary(.add, wide, parameter([RandomProgram.classes] + type(x).shape.map { _ in 1 })), index)
    }
    return try builder.lookup(table, index)
  }

  /// A weight with a row for each vertex.
  mutating func weightByVertex() throws -> ValueID? {
    let key = "w\(builder.program.parameters.count)"
    let counted = Parameter.Dimension.count(VertexTypeID(below(2)))
    let shape: [Parameter.Dimension] = below(2) == 0 ? [counted, .size(3)] : [.size(2), counted, .size(3)]
    return try builder.parameter(Parameter(keys: [key], shape: shape))
  }

  /// A function that bends, where it is defined.
  mutating func curved() throws -> ValueID? {
    guard let x = pick(pool) else { return nil }
    let size = try builder.unary(.absolute, x)
    switch below(8) {
    case 0: return try builder.unary(.squareRoot, size)
    case 1: return try builder.unary(.log1p, size)
    case 2: return try builder.unary(.expm1, builder.unary(.tanh, x))
    case 3: return try builder.unary(.erf, x)
    case 4: return try builder.unary(pick([.sine, .cosine])!, x)
    case 5: return try builder.unary(.reciprocal, builder.binary(.add, size, builder.literal(1)))
    case 6: return try builder.unary(.logarithm, builder.binary(.add, size, builder.literal(0.5)))
    default:
      return try builder.binary(
        .power, builder.binary(.add, size, builder.literal(0.5)), builder.literal(1.5))
    }
  }

  /// An LSTM over in-edges, its recurrent weights small enough for bounds to stay finite.
  mutating func walked() throws -> ValueID? {
    let rows = pool.filter {
      guard case .edges(let set) = type($0).space else { return false }
      return set.direction != .undirected && type($0).element == .f32 && type($0).shape.count == 1
    }
    guard let x = pick(rows) else { return nil }
    let width = 1 + below(5)
    let padding = try builder.binary(.add, parameter([4 * width]), parameter([4 * width]))
    let product = try builder.linear(x, parameter([4 * width, type(x).shape[0]]))
    let recurrent = try builder.binary(.multiply, parameter([4 * width, width]), builder.literal(0.1))
    return try builder.lstm(builder.binary(.add, product, padding), recurrent: recurrent, padding: padding)
  }
}
