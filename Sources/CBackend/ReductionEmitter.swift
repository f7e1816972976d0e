import Program
import Stages

/// Loops that make one number of an axis, or of the edges of a block.
extension LoopEmitter {
  /// One more element of a running result. A product is added with one rounding.
  static func step(_ reduction: Reduction, _ total: String, _ term: Term, _ precision: Precision) -> String {
    switch reduction {
    case .sum:
      if term.factors.count == 2, precision == .single {
        return "__builtin_fmaf(\(term.factors[0]), \(term.factors[1]), \(total))"
      }
      return "\(total) + \(term.text)"
    case .product: return "\(total) * \(term.text)"
    case .max: return Arithmetic.larger(term.text, total, precision)
    case .min: return Arithmetic.smaller(term.text, total, precision)
    }
  }

  static func start(_ reduction: Reduction, _ precision: Precision) -> String {
    switch reduction {
    case .sum: precision.literal(0)
    case .product: precision.literal(1)
    case .max: "-INFINITY"
    case .min: "INFINITY"
    }
  }

  func reduceAxis(_ reduction: AxisReduction, axis: Int, _ text: inout CText) {
    let along: Reduction =
      switch reduction {
      case .sum: .sum
      case .max: .max
      case .min: .min
      }
    guard axis == loop.domain.count - 1 else { return reduceOuter(along, axis, &text) }
    if scope.precision == .single && loop.domain[axis] >= 16 {
      reduceInLanes(along, &text)
    } else {
      reduceInOrder(along, &text)
    }
  }

  /// An axis with others inside it: the result's row grows element by element, in order.
  private func reduceOuter(_ reduction: Reduction, _ axis: Int, _ text: inout CText) {
    let root = loop.roots[0]
    var kept = loop.domain
    kept.remove(at: axis)
    var result = domainIndex
    result.remove(at: axis)
    let flat = Affine.flat(result, Shape.strides(kept))
    func statement(_ emitter: inout ExpressionEmitter) -> (target: String, term: Term) {
      let term = emitter.value(root.value, domainIndex, row: row)
      return (destination(root, flat, &emitter), term)
    }
    var survey = emitter(nil)
    _ = statement(&survey)
    var writer = emitter(nest(survey.accesses, rowIsOpaque: true, withRow: false))
    let (target, term) = statement(&writer)
    let axisLoop = writer.nest!.firstIndex { $0.contains(axis + 1) }!
    let isFirst = "\(writer.variableNames[axisLoop]) == 0"
    let next = Self.step(reduction, target, term, scope.precision)
    open(writer, &text) { $0.line("\(target) = \(isFirst) ? \(Self.bare(term.text)) : \(next);") }
  }

  /// The last axis, one element after the other.
  private func reduceInOrder(_ reduction: Reduction, _ text: inout CText) {
    let root = loop.roots[0]
    let axis = loop.domain.count
    var writer = emitter((0...axis).map { [$0] })
    let term = writer.value(root.value, domainIndex, row: row)
    let target = destination(root, resultIndex, &writer)
    let start = "\(scope.precision.type) total = \(Self.start(reduction, scope.precision));"
    openOuter(writer, &text) { inner in
      inner.line(start)
      inner.block(
        "for (size_t \(writer.variableNames[axis]) = 0; \(writer.variableNames[axis]) < \(loop.domain.last!); \(writer.variableNames[axis])++)"
      ) {
        for statement in writer.hoisted[axis + 1] { $0.line(statement) }
        $0.line("total = \(Self.step(reduction, "total", term, scope.precision));")
      }
      inner.line("\(target) = total;")
    }
  }

