import Diagnostics
import Program

/// Leaves out what no output is made of, weights included.
///
///     before   %0 x = feature x    : paper f32[8]
///              %1   = exp %0       : paper f32[8]
///              output y = %0
///     after    %0 x = feature x    : paper f32[8]
///              output y = %0
///
/// Features stay in the schema: the graph has them whether they are read or not.
struct DropUnused: Pass {
  let name = "drop-unused"
  let summary = "leaves out what no output is made of"

  func run(on program: Program) throws(InternalFault) -> PassResult {
    var isUsed = [Bool](repeating: false, count: program.instructions.count)
    for output in program.outputs { isUsed[output.value.number] = true }
    for value in program.values.reversed() where isUsed[value.number] {
      for operand in program[value].operands { isUsed[operand.number] = true }
    }
    var result = Program(schema: program.schema)
    var places: [ValueID: ValueID] = [:]
    var parameters: [ParameterID: ParameterID] = [:]
    for value in program.values where isUsed[value.number] {
      var instruction = program[value]
      instruction.operands = instruction.operands.map { places[$0]! }
      if case .parameter(let id) = instruction.operation {
        if parameters[id] == nil {
          parameters[id] = ParameterID(result.parameters.count)
          result.parameters.append(program[id])
        }
        instruction.operation = .parameter(parameters[id]!)
      }
      places[value] = result.append(instruction)
    }
    result.outputs = program.outputs.map { .init(name: $0.name, value: places[$0.value]!) }
    return PassResult(program: result, notes: notes(program, result))
  }

  private func notes(_ before: Program, _ after: Program) -> [Note] {
    let kept = Set(after.parameters)
    return before.parameters.filter { !kept.contains($0) }.map {
      Note("the weight \($0.keys.first ?? "") is not read")
    }
  }
}
