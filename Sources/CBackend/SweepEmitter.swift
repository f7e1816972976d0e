import Program
import Stages

/// Makes the function that sweeps over the in-edges of one row, or over a chunk of a hub's.
struct SweepEmitter {
  let stage: StageEmitter
  let sweep: Sweep

  private var block: Int { stage.stages.settings.blockEdges }

  func function(_ name: String) -> SweepFunction {
    var identifiers = stage.identifiers
    let blockNames = sweep.blockBuffers.map { identifiers.unique($0.name) }
    let results = accumulatorNames(&identifiers)
    let scope = stage.scope(.edges(sweep), blockNames: blockNames)
    var body = CText()
    switch sweep.extent {
    case .allEdges: allEdges(scope, results, identifiers, &body)
    case .lastLoop: lastLoop(scope, results, identifiers, &body)
    case .oneEdge: oneEdge(scope, results, identifiers, &body)
    }
    var unpacking = CText()
    if body.mentions("edges") {
      unpacking.line("const gnnc_edges *const edges = &call->edges[\(sweep.edges)];")
    }
    stage.unpack(body, .row, &unpacking)
    return SweepFunction(
      name: name, results: sweep.accumulators.map { results[$0.value]! }, unpacking: unpacking, body: body)
  }

  func accumulatorNames(_ identifiers: inout Identifiers) -> [ValueID: String] {
    var names: [ValueID: String] = [:]
    for accumulator in sweep.accumulators {
      names[accumulator.value] = identifiers.unique(Names.of(accumulator.value, in: stage.program) + "_of")
    }
    return names
  }

  /// Edges `first ..< end` of a block go into running results.
  func accumulate(
    _ loop: Loop, _ scope: Scope, _ results: [ValueID: String], _ identifiers: Identifiers,
    from first: String,
    to end: String, _ text: inout CText
  ) {
    stage.comment(loop.roots[0].result, &text)
    LoopEmitter(
      scope: scope, loop: loop, rowCount: end, firstRow: first, accumulators: results,
      identifiers: identifiers
    ).emit(&text)
  }

  private func kernels(
    _ scope: Scope, _ results: [ValueID: String], _ identifiers: Identifiers, _ text: inout CText
  ) {
    for kernel in sweep.kernels {
      if case .loop(let loop) = kernel, results[loop.roots[0].result] != nil {
        accumulate(loop, scope, results, identifiers, from: "0", to: "n", &text)
      } else {
        stage.emit(kernel, scope, rowCount: "n", &text)
      }
    }
    for keep in sweep.keeps { emit(keep, scope, &text) }
  }

  /// The rows of a block go to where later stages, or the user, read them.
  func emit(_ keep: Keep, _ scope: Scope, _ text: inout CText) {
    guard let rows = scope.memory(of: keep.value, row: "j") else {
      preconditionFailure("a kept value without rows")
    }
    let stride = stage.stages.tensors[keep.tensor].stride
    let isLooped = sweep.set.loops == .added
    let place = scope.isOverTile ? "at[j]" : isLooped ? "(e + j - loop)" : "(e + j)"
    let bytes = "\(keep.width) * sizeof(float)"
    stage.comment(keep.value, &text)
    text.line(
      "for (size_t j = \(isLooped ? "loop" : "0"); j < n; j++) memcpy((float *)call->tensors[\(keep.tensor)] + \(place) * \(stride), \(rows.pointer) + j * \(rows.stride), \(bytes));"
    )
    guard let loops = keep.loopTensor else { return }
    text.line(
      "if (loop) memcpy((float *)call->tensors[\(loops)] + (owned.first + span.row) * \(stride), \(rows.pointer), \(bytes));"
    )
  }

  /// Accumulators as they are before the first edge. Those that go on from another edge set do so, but in a hub's parts.
  private func initialize(_ results: [ValueID: String], isFirst: Bool, _ text: inout CText) {
    for accumulator in sweep.accumulators where accumulator.isFirst == isFirst {
      let start = Precision.single.literal(accumulator.start)
      text.line(
        "for (size_t f = 0; f < \(accumulator.width); f++) \(results[accumulator.value]!)[f] = \(start);")
    }
  }

  // MARK: - All edges

