/// What an output holds: a row for each member of its space, one after the other.
package struct OutputRows<Number: InterpretedNumber>: Sendable {
  package let type: Type
  package let numbers: [Number]
}

/// Runs a program step by step in double precision: slow and obvious, the judge of everything compiled.
///
/// Gives every output by name. Rows over edges stand in the order of `EdgeList`. With `Number` = `Double` it gives
/// values, with `Bounded` values and bounds on the error of compiled code. The numbers of values in `rounded` are as
/// they come out of a bfloat16, for whoever reads them.
package func interpret<Number: InterpretedNumber>(
  _ program: Program, on data: GraphData, as number: Number.Type = Double.self, rounded: Set<ValueID> = []
) throws(InterpreterFault) -> [String: OutputRows<Number>] {
  var interpreter = try Interpreter<Number>(program, data, rounded: rounded)
  return try interpreter.run()
}

private struct Interpreter<Number: InterpretedNumber> {
  let program: Program
  let data: GraphData
  let rounded: Set<ValueID>
  /// The rows of each value, from its own step to the last that reads it.
  var rows: [[Number]]
  var edgeLists: [EdgeSet: EdgeList] = [:]

  init(_ program: Program, _ data: GraphData, rounded: Set<ValueID>) throws(InterpreterFault) {
    self.program = program
    self.rounded = rounded
    self.data = data
    rows = Array(repeating: [], count: program.instructions.count)
    try check()
    for case .edges(let set) in program.instructions.map(\.type.space) { addList(set) }
    for case .inDegree(let set) in program.instructions.map(\.operation) { addList(set) }
  }

  mutating func run() throws(InterpreterFault) -> [String: OutputRows<Number>] {
    let last = lastReaders()
    for value in program.values {
      let made = try evaluate(program[value])
      rows[value.number] = rounded.contains(value) ? made.map(Number.bfloat16) : made
      for operand in program[value].operands where last[operand.number] == value.number {
        rows[operand.number] = []
      }
    }
    var outputs: [String: OutputRows<Number>] = [:]
    for output in program.outputs {
      outputs[output.name] = OutputRows(
        type: program[output.value].type, numbers: rows[output.value.number])
    }
    return outputs
  }

  private mutating func addList(_ set: EdgeSet) {
    guard edgeLists[set] == nil else { return }
    edgeLists[set] = EdgeList(set, of: data, schema: program.schema)
  }

  /// For each value the number of the instruction that reads it last; outputs are read for ever.
  private func lastReaders() -> [Int] {
    var last = [Int](repeating: -1, count: program.instructions.count)
    for value in program.values {
      for operand in program[value].operands { last[operand.number] = value.number }
    }
    for output in program.outputs { last[output.value.number] = Int.max }
    return last
  }

  private func evaluate(_ instruction: Instruction) throws(InterpreterFault) -> [Number] {
    let operands = instruction.operands.map(Operand.init)
    switch instruction.operation {
    case .feature(let number): return try feature(number, instruction.type)
    case .parameter(let id): return try parameter(id)
    case .vertexCount(let type): return [Number(Double(data.vertexCounts[type.number]), as: .f32)]
    case .literal(let number): return [Number(number, as: instruction.type.element)]
    case .inDegree(let set): return inDegree(set)

    case .source(let set): return gather(operands[0], edgeLists[set]!.sources)
    case .target(let set): return gather(operands[0], edgeLists[set]!.targets)
    case .view(let set): return view(operands[0], as: set)
    case .withLoops: return withLoops(operands[0], loops: operands[1], instruction.type)
    case .selfLoop(let otherwise): return selfLoop(operands[0], otherwise, instruction.type)
    case .reduce(let function): return reduce(function, operands, instruction.type)
    case .reduceGraph(let function): return reduceGraph(operands[0], function)
    case .lstm: return lstm(operands[0], operands[1], operands[2], instruction.type)

    case .unary(let function): return rows(operands[0]).map { Number.apply(function, $0) }
    case .binary(let function):
      let (a, b) = (spread(operands[0], instruction.type), spread(operands[1], instruction.type))
      return zip(a, b).map { Number.apply(function, $0, $1) }
    case .select:
      let all = operands.map { spread($0, instruction.type) }
      return all[0].indices.map { Number.select(all[0][$0], all[1][$0], all[2][$0]) }

    case .linear(let batch): return linear(operands[0], operands[1], batch, instruction.type)
    case .reduceAxis(let function, let axis):
      return reduceAxis(operands[0], function, axis, instruction.type)
    case .reshape: return rows(operands[0])
    case .permute(let order):
      let strides = Shape.strides(shape(operands[0]))
      return move(operands[0], instruction.type, strides: order.map { strides[$0] })
    case .slice(let axis, let lower):
      let strides = Shape.strides(shape(operands[0]))
      return move(operands[0], instruction.type, strides: strides, first: lower * strides[axis])
    case .concat(let axis): return concat(operands, axis, instruction.type)
    case .broadcast:
      let strides = Shape.broadcastStrides(shape(operands[0]), to: instruction.type.shape)
      return move(operands[0], instruction.type, strides: strides)
    case .lookup: return try lookup(operands[0], operands[1], instruction.type)
    case .scatter(let classes): return try scatter(operands[0], operands[1], classes, instruction.type)
    }
  }
}

