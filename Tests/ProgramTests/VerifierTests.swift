import Testing

@testable import Program

private func fault(_ change: (inout Program) -> Void) throws -> String {
  var program = try read(everything)
  change(&program)
  do {
    try verify(program)
    return "none"
  } catch {
    return error.message
  }
}

@Test func aFaultNamesTheValue() throws {
  #expect(try fault { _ in } == "none")
  #expect(try fault { $0.instructions[3].operands = [ValueID(99)] } == "%99 is read but never defined")
  #expect(
    try fault { $0.instructions[3].operands = [ValueID(11)] }
      == "%11 is read by %3, before it is defined")
  #expect(try fault { $0.outputs[0].value = ValueID(40) } == "%40 is read but never defined")
  #expect(try fault { $0.instructions[12].type.shape = [3] } == "%12 says paper f32[3], but is paper f32[2]")
  #expect(
    try fault { $0.instructions[12].operands = [ValueID(4), ValueID(4)] }
      == "%12: takes 1 operands, not 2")
  #expect(try fault { $0.outputs.append($0.outputs[0]) } == "the name y stands for two things")
  #expect(
    try fault { $0.instructions[2].operands = [ValueID(1), ValueID(1)] }
      == "%2 says paper f32[2], but is constant f32[2, 2]")
}

@Test func spacesDoNotMixExceptWithConstants() throws {
  let schema = Schema(
    vertexTypes: [.init(name: "a", features: []), .init(name: "b", features: [])],
    edgeTypes: [
      .init(name: "ab", source: VertexTypeID(0), target: VertexTypeID(1), features: [])
    ])
  let rules = TypeRules(schema: schema, parameters: [])
  let (a, b) = (Type(.vertices(VertexTypeID(0))), Type(.vertices(VertexTypeID(1))))
  #expect(throws: TypeFault.spacesDiffer(a.space, b.space)) { try rules.join([a, b]) }
  #expect(try rules.join([Type(.constant), Type(.graph), b]) == b.space)
  let loops = EdgeSet(EdgeTypeID(0), .forward, .added)
  #expect(throws: TypeFault.betweenTwoTypes) {
    try rules.result(of: .source(loops), [a], asked: a)
  }
}

@Test func theWeightsOfAnLSTMFitItsGates() throws {
  let schema = Schema(
    vertexTypes: [.init(name: "a", features: [])],
    edgeTypes: [.init(name: "aa", source: VertexTypeID(0), target: VertexTypeID(0), features: [])])
  let rules = TypeRules(schema: schema, parameters: [])
  func result(_ gates: Type, _ weights: Type, _ padding: Type) throws -> Type {
    try rules.result(of: .lstm, [gates, weights, padding], asked: Type(.constant))
  }
  let edges = Space.edges(EdgeSet(EdgeTypeID(0)))
  let (gates, weights, padding) = (
    Type(edges, .f32, [12]), Type(.constant, .f32, [12, 3]), Type(.constant, .f32, [12])
  )
  #expect(try result(gates, weights, padding) == Type(.vertices(VertexTypeID(0)), .f32, [3]))
  #expect(throws: TypeFault.shapesDiffer([12], [12, 4])) {
    try result(gates, Type(.constant, .f32, [12, 4]), padding)
  }
  #expect(throws: TypeFault.shapesDiffer([12], [3])) {
    try result(gates, weights, Type(.constant, .f32, [3]))
  }
  #expect(throws: TypeFault.wrongSpace(operand: 2, wanted: "constant")) { try result(gates, weights, gates) }
  #expect(throws: (any Error).self) { try result(padding, weights, padding) }
}
