import Program
import Stages

/// Writes what makes one row in double precision: weights while they are packed, and values of the whole graph.
struct DoubleEmitter {
  let scope: Scope
  /// The arrays of the values that have one.
  let names: [ValueID: String]
  let identifiers: Identifiers
  private var program: Program { scope.program }

  /// Fills the array of a value from those of its operands.
  func emit(_ value: ValueID, _ text: inout CText) {
    let instruction = program[value]
    let shape = instruction.type.shape
    func store(_ expression: ValueID, _ domain: [Int], offset: Int, strides: [Int], mode: Loop.Mode = .store)
    {
      let root = Loop.Root(value: expression, result: value, mode: mode, offset: offset, strides: strides)
      let loop = Loop(domain: domain, roots: [root])
      LoopEmitter(scope: scope, loop: loop, rowCount: "1", firstRow: "0", identifiers: identifiers).emit(
        &text)
    }
    switch instruction.operation {
    case .linear(let batch): linear(value, instruction, batch: batch, &text)
    case .reduceAxis(let reduction, let axis):
      let operand = instruction.operands[0]
      store(
        operand, program[operand].type.shape, offset: 0, strides: Shape.strides(shape),
        mode: .reduceAxis(reduction, axis: axis))
    case .concat(let axis):
      var offset = 0
      let strides = Shape.strides(shape)
      for part in instruction.operands {
        store(part, program[part].type.shape, offset: offset, strides: strides)
        offset += program[part].type.shape[axis] * strides[axis]
      }
    default: store(value, shape, offset: 0, strides: Shape.strides(shape))
    }
  }

  /// A product of two rows of numbers.
  private func linear(_ value: ValueID, _ instruction: Instruction, batch: Int, _ text: inout CText) {
    let (a, w) = (instruction.operands[0], instruction.operands[1])
    let shape = program[w].type.shape
    let (inputs, outputs) = (shape[shape.count - 1], shape[shape.count - 2])
    let batches = shape.prefix(batch).reduce(1, *)
    let extra = instruction.type.width / max(batches * outputs, 1)
    func array(_ value: ValueID) -> String { scope.memory(of: value, row: "0")?.pointer ?? "NULL" }
    text.block("for (size_t b = 0; b < \(batches * extra); b++)") { text in
      text.block("for (size_t o = 0; o < \(outputs); o++)") { text in
        text.line("double total = 0;")
        text.line(
          "for (size_t f = 0; f < \(inputs); f++) total += (double)\(array(a))[b * \(inputs) + f] * (double)\(array(w))[(b / \(extra) * \(outputs) + o) * \(inputs) + f];"
        )
        text.line("\(names[value]!)[b * \(outputs) + o] = total;")
      }
    }
  }
}
