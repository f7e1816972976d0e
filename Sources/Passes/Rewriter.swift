import Diagnostics
import Program

/// Builds a new program from an old one, value by value in order; names and origins travel along.
struct Rewriter {
  let old: Program
  var builder: ProgramBuilder
  private var mapped: [ValueID?]
  private(set) var notes: [Note] = []

  init(_ program: Program) {
    old = program
    builder = ProgramBuilder(like: program)
    mapped = Array(repeating: nil, count: program.instructions.count)
  }

  /// What an old value has become.
  subscript(_ value: ValueID) -> ValueID { mapped[value.number]! }

  /// The new program as far as it is built.
  var new: Program { builder.program }

  mutating func note(_ text: String) { notes.append(Note(text, origin: builder.origin)) }

  /// Goes over all values: `body` gives what replaces one, or nil to keep it as it is.
  mutating func rewrite(
    _ body: (inout Rewriter, ValueID) throws(InternalFault) -> ValueID?
  ) throws(InternalFault) -> PassResult {
    for value in old.values {
      builder.origin = old[value].origin
      let replacement: ValueID
      if let found = try body(&self, value) { replacement = found } else { replacement = try copy(value) }
      mapped[value.number] = replacement
      if let name = old[value].name { builder.name(replacement, name) }
    }
    for output in old.outputs { builder.output(output.name, self[output.value]) }
    return PassResult(program: builder.program, notes: notes)
  }

  /// The same operation on what its operands have become.
  mutating func copy(_ value: ValueID) throws(InternalFault) -> ValueID {
    let operands = old[value].operands.map { self[$0] }
    return try builder.append(old[value].operation, operands, asked: old[value].type)
  }
}

/// Who reads each value. What no output is made of reads nothing: earlier passes may have left it behind.
struct Readers {
  private var readers: [[ValueID]]
  private var outputs: Set<ValueID>

  init(_ program: Program) {
    readers = Array(repeating: [], count: program.instructions.count)
    outputs = Set(program.outputs.map(\.value))
    for value in program.values.reversed() where isOutput(value) || !self[value].isEmpty {
      for operand in Set(program[value].operands) { readers[operand.number].append(value) }
    }
  }

  /// The values made of this one; outputs are not among them.
  subscript(_ value: ValueID) -> [ValueID] { readers[value.number] }

  func isOutput(_ value: ValueID) -> Bool { outputs.contains(value) }

  /// The one reader of a value that nobody else reads.
  func only(_ value: ValueID) -> ValueID? {
    readers[value.number].count == 1 && !isOutput(value) ? readers[value.number][0] : nil
  }

  func hasOneReader(_ value: ValueID) -> Bool { only(value) != nil }
}
