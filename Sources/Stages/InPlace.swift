import Program

/// Finds the tensors of a stage whose rows may take the place of others that it reads: those for which every number is
/// read before another is written where it was.
///
///     c' = f * c + i * g     the same number of each row: c' may lie where c was
///     y  = linear c, W       all of a row for each number: y may not
struct InPlace {
  private let program: Program
  private let tensors: [Tensor]
  private let stage: Stage
  private var reads: [Access] = []
  private var writes: [Access] = []
  /// The kernel, or the sweep, that is being looked at.
  private var time = 0

  /// Columns of a tensor's rows that one kernel reads or writes.
  private struct Access {
    let tensor: Int
    let columns: Range<Int>
    let time: Int
    /// Of what is read: each number goes into the same column of what the kernel writes, and into no other.
    var isElementwise = false
  }

  /// The tensors whose place each tensor that the stage writes may take.
  static func pairs(_ stage: Stage, _ program: Program, _ tensors: [Tensor]) -> [Int: Set<Int>] {
    guard stage.recurrences.isEmpty else { return [:] }
    var search = InPlace(program: program, tensors: tensors, stage: stage)
    search.collect()
    var found: [Int: Set<Int>] = [:]
    for new in stage.writes {
      let old = stage.reads.filter { search.canTake(new, theRowsOf: $0) }
      if !old.isEmpty { found[new] = Set(old) }
    }
    return found
  }

  private init(program: Program, tensors: [Tensor], stage: Stage) {
    self.program = program
    self.tensors = tensors
    self.stage = stage
  }

  private func canTake(_ new: Int, theRowsOf old: Int) -> Bool {
    guard new != old, case .stored(let type) = tensors[new].kind, tensors[old].kind == .stored(type),
      tensors[new].stride == tensors[old].stride, tensors[new].number == .f32, tensors[old].number == .f32,
      !stage.gathers.contains(old)
    else { return false }
    return writes.filter { $0.tensor == new }.allSatisfy { write in
      reads.filter { $0.tensor == old && $0.columns.overlaps(write.columns) }.allSatisfy { read in
        read.time < write.time
          || read.time == write.time && read.isElementwise && read.columns == write.columns
      }
    }
  }

  // MARK: - What reads and writes

  private mutating func collect() {
    for section in stage.sections {
      switch section {
      case .rows(let kernels):
        for kernel in kernels {
          time += 1
          collect(kernel)
        }
      case .sweep(let sweep):
        // Rows take turns in a sweep: what it writes of one, it may read of the next.
        time += 1
        for accumulator in sweep.accumulators {
          write(accumulator.value)
          for operand in program[accumulator.value].operands { read(operand) }
        }
        for keep in sweep.keeps { read(keep.value) }
      case .recurrence: preconditionFailure("a walk along rows")
      }
    }
  }

  private mutating func collect(_ kernel: Kernel) {
    switch kernel {
    case .loop(let loop):
      for root in loop.roots {
        let isWhole = root.mode == .store && root.offset == 0
        read(
          root.value, into: isWhole ? program[root.result].type.width : nil, isTop: root.value == root.result)
        write(root.result)
      }
    case .dense(let dense):
      read(dense.input)
      if let epilogue = dense.epilogue { read(epilogue, isTop: true) }
      write(dense.result)
    case .finishEmpty(let value, _): write(value)
    case .contribute(_, let operand): read(operand)
    case .round(let value, _, _), .widen(let value, _, _): read(value)
    }
  }

  private mutating func write(_ value: ValueID) {
    guard case .tensor(let tensor, let first)? = stage.places[value] else { return }
    writes.append(Access(tensor: tensor, columns: first..<first + program[value].type.width, time: time))
  }

  /// What is read to compute a value. `width` is given while each number of it goes into the same place of a row of so many.
  private mutating func read(_ value: ValueID, into width: Int? = nil, isTop: Bool = false) {
    let instruction = program[value]
    if !isTop, case .tensor(let tensor, let first)? = stage.places[value] {
      let columns = first..<first + instruction.type.width
      let isElementwise = width == instruction.type.width
      return reads.append(Access(tensor: tensor, columns: columns, time: time, isElementwise: isElementwise))
    }
    if !isTop, stage.places[value] != nil { return }
    switch instruction.operation {
    case .unary, .binary, .select, .reshape:
      for operand in instruction.operands {
        read(operand, into: program[operand].type.width == width ? width : nil)
      }
    case .source: return  // of another row
    default: for operand in instruction.operands { read(operand) }
    }
  }
}
