import Program
import Stages

/// Writes one `Loop` as C.
struct LoopEmitter {
  let scope: Scope
  let loop: Loop
  /// How many rows there are, and the first: C expressions.
  let rowCount: String
  let firstRow: String
  /// The names of accumulators, where a loop has any.
  var accumulators: [ValueID: String] = [:]
  /// The conditions on which accumulators that stay in registers begin anew, rather than go on.
  var starts: [ValueID: String] = [:]
  let identifiers: Identifiers

  var program: Program { scope.program }

  func emit(_ text: inout CText) {
    var body = CText()
    switch loop.roots[0].mode {
    case .store: store(&body)
    case .reduceAxis(let reduction, let axis): reduceAxis(reduction, axis: axis, &body)
    case .accumulate, .replace: accumulate(&body)
    }
    // What a kernel declares is its own: the next may use the same names.
    if body.declares { text.block("") { $0.append(body) } } else { text.append(body) }
  }

  // MARK: - Loop nests

  /// The loop variables of the domain's axes: 1, 2, ...; 0 is the row.
  var domainIndex: [Affine] { loop.domain.indices.map { Affine(variable: $0 + 1) } }
  var extents: [Int] { [1] + loop.domain }
  let row = Affine(variable: 0)

  func emitter(_ nest: [[Int]]?) -> ExpressionEmitter {
    var emitter = ExpressionEmitter(scope, extents: extents, nest: nest, identifiers: identifiers)
    emitter.variableNames = nest.map { Self.names($0, row: scope.rowVariable) } ?? []
    return emitter
  }

  static func names(_ nest: [[Int]], row: String) -> [String] {
    let letters = ["f", "k", "g", "l", "m", "o", "p", "q"]
    return nest.enumerated().map { place, group in
      if group == [0] { return row }
      let fromInside = nest.count - 1 - place
      return fromInside < letters.count ? letters[fromInside] : "f\(fromInside)"
    }
  }

  /// Which neighbouring loops can be walked as one: every access moves on evenly across them, and the later one is not to
  /// be kept apart.
  func nest(
    _ accesses: [ExpressionEmitter.Access], rowIsOpaque: Bool, withRow: Bool, apart: Int? = nil
  ) -> [[Int]] {
    var nest: [[Int]] = [[0]]
    for variable in 1..<max(extents.count, 1) {
      let before = nest[nest.count - 1].last!
      let even = accesses.allSatisfy {
        ($0.index.terms[before] ?? 0) == ($0.index.terms[variable] ?? 0) * extents[variable]
      }
      let canJoin =
        before == 0 ? withRow && !rowIsOpaque && accesses.contains { $0.index.terms[0] != nil } : true
      if even && canJoin && variable != apart {
        nest[nest.count - 1].append(variable)
      } else {
        nest.append([variable])
      }
    }
    return nest
  }

  func extent(_ group: [Int]) -> Int { group.reduce(1) { $0 * extents[$1] } }

  /// Opens the loops of a nest around a body, with what is hoisted at the head of each.
  func open(
    _ emitter: ExpressionEmitter, _ text: inout CText, from place: Int = 0, simd: Bool = true,
    _ body: (inout CText) -> Void
  ) {
    let nest = emitter.nest!
    guard place < nest.count else { return body(&text) }
    for statement in emitter.hoisted[place] { text.line(statement) }
    let group = nest[place]
    let name = emitter.variableNames[place]
    let width = extent(group)
    let isInnermost = place == nest.count - 1
    var head: String
    if group.contains(0) {
      // All edges of a block in one run: in whole registers, because rows of scratch beyond the last do no harm.
      let run = "\(rowCount) * \(width)"
      let isWhole = group.count > 1 && scope.isEdges && rowCount == "n" && loop.rows == .all
      let count = width == 1 ? rowCount : isWhole ? "(\(run) + 15) / 16 * 16" : run
      let start = firstRow == "0" || width == 1 ? firstRow : "\(firstRow) * \(width)"
      head = "for (size_t \(name) = \(start); \(name) < \(count); \(name)++)"
    } else {
      head = "for (size_t \(name) = 0; \(name) < \(width); \(name)++)"
    }
    // In double precision functions are the C library's, which a compiler may have no vectors for.
    let isForVectors = simd && scope.precision == .single && (group.contains(0) || width >= 4)
    if isInnermost && isForVectors { text.margin("#pragma omp simd") }
    text.block(head) { inner in
      if isInnermost {
        for statement in emitter.hoisted[nest.count] { inner.line(statement) }
        body(&inner)
      } else {
        if group == [0] && scope.isEdges { prefetch(emitter, &inner) }
        if nest[place + 1].first == insideParts { skipPart(emitter, &inner) }
        open(emitter, &inner, from: place + 1, simd: simd, body)
      }
    }
  }

  // MARK: - Storing

  private func store(_ text: inout CText) {
    let root = loop.roots[0]
    func statement(_ emitter: inout ExpressionEmitter) -> String {
      let flat = Affine.flat(domainIndex, root.strides) + Affine(constant: root.offset)
      let shape = program[root.value].type.shape
      let source = Affine.flat(domainIndex, Shape.strides(loop.domain)).split(shape, extents: extents)!
      var term = emitter.value(root.value, source, row: row, isTop: root.value == root.result)
      if term.isCondition { term.text = "(\(scope.precision.type))\(term.text)" }
      return "\(destination(root, flat, &emitter)) = \(Self.bare(term.text));"
    }
    var survey = emitter(nil)
    _ = statement(&survey)
    var writer = emitter(
      nest(survey.accesses, rowIsOpaque: survey.rowIsOpaque, withRow: true, apart: insideParts))
    let line = statement(&writer)
    open(writer, &text) { $0.line(line) }
  }

  /// The outermost loop within one part of a row, where parts may be left out. Without such a loop what is left out is
  /// computed with the rest, and nobody reads it.
  private var insideParts: Int? {
    guard let parts = loop.parts else { return nil }
    return (1..<extents.count).first { extents[..<$0].reduce(1, *) == parts.count }
  }

  private func skipPart(_ emitter: ExpressionEmitter, _ text: inout CText) {
    let outside = 0..<insideParts!
    let part = Affine.flat(outside.map { Affine(variable: $0) }, Shape.strides(outside.map { extents[$0] }))
    text.line("if (!\(scope.tileNames[loop.parts!.filled])[\(emitter.text(part))]) continue;")
  }

  func destination(_ root: Loop.Root, _ flat: Affine, _ emitter: inout ExpressionEmitter) -> String {
    guard let memory = scope.memory(of: root.result, row: scope.rowVariable) else {
      preconditionFailure("a result without rows")
    }
    precondition(memory.number != .bf16, "a result that is rounded before it is whole")
    return "\(memory.pointer)[\(emitter.text(emitter.access(memory, flat, row: row)))]"
  }

  /// Without the outermost parentheses.
  static func bare(_ text: String) -> String {
    guard text.first == "(", text.last == ")" else { return text }
    var depth = 0
    for (place, character) in text.enumerated() {
      if character == "(" { depth += 1 }
      if character == ")" { depth -= 1 }
      if depth == 0 && place < text.count - 1 { return text }
    }
    return String(text.dropFirst().dropLast())
  }
}