  private func allEdges(
    _ scope: Scope, _ results: [ValueID: String], _ identifiers: Identifiers, _ text: inout CText
  ) {
    if sweep.accumulators.contains(where: \.isFirst) {
      text.block("if (span.fresh)") { initialize(results, isFirst: true, &$0) }
    }
    if sweep.accumulators.contains(where: { !$0.isFirst }) {
      text.block("if (span.fresh == GNNC_PART)") { initialize(results, isFirst: false, &$0) }
    }
    for (place, buffer) in sweep.blockBuffers.enumerated() {
      text.line("float \(scope.blockNames[place])[\(block) * \(buffer.stride)];")
    }
    var inside = CText()
    kernels(scope, results, identifiers, &inside)
    let mentionsAhead = inside.mentions("ahead")
    let mentionsIDs = inside.mentions("ids")
    if sweep.set.loops == .added {
      text.line("size_t loop = span.loop;")
      if mentionsIDs { text.line("uint32_t own[\(block)];") }
      text.block("for (uint64_t e = span.begin; loop || e < span.end;)") { inner in
        inner.line("const size_t others = span.end - e < \(block) - loop ? span.end - e : \(block) - loop;")
        inner.line("const size_t n = others + loop;")
        if mentionsIDs {
          inner.line("const uint32_t *ids = edges->source + e;")
          inner.block("if (loop)") {
            $0.line("own[0] = (uint32_t)(owned.first + span.row);")
            $0.line("memcpy(own + 1, ids, others * sizeof *own);")
            $0.line("ids = own;")
          }
        }
        if mentionsAhead { inner.line("const uint32_t *const ahead = edges->source + e;") }
        inner.append(inside)
        inner.line("e += others;")
        inner.line("loop = 0;")
      }
    } else {
      let limit = sweep.blockBuffers.isEmpty ? nil : block
      text.block(limit == nil ? "" : "for (uint64_t e = span.begin; e < span.end; e += \(block))") { inner in
        if limit == nil { inner.line("const uint64_t e = span.begin;") }
        let count = "span.end - e"
        inner.line("const size_t n = \(limit.map { "\(count) < \($0) ? \(count) : \($0)" } ?? count);")
        if mentionsIDs { inner.line("const uint32_t *const ids = edges->source + e;") }
        if mentionsAhead { inner.line("const uint32_t *const ahead = edges->source + e;") }
        inner.append(inside)
      }
    }
  }

  // MARK: - One edge

  /// The edge where the span begins, or the added self-loop.
  private func oneEdge(
    _ scope: Scope, _ results: [ValueID: String], _ identifiers: Identifiers, _ text: inout CText
  ) {
    for (place, buffer) in sweep.blockBuffers.enumerated() {
      // Whole registers, as loops over a block write them.
      text.line("float \(scope.blockNames[place])[\((buffer.stride + 15) / 16 * 16)];")
    }
    var inside = CText()
    kernels(scope, results, identifiers, &inside)
    let mentionsIDs = inside.mentions("ids")
    if inside.mentions("n") { text.line("const size_t n = 1;") }
    if inside.mentions("loop") { text.line("const size_t loop = span.loop;") }
    if inside.mentions("e") || mentionsIDs { text.line("const uint64_t e = span.begin;") }
    if mentionsIDs, sweep.set.loops == .added {
      text.line("const uint32_t own[] = {(uint32_t)(owned.first + span.row)};")
      text.line("const uint32_t *const ids = span.loop ? own : edges->source + e;")
    } else if mentionsIDs {
      text.line("const uint32_t *const ids = edges->source + e;")
    }
    text.append(inside)
  }

  // MARK: - The last self-loop

  /// The graph's own, or the added one; a set without loops has none, and the result is what it is without one.
  private func lastLoop(
    _ scope: Scope, _ results: [ValueID: String], _ identifiers: Identifiers, _ text: inout CText
  ) {
    initialize(results, isFirst: true, &text)
    guard sweep.set.loops != .removed else { return }
    if sweep.set.loops == .kept { text.line("if (gnnc_self_loops(edges, span.row) == 0) return;") }
    for (place, buffer) in sweep.blockBuffers.enumerated() {
      // Whole registers, as loops over a block write them.
      text.line("float \(scope.blockNames[place])[\((buffer.stride + 15) / 16 * 16)];")
    }
    var inside = CText()
    kernels(scope, results, identifiers, &inside)
    if inside.mentions("n") { text.line("const size_t n = 1;") }
    if sweep.set.loops == .added {
      if inside.mentions("loop") { text.line("const size_t loop = 1;") }
      if inside.mentions("e") { text.line("const uint64_t e = span.end;") }
      if inside.mentions("ids") { text.line("const uint32_t ids[] = {(uint32_t)(owned.first + span.row)};") }
    } else {
      if inside.mentions("e") || inside.mentions("ids") {
        text.line("const uint64_t e = edges->start[span.row + 1] - 1;")
      }
      if inside.mentions("ids") { text.line("const uint32_t *const ids = edges->source + e;") }
    }
    text.append(inside)
  }
}
