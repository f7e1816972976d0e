import Program
import Stages

/// The function that makes something else of a product's sums before they are stored, as C.
struct EpilogueFunction: Hashable {
  /// What it returns, and what stands before that: C that speaks of `operands` by their names.
  let statements: [String]
  let operands: [String]
  let note: String

  func define(_ name: String, _ text: inout CText) {
    text.line(note)
    text.block(
      "GNNC_INLINE gnnc_lanes \(name)(const float *const *operands, gnnc_lanes total, size_t i, size_t f)"
    ) { text in
      if operands.isEmpty { text.line("(void)operands;") }
      var used = CText()
      for statement in statements { used.line(statement) }
      for unused in ["i", "f"] where !used.mentions(unused) { text.line("(void)\(unused);") }
      for (place, operand) in operands.enumerated() {
        text.line("const float *const \(operand) = operands[\(place)];")
      }
      text.append(used)
    }
    text.line()
  }

  /// Two functions are one where they do the same to operands of other names.
  var key: [String] {
    let places = Dictionary(uniqueKeysWithValues: operands.enumerated().map { ($1, "operand\($0)") })
    return statements.map { CText.renamed($0, places) } + ["\(operands.count)"]
  }
}

/// The epilogues of a model: one function for all that do the same.
struct Epilogues {
  private var names: [[String]: String] = [:]
  private(set) var definitions: [(name: String, function: EpilogueFunction)] = []
  private var identifiers = Identifiers()

  init() {}

  init(_ emitters: [StageEmitter], _ model: ModelNames) {
    identifiers = model.identifiers
    for emitter in emitters {
      for dense in emitter.rowProducts { if let function = emitter.epilogue(of: dense) { add(function) } }
    }
  }

  private mutating func add(_ function: EpilogueFunction) {
    guard names[function.key] == nil else { return }
    let name = identifiers.unique("epilogue\(definitions.count + 1)")
    names[function.key] = name
    definitions.append((name, function))
  }

  func name(of function: EpilogueFunction) -> String { names[function.key]! }
}

extension StageEmitter {
  /// The products on the rows of tiles.
  var rowProducts: [Dense] {
    stage.sections.flatMap { section -> [Dense] in
      guard case .rows(let kernels) = section else { return [] }
      return kernels.compactMap { if case .dense(let dense) = $0 { dense } else { nil } }
    }
  }

  /// What becomes of a product's sums, if anything does.
  func epilogue(of dense: Dense) -> EpilogueFunction? {
    guard let result = dense.epilogue else { return nil }
    let shape = program[result].type.shape
    let domain = shape.filter { $0 != 1 }
    let axes = Array(1...domain.count)
    var writer = ExpressionEmitter(
      scope(.rows, blockNames: []), extents: [1] + domain, nest: [[0], axes], identifiers: identifiers)
    writer.variableNames = ["i", "f"]
    writer.inRegisters = [dense.value: "total"]
    let flat = Affine.flat(axes.map { Affine(variable: $0) }, Shape.strides(domain))
    guard let index = flat.split(shape, extents: [1] + domain),
      let term = writer.lanes(result, index, row: Affine(variable: 0), inner: domain.count, isTop: true)
    else { preconditionFailure("an epilogue that registers do not suit") }
    var body = CText()
    for statement in writer.hoisted.joined() { body.line(statement) }
    body.line("return \(LoopEmitter.bare(term.text));")
    let names = model.tensors + tileNames + model.packed
    var note = CText()
    comment(result, &note)
    return EpilogueFunction(
      statements: body.lines, operands: names.filter(body.mentions), note: note.lines[0])
  }
}
