import Diagnostics

/// Reads a program from its text form (see `Program.text`) and verifies it.
///
/// Stops at the first mistake: a person writes such texts only in tests.
package func readProgram(_ source: SourceText) throws(Failure) -> Program {
  var reader = Reader(tokens: try Tokenizer.tokens(of: source))
  return try reader.program()
}

private struct Reader {
  let tokens: [Token]
  var place = 0
  var result = Program(schema: Schema())
  /// Where each value is defined, for what the verifier says.
  var spans: [Span] = []

  init(tokens: [Token]) { self.tokens = tokens }

  mutating func program() throws(Failure) -> Program {
    while current.kind != .end {
      switch current.kind {
      case .word("vertex"): try vertexType()
      case .word("edge"): try edgeType()
      case .word("parameter"): try parameter()
      case .word("output"): try output()
      case .value(let number): try instruction(number)
      default: throw unexpected("`vertex`, `edge`, `parameter`, `output` or a value")
      }
      guard take(.lineEnd) else { throw unexpected("the end of the line") }
    }
    do {
      try verify(result)
    } catch {
      throw place(of: error).map { failure($0, error.message) }
        ?? Failure(kind: "program", error.message)
    }
    return result
  }

  /// The value that a fault is about.
  private func place(of fault: ProgramFault) -> Span? {
    let value: ValueID
    switch fault {
    case .type(let at, _), .otherType(let at, _, _), .readBeforeDefined(_, let at): value = at
    case .neverDefined(let missing):
      guard let reader = result.values.first(where: { result[$0].operands.contains(missing) })
      else { return nil }
      value = reader
    case .sameName, .edgeFromNowhere: return nil
    }
    return spans[value.number]
  }
}

// MARK: - The schema

extension Reader {
  private mutating func vertexType() throws(Failure) {
    place += 1
    let name = try name("a vertex type's name")
    let count = try count()
    result.schema.vertexTypes.append(
      Schema.VertexType(name: name, features: try features(), count: count))
  }

  private mutating func edgeType() throws(Failure) {
    place += 1
    let name = try name("an edge type's name")
    var relation: String?
    if take(.word("relation")) { relation = try self.name("the relation's name") }
    try expect(":")
    let source = try vertexTypeID()
    try expect("->")
    let target = try vertexTypeID()
    let count = try count()
    result.schema.edgeTypes.append(
      Schema.EdgeType(
        name: name, relation: relation, source: source, target: target, features: try features(),
        count: count))
  }

  private mutating func count() throws(Failure) -> Int? {
    take(.word("count")) ? try integer() : nil
  }

  private mutating func features() throws(Failure) -> [Schema.Feature] {
    var features: [Schema.Feature] = []
    try expect("{")
    while !take(.mark("}")) {
      if !features.isEmpty { try expect(",") }
      let name = try name("a feature's name")
      try expect(":")
      let element = try element()
      features.append(Schema.Feature(name: name, element: element, shape: try shape()))
    }
    return features
  }

  private mutating func parameter() throws(Failure) {
    place += 1
    var keys = [try key()]
    while take(.word("or")) { keys.append(try key()) }
    try expect(":")
    let element = try element()
    var shape: [Parameter.Dimension] = []
    if take(.mark("[")) {
      while !take(.mark("]")) {
        if !shape.isEmpty { try expect(",") }
        shape.append(try dimension())
      }
    }
    result.parameters.append(Parameter(keys: keys, element: element, shape: shape))
  }

  private mutating func dimension() throws(Failure) -> Parameter.Dimension {
    guard take(.word("count")) else { return .size(try integer()) }
    try expect("(")
    let type = try vertexTypeID()
    try expect(")")
    return .count(type)
  }

  private mutating func output() throws(Failure) {
    place += 1
    let name = try name("an output's name")
    try expect("=")
    result.outputs.append(Program.Output(name: name, value: try value()))
  }
}

// MARK: - Values

