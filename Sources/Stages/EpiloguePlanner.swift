import Program

/// Finds the products whose results only one elementwise value reads, so that this one can be made of the sums while they
/// are in registers, and the product needs no rows of its own.
///
///     before   h = linear a, W [rows]; y = relu(scale * h + bias) [rows]
///     after    y = relu(scale * (linear a, W) + bias) [rows]
///
/// Leaves alone what reads numbers at other places of a row than its own, costly functions (a loop over a tile has
/// vectors for them), products of several matrices, and those of features that may be sparse; and what reads rows that
/// are rounded.
struct EpiloguePlanner {
  let program: Program
  let schedule: Schedule
  /// The vertex values of a stage that have rows, in the order in which they are made.
  let made: [ValueID]
  /// The section of rows in which each is made.
  let section: [ValueID: Int]
  /// Where values are that are not in scratch memory.
  let places: [ValueID: Location]
  let tensors: [Tensor]

  /// The elementwise value that takes a product's place, by product.
  func epilogues() -> [ValueID: ValueID] {
    let withRows = Set(made)
    var found: [ValueID: ValueID] = [:]
    for result in made {
      var expression = Expression(planner: self, withRows: withRows, width: program[result].type.width)
      guard expression.visit(result, isTop: true), let product = lastProduct(of: expression, result) else {
        continue
      }
      if schedule.readers[product.number].allSatisfy(expression.members.contains) { found[product] = result }
    }
    return found
  }

  /// The product whose sums become `result`: the last value that its expression waits for.
  private func lastProduct(of expression: Expression, _ result: ValueID) -> ValueID? {
    let here = expression.rows.filter { section[$0] == section[result] && places[$0] == nil }
    guard let product = here.max(), case .linear(batch: 0) = program[product].operation,
      places[product] == nil,
      !mayBeSparse(program[product].operands[0])
    else { return nil }
    let (weights, width) = (program[program[product].operands[1]].type, program[product].type.width)
    guard weights.space == .constant, weights.shape.first == width, width == program[result].type.width,
      width > 8
    else { return nil }
    // Whole registers are read of each operand, which must not lead beyond its rows.
    guard width % 16 == 0 || expression.rows.allSatisfy({ !isInsideRow($0) }) else { return nil }
    return product
  }

  private func isInsideRow(_ value: ValueID) -> Bool {
    if case .tensor(_, let first)? = places[value] { first != 0 } else { false }
  }

  private func isRounded(_ value: ValueID) -> Bool {
    if case .tensor(let tensor, _)? = places[value] { tensors[tensor].number == .bf16 } else { false }
  }

  private func mayBeSparse(_ value: ValueID) -> Bool {
    if case .tensor(let tensor, _)? = places[schedule.root(value)] {
      tensors[tensor].takesSparse
    } else {
      false
    }
  }

  /// What one value is computed of, number by number, down to values that have rows.
  private struct Expression {
    let planner: EpiloguePlanner
    let withRows: Set<ValueID>
    let width: Int
    /// The values that are parts of the expression, reshapes among them.
    private(set) var members: Set<ValueID> = []
    /// The rows that it reads.
    private(set) var rows: Set<ValueID> = []

    init(planner: EpiloguePlanner, withRows: Set<ValueID>, width: Int) {
      self.planner = planner
      self.withRows = withRows
      self.width = width
    }

    /// Adds a value; false where registers do not suit it.
    mutating func visit(_ value: ValueID, isTop: Bool = false) -> Bool {
      let instruction = planner.program[value]
      guard instruction.type.width == width || instruction.type.width == 1, instruction.type.element == .f32
      else { return false }
      if !isTop {
        switch instruction.type.space {
        case .constant, .graph: return true
        case .edges: return false
        case .vertices: break
        }
        let root = planner.schedule.root(value)
        if withRows.contains(root) || planner.places[root] != nil {
          guard !planner.isRounded(root) else { return false }
          if root != value { members.insert(value) }
          rows.insert(root)
          return true
        }
      }
      members.insert(value)
      switch instruction.operation {
      case .unary(.relu), .unary(.leakyRelu), .unary(.negate), .binary(.add), .binary(.subtract),
        .binary(.multiply):
        return instruction.operands.allSatisfy { visit($0) }
      case .reshape: return visit(instruction.operands[0])
      default: return false
      }
    }
  }
}
