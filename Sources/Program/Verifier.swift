/// Checks that a program means something: every value is made of earlier ones, and has the type that its operation gives.
///
/// Runs after every pass: it is cheap beside anything else that is done to a program.
package func verify(_ program: Program) throws(ProgramFault) {
  try verifySchema(program.schema)
  let rules = TypeRules(of: program)
  for value in program.values {
    let instruction = program[value]
    for operand in instruction.operands where operand >= value || operand.number < 0 {
      throw program.instructions.indices.contains(operand.number)
        ? .readBeforeDefined(operand, by: value) : .neverDefined(operand)
    }
    let found: Type
    do {
      let operands = instruction.operands.map { program[$0].type }
      found = try rules.result(of: instruction.operation, operands, asked: instruction.type)
    } catch {
      throw .type(value, error)
    }
    guard found == instruction.type else {
      throw .otherType(
        value, says: program.schema.describe(instruction.type), is: program.schema.describe(found))
    }
  }
  try verifyOutputs(of: program)
}

private func verifySchema(_ schema: Schema) throws(ProgramFault) {
  var names: Set<String> = []
  for name in schema.vertexTypes.map(\.name) + schema.edgeTypes.map(\.name) {
    guard names.insert(name).inserted else { throw .sameName(name) }
  }
  for features in schema.vertexTypes.map(\.features) + schema.edgeTypes.map(\.features) {
    names = []
    for feature in features where !names.insert(feature.name).inserted {
      throw .sameName(feature.name)
    }
  }
  for type in schema.edgeTypes {
    for end in [type.source, type.target] where !schema.vertexTypes.indices.contains(end.number) {
      throw .edgeFromNowhere(type.name)
    }
  }
}

private func verifyOutputs(of program: Program) throws(ProgramFault) {
  var names: Set<String> = []
  for output in program.outputs {
    guard program.instructions.indices.contains(output.value.number) else {
      throw .neverDefined(output.value)
    }
    guard names.insert(output.name).inserted else { throw .sameName(output.name) }
  }
}

/// What makes a program meaningless.
package enum ProgramFault: Error, Hashable, Sendable {
  case neverDefined(ValueID)
  case readBeforeDefined(ValueID, by: ValueID)
  case type(ValueID, TypeFault)
  case otherType(ValueID, says: String, is: String)
  /// Two types of the schema, two features of one type, or two outputs.
  case sameName(String)
  case edgeFromNowhere(String)

  package var message: String {
    switch self {
    case .neverDefined(let value): "\(value) is read but never defined"
    case .readBeforeDefined(let value, let reader): "\(value) is read by \(reader), before it is defined"
    case .type(let value, let fault): "\(value): \(fault.message)"
    case .otherType(let value, let says, let found): "\(value) says \(says), but is \(found)"
    case .sameName(let name): "the name \(name) stands for two things"
    case .edgeFromNowhere(let name): "edge type \(name) joins vertex types that are not there"
    }
  }
}