  /// The last axis in 16 virtual lanes and one fixed tree, so that the order of a sum does not depend on the width of
  /// the processor's registers.
  private func reduceInLanes(_ reduction: Reduction, _ text: inout CText) {
    if reduction == .sum, sumInRegisters(&text) { return }
    let root = loop.roots[0]
    let (axis, width) = (loop.domain.count, loop.domain.last!)
    // Beside the row and the outer axes: steps of 16 along the axis, and lanes.
    func term(at position: Affine) -> (ExpressionEmitter, Term, String) {
      let nest = (0...axis + 1).map { [$0] }
      var writer = ExpressionEmitter(
        scope, extents: extents.dropLast() + [width / 16, 16], nest: nest, identifiers: identifiers)
      writer.variableNames = Self.names(nest.dropLast(), row: scope.rowVariable) + ["l"]
      let term = writer.value(root.value, domainIndex.dropLast() + [position], row: row)
      return (writer, term, destination(root, resultIndex, &writer))
    }
    let (main, next, target) = term(at: Affine(variable: axis) * 16 + Affine(variable: axis + 1))
    let (rest, last, _) = term(at: Affine(constant: width / 16 * 16) + Affine(variable: axis + 1))
    openOuter(main, &text) { inner in
      inner.line("_Alignas(64) float lane[16];")
      inner.line("for (size_t l = 0; l < 16; l++) lane[l] = \(Self.start(reduction, .single));")
      let name = main.variableNames[axis]
      inner.block("for (size_t \(name) = 0; \(name) < \(width / 16); \(name)++)") { steps in
        for statement in main.hoisted[axis + 1] { steps.line(statement) }
        steps.margin("#pragma omp simd")
        steps.block("for (size_t l = 0; l < 16; l++)") {
          for statement in main.hoisted[axis + 2] { $0.line(statement) }
          $0.line("lane[l] = \(Self.step(reduction, "lane[l]", next, .single));")
        }
      }
      if width % 16 != 0 {
        inner.block("for (size_t l = 0; l < \(width % 16); l++)") {
          for statement in rest.hoisted[(axis + 1)...].joined() { $0.line(statement) }
          $0.line("lane[l] = \(Self.step(reduction, "lane[l]", last, .single));")
        }
      }
      inner.line("\(target) = gnnc_\(reduction.rawValue)_lanes(lane);")
    }
  }

  /// A sum of whole registers of virtual lanes; false where registers do not suit it.
  private func sumInRegisters(_ text: inout CText) -> Bool {
    let root = loop.roots[0]
    let (axis, width) = (loop.domain.count, loop.domain.last!)
    guard width % 16 == 0 else { return false }
    let nest = (0...axis + 1).map { [$0] }
    var writer = ExpressionEmitter(
      scope, extents: extents.dropLast() + [width / 16, 16], nest: nest, identifiers: identifiers)
    writer.variableNames = Self.names(nest.dropLast(), row: scope.rowVariable) + ["r * GNNC_LANES"]
    let position = Affine(variable: axis) * 16 + Affine(variable: axis + 1)
    let index = domainIndex.dropLast() + [position]
    guard let term = writer.lanes(root.value, Array(index), row: row, inner: axis + 1),
      term.variables.contains(axis + 1),
      writer.accesses.allSatisfy({ ($0.index.terms[axis + 1] ?? 0) <= 1 })
    else { return false }
    let target = destination(root, resultIndex, &writer)
    let next =
      term.factors.count == 2
      ? "gnnc_fma_lanes(\(term.factors[0]), \(term.factors[1]), lane[r])" : "lane[r] + \(term.text)"
    openOuter(writer, &text) { inner in
      inner.line("gnnc_lanes lane[16 / GNNC_LANES] = {{0}};")
      inner.line("GNNC_UNROLL")
      let name = writer.variableNames[axis]
      inner.block("for (size_t \(name) = 0; \(name) < \(width / 16); \(name)++)") { steps in
        for statement in writer.hoisted[axis + 1] { steps.line(statement) }
        steps.line("GNNC_UNROLL")
        steps.block("for (size_t r = 0; r < 16 / GNNC_LANES; r++)") {
          for statement in writer.hoisted[axis + 2] { $0.line(statement) }
          $0.line("lane[r] = \(next);")
        }
      }
      inner.line("\(target) = gnnc_sum_registers(lane);")
    }
    return true
  }

  private var resultIndex: Affine {
    Affine.flat(Array(domainIndex.dropLast()), Shape.strides(Array(loop.domain.dropLast())))
  }

  /// Opens the loops over rows and outer axes around what an axis is reduced with.
  private func openOuter(_ writer: ExpressionEmitter, _ text: inout CText, _ body: (inout CText) -> Void) {
    func nested(_ place: Int, _ text: inout CText) {
      for statement in writer.hoisted[place] { text.line(statement) }
      guard place < loop.domain.count else { return body(&text) }
      let name = writer.variableNames[place]
      let (from, to) = place == 0 ? (firstRow, rowCount) : ("0", "\(extents[place])")
      text.block("for (size_t \(name) = \(from); \(name) < \(to); \(name)++)") { text in
        if place == 0 && scope.isEdges { prefetch(writer, &text) }
        nested(place + 1, &text)
      }
    }
    nested(0, &text)
  }
}
