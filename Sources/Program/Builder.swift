import Diagnostics

/// A program under construction: one method for each operation, which infers the type and appends.
///
/// The elaborator and the passes build with it. A type fault here is ours, since the user's mistakes are found before.
package struct ProgramBuilder {
  package private(set) var program: Program
  /// What is appended next comes from here in the model's text.
  package var origin: Span?
  /// Where each parameter already stands, so that it is loaded once.
  private var parameters: [Parameter: ValueID] = [:]

  package init(schema: Schema) {
    program = Program(schema: schema)
  }

  /// Starts with a schema and a parameter table, and no values: for passes, which keep the table.
  package init(like program: Program) {
    self.program = Program(schema: program.schema, parameters: program.parameters)
  }

  /// The type of a value that has been built.
  package func type(_ value: ValueID) -> Type { program[value].type }

  /// Gives a value a name, unless it has one.
  package mutating func name(_ value: ValueID, _ name: String) {
    if program[value].name == nil { program[value].name = name }
  }

  package mutating func output(_ name: String, _ value: ValueID) {
    program.outputs.append(Program.Output(name: name, value: value))
  }

  /// Appends any operation. `asked` says what it leaves open (see `TypeRules.result`).
  package mutating func append(
    _ operation: Operation, _ operands: [ValueID] = [], asked: Type = Type(.constant)
  ) throws(InternalFault) -> ValueID {
    do {
      let rules = TypeRules(of: program)
      let type = try rules.result(of: operation, operands.map { program[$0].type }, asked: asked)
      return program.append(Instruction(operation, operands, type, origin: origin))
    } catch {
      throw InternalFault("cannot build \(operation): \(error.message)")
    }
  }
}

// MARK: - Leaves

extension ProgramBuilder {
  package mutating func feature(_ number: Int, of type: VertexTypeID) throws(InternalFault)
    -> ValueID
  {
    try append(.feature(number), asked: Type(.vertices(type)))
  }

  package mutating func feature(_ number: Int, of type: EdgeTypeID) throws(InternalFault)
    -> ValueID
  {
    try append(.feature(number), asked: Type(.edges(EdgeSet(type))))
  }

  /// A weight tensor; asked for twice, it stands once.
  package mutating func parameter(_ parameter: Parameter) throws(InternalFault) -> ValueID {
    if let known = parameters[parameter] { return known }
    let place: Int
    if let old = program.parameters.firstIndex(of: parameter) {
      place = old
    } else {
      place = program.parameters.count
      program.parameters.append(parameter)
    }
    let value = try append(.parameter(ParameterID(place)))
    parameters[parameter] = value
    return value
  }

  package mutating func literal(_ number: Double, _ element: Element = .f32) throws(InternalFault)
    -> ValueID
  {
    try append(.literal(number), asked: Type(.constant, element))
  }

  package mutating func inDegree(_ set: EdgeSet) throws(InternalFault) -> ValueID {
    try append(.inDegree(set))
  }

  package mutating func vertexCount(_ type: VertexTypeID) throws(InternalFault) -> ValueID {
    try append(.vertexCount(type))
  }
}

// MARK: - Between vertices and edges

extension ProgramBuilder {
  package mutating func source(_ x: ValueID, _ set: EdgeSet) throws(InternalFault) -> ValueID {
    try append(.source(set), [x])
  }

  package mutating func target(_ x: ValueID, _ set: EdgeSet) throws(InternalFault) -> ValueID {
    try append(.target(set), [x])
  }

  package mutating func view(_ x: ValueID, as set: EdgeSet) throws(InternalFault) -> ValueID {
    try append(.view(set), [x])
  }

  package mutating func withLoops(_ x: ValueID, loops: ValueID) throws(InternalFault) -> ValueID {
    try append(.withLoops, [x, loops])
  }

  package mutating func selfLoop(_ x: ValueID, otherwise: Double) throws(InternalFault) -> ValueID {
    try append(.selfLoop(otherwise: otherwise), [x])
  }

  /// Over the in-edges of one target; several values are reduced jointly.
  package mutating func reduce(_ function: Reduction, _ messages: [ValueID]) throws(InternalFault)
    -> ValueID
  {
    try append(.reduce(function), messages)
  }

  /// Over the in-edges of each target in plain order; `padding` are the gates of a step behind the last.
  package mutating func lstm(_ gates: ValueID, recurrent: ValueID, padding: ValueID)
    throws(InternalFault) -> ValueID
  {
    try append(.lstm, [gates, recurrent, padding])
  }

  /// Over all vertices of the whole graph.
  package mutating func reduceGraph(_ function: GraphReduction, _ x: ValueID) throws(InternalFault) -> ValueID
  {
    try append(.reduceGraph(function), [x])
  }
}

// MARK: - Elementwise

extension ProgramBuilder {
  package mutating func unary(_ function: Unary, _ x: ValueID) throws(InternalFault) -> ValueID {
    try append(.unary(function), [x])
  }

  package mutating func binary(_ function: Binary, _ a: ValueID, _ b: ValueID)
    throws(InternalFault) -> ValueID
  {
    try append(.binary(function), [a, b])
  }

  package mutating func select(_ condition: ValueID, _ yes: ValueID, _ no: ValueID)
    throws(InternalFault) -> ValueID
  {
    try append(.select, [condition, yes, no])
  }
}

// MARK: - Along the axes of a row

extension ProgramBuilder {
  package mutating func linear(_ x: ValueID, _ weights: ValueID, batch: Int = 0)
    throws(InternalFault) -> ValueID
  {
    try append(.linear(batch: batch), [x, weights])
  }

  package mutating func reduceAxis(_ function: AxisReduction, _ x: ValueID, axis: Int)
    throws(InternalFault) -> ValueID
  {
    try append(.reduceAxis(function, axis: axis), [x])
  }

  package mutating func reshape(_ x: ValueID, to shape: [Int]) throws(InternalFault) -> ValueID {
    try append(.reshape, [x], asked: Type(.constant, .f32, shape))
  }

  package mutating func permute(_ x: ValueID, _ order: [Int]) throws(InternalFault) -> ValueID {
    try append(.permute(order), [x])
  }

  package mutating func slice(_ x: ValueID, axis: Int, lower: Int, upper: Int)
    throws(InternalFault) -> ValueID
  {
    var shape = type(x).shape
    if shape.indices.contains(axis) { shape[axis] = upper - lower }
    return try append(.slice(axis: axis, lower: lower), [x], asked: Type(.constant, .f32, shape))
  }

  package mutating func concat(_ parts: [ValueID], axis: Int) throws(InternalFault) -> ValueID {
    try append(.concat(axis: axis), parts)
  }

  package mutating func broadcast(_ x: ValueID, to shape: [Int]) throws(InternalFault) -> ValueID {
    try append(.broadcast, [x], asked: Type(.constant, .f32, shape))
  }

  package mutating func lookup(_ table: ValueID, _ index: ValueID) throws(InternalFault) -> ValueID {
    try append(.lookup, [table, index])
  }

  package mutating func scatter(_ x: ValueID, _ index: ValueID, classes: Int) throws(InternalFault) -> ValueID
  {
    try append(.scatter(classes: classes), [x, index])
  }
}