extension Reader {
  private mutating func instruction(_ number: Int) throws(Failure) {
    guard number == result.instructions.count else {
      throw failure(
        current.span, "values are numbered in order: %\(result.instructions.count) comes here")
    }
    spans.append(current.span)
    place += 1
    let name = current.kind == .mark("=") ? nil : try self.name("the value's name")
    try expect("=")
    // What an operation carries may hang on the type, which stands behind it.
    let start = place
    while current.kind != .mark(":"), current.kind != .lineEnd { place += 1 }
    try expect(":")
    let type = try type()
    let end = place
    place = start
    let (operation, operands) = try operation(type)
    guard current.kind == .mark(":") else { throw unexpected("`:` and a type") }
    place = end
    result.instructions.append(Instruction(operation, operands, type, name: name))
  }

  private mutating func operation(_ type: Type) throws(Failure) -> (Operation, [ValueID]) {
    let at = current.span
    guard case .word(let word) = current.kind else { throw unexpected("an operation") }
    place += 1
    switch word {
    case "feature": return (.feature(try feature(of: type.space)), [])
    case "parameter": return (.parameter(try parameterID()), [])
    case "literal": return (.literal(try number()), [])
    case "in_degree": return (.inDegree(try edgeSet()), [])
    case "vertex_count": return (.vertexCount(try vertexTypeID()), [])
    default: break
    }
    var operands = [try value()]
    while take(.mark(",")) { operands.append(try value()) }
    switch word {
    case "source": return (.source(try set(of: type, at)), operands)
    case "target": return (.target(try set(of: type, at)), operands)
    case "view": return (.view(try set(of: type, at)), operands)
    case "with_loops": return (.withLoops, operands)
    case "self_loop":
      try expectWord("otherwise")
      return (.selfLoop(otherwise: try number()), operands)
    default: return (try dense(word, at), operands)
    }
  }

  /// The operations that work on the rows of one space.
  private mutating func dense(_ word: String, _ at: Span) throws(Failure) -> Operation {
    switch word {
    case "select": return .select
    case "linear": return .linear(batch: take(.word("batch")) ? try integer() : 0)
    case "reshape": return .reshape
    case "broadcast": return .broadcast
    case "lookup": return .lookup
    case "scatter":
      try expectWord("classes")
      return .scatter(classes: try integer())
    case "incoming.lstm": return .lstm
    case "concat":
      return .concat(axis: try axis())
    case "slice":
      let axis = try axis()
      try expectWord("from")
      return .slice(axis: axis, lower: try integer())
    case "permute":
      try expectWord("order")
      return .permute(try shape())
    default: break
    }
    if let function = AxisReduction(rawValue: word) {
      return .reduceAxis(function, axis: try axis())
    }
    if let function = Reduction.allCases.first(where: { Operation.reduce($0).word == word }) {
      return .reduce(function)
    }
    if let function = GraphReduction.allCases.first(where: { Operation.reduceGraph($0).word == word }) {
      return .reduceGraph(function)
    }
    if let function = Binary.allCases.first(where: { $0.word == word }) { return .binary(function) }
    guard let function = Unary.all(slope: 0).first(where: { $0.word == word }) else {
      throw failure(at, "there is no operation `\(word)`")
    }
    guard case .leakyRelu = function else { return .unary(function) }
    try expectWord("slope")
    return .unary(.leakyRelu(slope: try number()))
  }

  private mutating func feature(of space: Space) throws(Failure) -> Int {
    let features: [Schema.Feature]
    switch space {
    case .vertices(let type): features = result.schema[type].features
    case .edges(let set): features = result.schema[set.type].features
    case .graph, .constant: features = []
    }
    let at = current.span
    let name = try name("a feature's name")
    guard let number = features.firstIndex(where: { $0.name == name }) else {
      throw failure(at, "\(result.schema.describe(space)) has no feature \(name)")
    }
    return number
  }

  private mutating func parameterID() throws(Failure) -> ParameterID {
    let at = current.span
    let key = try key()
    if take(.mark("#")) { return ParameterID(try integer()) }
    guard let number = result.parameters.firstIndex(where: { $0.keys.first == key }) else {
      throw failure(at, "there is no parameter \(quoted(key))")
    }
    return ParameterID(number)
  }

  private func set(of type: Type, _ at: Span) throws(Failure) -> EdgeSet {
    guard case .edges(let set) = type.space else {
      throw failure(at, "the result must be over edges")
    }
    return set
  }

