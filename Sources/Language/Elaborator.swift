import Diagnostics
import Program

/// Runs a model once over static values: options are decided, repetitions unrolled, modules replaced by what they
/// compute, shapes and spaces checked; what remains is the program.
///
/// A mistake makes its value `poison`, which is accepted everywhere in silence, so that one mistake is one message.
struct Elaborator {
  /// What keeps a repetition gone wrong from running on.
  struct Limits {
    /// More instructions than any real model has.
    var instructions = 1_000_000
    /// Static steps, for what makes no instructions.
    var steps = 4_000_000
  }

  /// How deep modules may use each other.
  static let deepestUse = 40
  /// Numbers in one row.
  static let widestRow = 1 << 31
  static let mostMessages = 20

  let names: Names
  let schema: Schema
  let limits: Limits
  var program: Program
  var frames: [Frame] = []
  var diagnostics: [Diagnostic] = []
  private var reported: Set<Span> = []
  var steps = 0
  /// Set when a limit is reached: everything after it is poison.
  var isStopped = false
  var parameterValues: [Parameter: ValueID] = [:]
  /// The first place where each key was asked for.
  var askedKeys: [String: (parameter: Parameter, span: Span)] = [:]
  /// Values that carry a name from the main text, which a library's name does not replace.
  private var namedByUser: Set<ValueID> = []
  var outputs: [String: Span] = [:]
  /// The bodies that run side by side, in message passing over several edge sets.
  var joint: Joint?
  /// While bodies run side by side: instructions already there, so that the same one is not made for each.
  var shared: [Instruction: ValueID]?

  /// One body being run: the model's, or one use of a module.
  struct Frame {
    let module: Module?
    /// The text that the body stands in: it decides what module names mean.
    let text: Int
    var bindings: [String: Value] = [:]
    /// Declared weights, asked of the file when first read.
    var weights: [String: Weight] = [:]
    var prefix = Prefix()
    /// What `{vertex}`, `{relation}`, ... stand for.
    var types = TypeNames()
    /// The edges of the message passing that it belongs to.
    var edges: EdgeSet?
    /// The use in the text one level up.
    var use: Span?
    var returned: Value?
    /// Whether the body stands in another text than the user's own.
    var isOthers: Bool { text != 0 }
    /// How many mistakes had been found when it began.
    var mistakesBefore = 0
  }

  struct Weight {
    let name: Name
    let type: ValueType
    let keys: [Template]
  }

  /// What is known of types when a module is used.
  struct TypeNames {
    var vertex: VertexTypeID?
    var edges: EdgeSet?
  }

  static func run(_ names: Names, _ schema: Schema, _ limits: Limits = Limits()) throws(Failure) -> Program {
    var elaborator = Elaborator(names: names, schema: schema, limits: limits)
    elaborator.frames = [Frame(module: nil, text: 0)]
    elaborator.execute(names.model.body)
    if elaborator.outputs.isEmpty, elaborator.diagnostics.isEmpty {
      elaborator.report(.noOutput(names.model.span))
    }
    guard elaborator.diagnostics.isEmpty else { throw Failure(elaborator.diagnostics) }
    return elaborator.program
  }

  init(names: Names, schema: Schema, limits: Limits = Limits()) {
    self.names = names
    self.schema = schema
    self.limits = limits
    program = Program(schema: schema)
  }

  /// The innermost body being run; changed in place, since a copy would copy all that it has bound.
  var frame: Frame {
    _read { yield frames[frames.count - 1] }
    _modify { yield &frames[frames.count - 1] }
  }

  // MARK: Mistakes

  /// Keeps a mistake, once for each place, with the uses that led to it.
  @discardableResult
  mutating func report(_ error: any Mistake) -> Value {
    let diagnostic = error.diagnostic(self)
    guard diagnostics.count < Self.mostMessages, case .text(let label, let also) = diagnostic.place,
      reported.insert(label.span).inserted
    else { return .poison }
    let uses = frames.compactMap { frame in
      frame.use.flatMap { use in frame.module.map { Label(use, "in this use of `\($0.name.text)`") } }
    }
    let shown = uses.reversed().filter { $0.span != label.span }
    let kept = shown.count <= 3 ? Array(shown) : [shown[0], shown[1], shown[shown.count - 1]]
    diagnostics.append(
      Diagnostic(
        diagnostic.severity, kind: diagnostic.kind, diagnostic.message, at: .text(label, also: also + kept),
        help: diagnostic.help))
    return .poison
  }

  /// Counts one step of static work, and says whether there may be another.
  mutating func step(at span: Span) -> Bool {
    steps += 1
    if steps > limits.steps, !isStopped {
      report(.tooManySteps(span, limits.steps))
      isStopped = true
    }
    return !isStopped
  }

  // MARK: Instructions

  /// Appends an instruction whose type the program's rules infer.
  mutating func emit(
    _ operation: Operation, _ operands: [ValueID] = [], asked: Type = Type(.constant), at span: Span
  ) -> Value {
    guard !isStopped else { return .poison }
    let type: Type
    do {
      let rules = TypeRules(schema: schema, parameters: program.parameters)
      type = try rules.result(of: operation, operands.map { program[$0].type }, asked: asked)
    } catch {
      return report(.refused(span, error.message))
    }
    guard fits(type.shape) else { return report(.hugeRow(span, type.shape)) }
    guard program.instructions.count < limits.instructions else {
      isStopped = true
      return report(.tooManyInstructions(span, limits.instructions))
    }
    let instruction = Instruction(operation, operands, type)
    if let known = shared?[instruction] { return .tensor(Tensor(id: known, type: type, origin: span)) }
    let id = program.append(Instruction(operation, operands, type, origin: span))
    shared?[instruction] = id
    return .tensor(Tensor(id: id, type: type, origin: span))
  }

  func fits(_ shape: [Int]) -> Bool {
    var width = 1
    for size in shape {
      let (product, overflow) = width.multipliedReportingOverflow(by: max(size, 1))
      guard size >= 0, !overflow, product <= Self.widestRow else { return false }
      width = product
    }
    return true
  }

  /// Gives a value the name of a variable; one from the main text wins over the library's.
  mutating func name(_ tensor: Tensor, _ name: String) {
    let isUsers = frame.text == 0
    if isUsers ? namedByUser.insert(tensor.id).inserted : program[tensor.id].name == nil {
      program[tensor.id].name = name
      // A reshape is looked through: what it reads is what is stored.
      let operand = program[tensor.id].operation == .reshape ? program[tensor.id].operands[0] : tensor.id
      if program[operand].name == nil { program[operand].name = name }
    }
  }
}