// MARK: - Operands

extension Interpreter {
  /// An operand, which one could mistake for a result.
  private struct Operand { let value: ValueID }

  private func type(_ operand: Operand) -> Type { program[operand.value].type }
  private func shape(_ operand: Operand) -> [Int] { type(operand).shape }
  private func rows(_ operand: Operand) -> [Number] { rows[operand.value.number] }

  private func count(_ space: Space) -> Int {
    switch space {
    case .vertices(let type): data.vertexCounts[type.number]
    case .edges(let set): edgeLists[set]!.count
    case .graph, .constant: 1
    }
  }

  /// Where the row of `operand` for row `row` of `space` begins: constants have one row for all.
  private func start(_ operand: Operand, _ row: Int, _ space: Space) -> Int {
    type(operand).space == space ? row * type(operand).width : 0
  }

  /// The offsets of all places of `shape`, in row-major order, with these strides.
  private func offsets(_ shape: [Int], strides: [Int]) -> [Int] {
    var offsets = [0]
    for (size, stride) in zip(shape, strides) {
      offsets = offsets.flatMap { offset in (0..<size).map { offset + $0 * stride } }
    }
    return offsets
  }
}

// MARK: - Leaves

extension Interpreter {
  /// What is in `data` fits the program, so that no later step can read outside of it.
  private func check() throws(InterpreterFault) {
    let schema = program.schema
    guard data.vertexCounts.count == schema.vertexTypes.count,
      data.edges.count == schema.edgeTypes.count
    else { throw .otherSchema }
    for (edges, type) in zip(data.edges, schema.edgeTypes) {
      let (sources, targets) = (
        data.vertexCounts[type.source.number], data.vertexCounts[type.target.number]
      )
      guard edges.sources.count == edges.targets.count,
        edges.sources.allSatisfy({ (0..<sources).contains($0) }),
        edges.targets.allSatisfy({ (0..<targets).contains($0) })
      else { throw .edgeOutside(type.name) }
    }
  }

  private func feature(_ number: Int, _ type: Type) throws(InterpreterFault) -> [Number] {
    let (owner, feature, count): (String, Schema.Feature, Int)
    switch type.space {
    case .vertices(let id):
      let vertices = program.schema[id]
      (owner, feature, count) = (
        vertices.name, vertices.features[number], data.vertexCounts[id.number]
      )
    case .edges(let set):
      let edges = program.schema[set.type]
      (owner, feature, count) = (
        edges.name, edges.features[number], data.edges[set.type.number].sources.count
      )
    case .graph, .constant: throw .otherSchema
    }
    guard let numbers = data.features[owner]?[feature.name] else {
      throw .noFeature(feature.name, of: owner)
    }
    guard numbers.count == count * type.width else {
      throw .length(feature.name, wanted: count * type.width, found: numbers.count)
    }
    return numbers.map { Number($0, as: type.element) }
  }

  private func parameter(_ id: ParameterID) throws(InterpreterFault) -> [Number] {
    let parameter = program[id]
    let key = parameter.keys.first { data.parameters[$0] != nil }
    guard let key, let numbers = data.parameters[key] else {
      throw .noParameter(parameter.keys)
    }
    let sizes = parameter.shape.map { dimension in
      switch dimension {
      case .size(let size): size
      case .count(let type): data.vertexCounts[type.number]
      }
    }
    guard numbers.count == sizes.reduce(1, *) else {
      throw .length(key, wanted: sizes.reduce(1, *), found: numbers.count)
    }
    let all = numbers.map { Number($0, as: parameter.element) }
    guard let (_, place) = parameter.counted else { return all }
    // The counted dimension first: a row for each vertex.
    let (outer, inner) = (sizes[..<place].reduce(1, *), sizes[(place + 1)...].reduce(1, *))
    var rows: [Number] = []
    rows.reserveCapacity(all.count)
    for vertex in 0..<sizes[place] {
      for block in 0..<outer {
        let first = (block * sizes[place] + vertex) * inner
        rows += all[first..<first + inner]
      }
    }
    return rows
  }