  private mutating func axis() throws(Failure) -> Int {
    try expectWord("axis")
    return try integer()
  }
}

// MARK: - Types

extension Reader {
  private mutating func type() throws(Failure) -> Type {
    let space: Space
    if take(.word("graph")) {
      space = .graph
    } else if take(.word("constant")) {
      space = .constant
    } else if let type = vertexTypeHere() {
      place += 1
      space = .vertices(type)
    } else {
      space = .edges(try edgeSet())
    }
    let element = try element()
    return Type(space, element, try shape())
  }

  private func vertexTypeHere() -> VertexTypeID? {
    switch current.kind {
    case .word(let name), .quoted(let name):
      result.schema.vertexTypes.firstIndex { $0.name == name }.map(VertexTypeID.init)
    default: nil
    }
  }

  private mutating func vertexTypeID() throws(Failure) -> VertexTypeID {
    guard let type = vertexTypeHere() else { throw unexpected("a vertex type's name") }
    place += 1
    return type
  }

  private mutating func edgeSet() throws(Failure) -> EdgeSet {
    var direction = EdgeSet.Direction.forward
    if take(.word("reverse")) { direction = .reverse }
    if take(.word("undirected")) { direction = .undirected }
    if direction != .forward { try expect("(") }
    let at = current.span
    let name = try name("an edge type's name")
    guard let number = result.schema.edgeTypes.firstIndex(where: { $0.name == name }) else {
      throw failure(at, "there is no vertex or edge type \(name)")
    }
    if direction != .forward { try expect(")") }
    var loops = EdgeSet.Loops.kept
    if take(.mark("+")) { loops = .added } else if take(.mark("-")) { loops = .removed }
    if loops != .kept { try expectWord("loops") }
    return EdgeSet(EdgeTypeID(number), direction, loops)
  }

  private mutating func element() throws(Failure) -> Element {
    guard case .word(let word) = current.kind, let element = Element(rawValue: word) else {
      throw unexpected("`f32`, `i32`, `i64` or `bool`")
    }
    place += 1
    return element
  }

  /// `[8, 8]`, or nothing for a number.
  private mutating func shape() throws(Failure) -> [Int] {
    var shape: [Int] = []
    guard take(.mark("[")) else { return [] }
    while !take(.mark("]")) {
      if !shape.isEmpty { try expect(",") }
      shape.append(try integer())
    }
    return shape
  }
}

// MARK: - Tokens

extension Reader {
  private var current: Token { tokens[place] }

  private mutating func take(_ kind: Token.Kind) -> Bool {
    guard current.kind == kind else { return false }
    place += 1
    return true
  }

  private mutating func expect(_ mark: String) throws(Failure) {
    guard take(.mark(mark)) else { throw unexpected("`\(mark)`") }
  }

  private mutating func expectWord(_ word: String) throws(Failure) {
    guard take(.word(word)) else { throw unexpected("`\(word)`") }
  }

  private mutating func name(_ what: String) throws(Failure) -> String {
    switch current.kind {
    case .word(let name), .quoted(let name):
      place += 1
      return name
    default: throw unexpected(what)
    }
  }

  private mutating func key() throws(Failure) -> String {
    guard case .quoted(let key) = current.kind else { throw unexpected("a key in quotes") }
    place += 1
    return key
  }

  private mutating func value() throws(Failure) -> ValueID {
    guard case .value(let number) = current.kind else { throw unexpected("a value") }
    place += 1
    return ValueID(number)
  }

  private mutating func integer() throws(Failure) -> Int {
    guard case .number(let text) = current.kind, let number = Int(text) else {
      throw unexpected("a whole number")
    }
    place += 1
    return number
  }

  private mutating func number() throws(Failure) -> Double {
    switch current.kind {
    case .number(let text), .word(let text):
      guard let number = Double(text) else { throw unexpected("a number") }
      place += 1
      return number
    default: throw unexpected("a number")
    }
  }

  private func unexpected(_ wanted: String) -> Failure {
    failure(current.span, "expected \(wanted), found \(current.description)")
  }

  private func failure(_ span: Span, _ message: String) -> Failure {
    Failure(kind: "program", message, at: .text(Label(span, ""), also: []))
  }
}