  private func inDegree(_ set: EdgeSet) -> [Number] {
    var degrees = [Double](repeating: 0, count: count(.vertices(program.schema.target(of: set))))
    for target in edgeLists[set]!.targets { degrees[target] += 1 }
    return degrees.map { Number($0, as: .f32) }
  }
}

// MARK: - Between vertices and edges

extension Interpreter {
  private func gather(_ x: Operand, _ indices: [Int]) -> [Number] {
    let (all, width) = (rows(x), type(x).width)
    return indices.flatMap { all[$0 * width..<($0 + 1) * width] }
  }

  /// Values follow their edge: by its place in the plain order; of undirected edges, by their order.
  private func view(_ x: Operand, as set: EdgeSet) -> [Number] {
    guard case .edges(let old) = type(x).space else { return [] }
    if old.direction == .undirected {
      let list = edgeLists[old]!
      let kept =
        set.loops == old.loops
        ? Array(0..<list.count) : (0..<list.count).filter { list.sources[$0] != list.targets[$0] }
      return gather(x, kept)
    }
    var places: [EdgeList.Origin: Int] = [:]
    for (place, origin) in edgeLists[old]!.origins.enumerated() { places[origin] = place }
    return gather(x, edgeLists[set]!.origins.map { places[$0]! })
  }

  private func withLoops(_ x: Operand, loops: Operand, _ type: Type) -> [Number] {
    guard case .edges(let set) = type.space else { return [] }
    let vertices = count(.vertices(program.schema.target(of: set)))
    let alike = self.type(loops).space == .constant || self.type(loops).space == .graph
    return rows(x) + (alike ? (0..<vertices).flatMap { _ in rows(loops) } : rows(loops))
  }

  private func selfLoop(_ x: Operand, _ otherwise: Double, _ type: Type) -> [Number] {
    guard case .edges(let set) = self.type(x).space else { return [] }
    let (list, all, width) = (edgeLists[set]!, rows(x), type.width)
    var result = [Number](
      repeating: Number(otherwise, as: type.element), count: count(type.space) * width)
    for edge in 0..<list.count where list.sources[edge] == list.targets[edge] {
      let vertex = list.targets[edge]
      result[vertex * width..<(vertex + 1) * width] = all[edge * width..<(edge + 1) * width]
    }
    return result
  }

  private func reduce(_ function: Reduction, _ messages: [Operand], _ type: Type) -> [Number] {
    // Which (operand, edge) end at each vertex.
    var inEdges: [[(Operand, Int)]] = Array(repeating: [], count: count(type.space))
    for message in messages {
      guard case .edges(let set) = self.type(message).space else { return [] }
      for (edge, target) in edgeLists[set]!.targets.enumerated() {
        inEdges[target].append((message, edge))
      }
    }
    let width = type.width
    return inEdges.flatMap { edges in
      (0..<width).map { place in
        Number.reduce(function, edges.map { rows[$0.value.number][$1 * width + place] })
      }
    }
  }
}

extension Interpreter {
  /// The in-edges of each vertex in plain order, then padded steps: as many in all as the largest in-degree.
  private func lstm(_ gates: Operand, _ weights: Operand, _ padding: Operand, _ type: Type) -> [Number] {
    guard case .edges(let set) = self.type(gates).space else { return [] }
    var inEdges: [[Int]] = Array(repeating: [], count: count(type.space))
    for (edge, target) in edgeLists[set]!.targets.enumerated() { inEdges[target].append(edge) }
    let steps = inEdges.map(\.count).max() ?? 0
    let (all, matrix, padded, width) = (rows(gates), rows(weights), rows(padding), 4 * type.width)
    return inEdges.flatMap { edges in
      var state = Recurrence<Number>(width: type.width)
      for edge in edges { state.step(gates: all[edge * width..<(edge + 1) * width], weights: matrix) }
      for _ in edges.count..<steps {
        let before = state
        state.step(gates: padded[...], weights: matrix)
        if state == before { break }  // and so it will stay
      }
      return state.hidden
    }
  }
}

// MARK: - Over the whole graph

extension Interpreter {
  private func reduceGraph(_ x: Operand, _ function: GraphReduction) -> [Number] {
    let (all, width) = (rows(x), type(x).width)
    return (0..<width).map { place in
      let terms = stride(from: place, to: all.count, by: width).map { all[$0] }
      return switch function {
      case .sum: Number.sum(terms)
      case .squares: Number.sum(terms.map { Number.apply(.multiply, $0, $0) })
      case .max: Number.reduce(Reduction.max, terms)
      case .min: Number.reduce(Reduction.min, terms)
      }
    }
  }
}

// MARK: - Within a row

extension Interpreter {
  /// The rows of an operand, repeated to a wider type.
  private func spread(_ x: Operand, _ type: Type) -> [Number] {
    if self.type(x).space == type.space && shape(x) == type.shape { return rows(x) }
    let offsets = offsets(type.shape, strides: Shape.broadcastStrides(shape(x), to: type.shape))
    let all = rows(x)
    return (0..<count(type.space)).flatMap { row in
      let first = start(x, row, type.space)
      return offsets.map { all[first + $0] }
    }
  }

  private func linear(_ x: Operand, _ weights: Operand, _ batch: Int, _ type: Type) -> [Number] {
    let depth = shape(x).last!
    let outputs = type.shape.last!
    let groups = type.shape.prefix(batch).reduce(1, *)
    let between = type.shape.dropFirst(batch).dropLast().reduce(1, *)
    let (inputs, matrix) = (rows(x), rows(weights))
    return (0..<count(type.space)).flatMap { row -> [Number] in
      let (a, w) = (start(x, row, type.space), start(weights, row, type.space))
      return (0..<groups * between).flatMap { line -> [Number] in
        let from = a + line * depth
        return (0..<outputs).map { output in
          let column = w + (line / between * outputs + output) * depth
          return Number.dot(inputs[from..<from + depth], matrix[column..<column + depth])
        }
      }
    }
  }

  private func reduceAxis(
    _ x: Operand, _ function: AxisReduction, _ axis: Int, _ type: Type
  ) -> [Number] {
    var strides = Shape.strides(shape(x))
    let (size, step) = (shape(x)[axis], strides.remove(at: axis))
    let offsets = offsets(type.shape, strides: strides)
    let (all, width) = (rows(x), self.type(x).width)
    return (0..<count(type.space)).flatMap { row in
      offsets.map { offset in
        let first = row * width + offset
        return Number.reduce(function, (0..<size).map { all[first + $0 * step] })
      }
    }
  }

  /// Each row of the result picks from the row of `x`.
  private func move(_ x: Operand, _ type: Type, strides: [Int], first: Int = 0) -> [Number] {
    let offsets = offsets(type.shape, strides: strides)
    let (all, width) = (rows(x), self.type(x).width)
    return (0..<count(type.space)).flatMap { row in
      offsets.map { all[row * width + first + $0] }
    }
  }

  private func concat(_ parts: [Operand], _ axis: Int, _ type: Type) -> [Number] {
    let before = type.shape.prefix(axis).reduce(1, *)
    return (0..<count(type.space)).flatMap { row in
      (0..<before).flatMap { block in
        parts.flatMap { part in
          let length = shape(part).dropFirst(axis).reduce(1, *)
          let from = start(part, row, type.space) + block * length
          return rows(part)[from..<from + length]
        }
      }
    }
  }

  private func lookup(_ table: Operand, _ index: Operand, _ type: Type) throws(InterpreterFault) -> [Number] {
    let entries = try entries(index, below: shape(table)[0])
    let (all, width) = (rows(table), type.width)
    return (0..<count(type.space)).flatMap { row -> ArraySlice<Number> in
      let first = start(table, row, type.space) + entries[start(index, row, type.space)] * width
      return all[first..<first + width]
    }
  }

  private func scatter(_ x: Operand, _ index: Operand, _ classes: Int, _ type: Type) throws(InterpreterFault)
    -> [Number]
  {
    let entries = try entries(index, below: classes)
    let (all, width, zero) = (rows(x), self.type(x).width, Number(0, as: .f32))
    return (0..<count(type.space)).flatMap { row -> [Number] in
      let from = start(x, row, type.space)
      let entry = entries[start(index, row, type.space)]
      return (0..<classes).flatMap { place in
        (0..<width).map { place == entry ? all[from + $0] : zero }
      }
    }
  }

  private func entries(_ index: Operand, below limit: Int) throws(InterpreterFault) -> [Int] {
    let entries = rows(index).map { Int($0.value) }
    for entry in entries where !(0..<limit).contains(entry) { throw .entryOutside(entry, of: limit) }
    return entries
  }
}

/// What keeps a program from running on a graph.
package enum InterpreterFault: Error, Hashable, Sendable {
  case otherSchema
  case edgeOutside(String)
  case noFeature(String, of: String)
  case noParameter([String])
  case length(String, wanted: Int, found: Int)
  case entryOutside(Int, of: Int)

  package var message: String {
    switch self {
    case .otherSchema: "the graph has other vertex or edge types than the program"
    case .edgeOutside(let type): "an edge of \(type) ends at no vertex"
    case .noFeature(let name, let type): "\(type) has no feature \(name)"
    case .noParameter(let keys): "there is no weight \(keys.joined(separator: " or "))"
    case .length(let name, let wanted, let found): "\(name) holds \(found) numbers, not \(wanted)"
    case .entryOutside(let entry, let count): "entry \(entry) of a table with \(count) is read"
    }
  }
}
