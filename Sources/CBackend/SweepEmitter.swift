import Program
import Stages

/// Writes the function that sweeps over the in-edges of one row, or over a chunk of a hub's.
struct SweepEmitter {
  let stage: StageEmitter
  let sweep: Sweep

  private var block: Int { stage.stages.settings.blockEdges }

  /// The sweep over the rows of a tile, one after the other, or over one chunk of a hub's in-edges.
  func function(_ name: String) -> SweepFunction {
    var identifiers = stage.identifiers
    let blockNames = sweep.blockBuffers.map { identifiers.unique($0.name) }
    let results = accumulatorNames(&identifiers)
    let scope = stage.scope(.edges(sweep), blockNames: blockNames)
    var row = CText()
    switch sweep.extent {
    case .allEdges: allEdges(scope, results, identifiers, &row)
    case .lastLoop: lastLoop(scope, results, identifiers, &row)
    case .oneEdge: preconditionFailure("one edge at a time is for walks")
    }
    let pointers = stage.pointers(row, .row)
    var body = CText()
    body.block("for (uint32_t i = 0; i < tile.rows; i++)") { inner in
      inner.line("const uint64_t row = tile.first + i;")
      let whole =
        "{row, edges->start[row], \(stage.end(sweep, "row")), \(sweep.set.loops == .added ? 1 : 0), GNNC_ROW}"
      inner.line("const gnnc_span span = chunk ? chunk->span : (gnnc_span)\(whole);")
      for declaration in pointers.ofRow { inner.line(declaration) }
      declareResults(results, &inner)
      declareKept(blockNames, &inner)
      inner.append(row)
    }
    var unpacking = CText()
    unpacking.line("const gnnc_edges *const edges = &call->edges[\(sweep.edges)];")
    stage.declare(pointers, usedBy: body, parameters: ["arena"], &unpacking)
    return SweepFunction(
      name: name, unpacking: unpacking,
      rowNames: pointers.ofRow.map(SweepFunction.declared(in:))
        + sweep.accumulators.map { results[$0.value]! },
      body: body)
  }

  /// Where the accumulators of a row are: in the row's own place, or in the part of a hub's chunk.
  private func declareResults(_ results: [ValueID: String], _ text: inout CText) {
    var first = 0
    for (accumulator, place) in zip(sweep.accumulators, stage.results(sweep, "i", "row")) {
      let part = first == 0 ? "chunk->part" : "chunk->part + \(first)"
      text.line(
        "float *restrict const \(results[accumulator.value]!) = chunk && chunk->part ? \(part) : \(place);")
      first += StageEmitter.partWidth(accumulator)
      declareParts(accumulator, results[accumulator.value]!, &text)
    }
  }

  /// The bytes that say which parts of an accumulator are there: for a row of one part, whether it has in-edges; else where
  /// they are, to be set as edges add to parts. A hub's row has all, and so have its chunks.
  private func declareParts(_ accumulator: Accumulator, _ result: String, _ text: inout CText) {
    guard let parts = accumulator.parts else { return }
    let bytes = "(uint8_t *)(arena + \(stage.arena.offsets[parts.filled]))"
    guard parts.count > 1 else {
      return text.line("if (!(chunk && chunk->part)) (\(bytes))[i] = span.begin < span.end;")
    }
    let own = "\(bytes) + (size_t)i * \(parts.count)"
    let name = Self.filled(result)
    text.line("uint8_t \(name)_chunk[\(parts.count)];")
    text.line("uint8_t *const \(name) = chunk && chunk->part ? \(name)_chunk : \(own);")
  }

  /// The name of the bytes that say which parts of an accumulator are there, by the accumulator's own.
  static func filled(_ result: String) -> String { result + "_filled" }

  private func declareKept(_ blockNames: [String], _ text: inout CText) {
    for (name, buffer) in zip(blockNames, sweep.blockBuffers) {
      guard let kept = buffer.kept else { continue }
      let place = stage.keptPlace(kept, isLooped: sweep.set.loops == .added)
      text.line("float *const \(name)_kept = \(place);")
    }
  }

  /// Block buffers that are a part of what is kept of all edges of the row.
  private func pointToKept(_ scope: Scope, _ text: inout CText) {
    let place = sweep.set.loops == .added ? "(loop ? 0 : e - span.begin + span.loop)" : "(e - span.begin)"
    for (name, buffer) in zip(scope.blockNames, sweep.blockBuffers) where buffer.kept != nil {
      text.line("float *const \(name) = \(name)_kept + \(place) * \(buffer.stride);")
    }
  }

  /// The sweep over one edge, whose value goes to `to`: a step of a walk.
  func emitOneEdge(_ name: String, _ text: inout CText) {
    var identifiers = stage.identifiers
    let blockNames = sweep.blockBuffers.map { identifiers.unique($0.name) }
    let results = accumulatorNames(&identifiers)
    let scope = stage.scope(.edges(sweep), blockNames: blockNames)
    var body = CText()
    oneEdge(scope, results, identifiers, &body)
    let pointers = stage.pointers(body, .row)
    var whole = CText()
    for declaration in pointers.ofRow { whole.line(declaration) }
    // Without `restrict`, since it points into what `arena` points at; the local copy has it.
    let parameters = sweep.accumulators.map { ", float *to_\(results[$0.value]!)" }
    for accumulator in sweep.accumulators {
      let name = results[accumulator.value]!
      whole.line("float *restrict const \(name) = to_\(name);")
    }
    whole.append(body)
    let head =
      "static void \(name)(const gnnc_call *call, const char *arena, uint32_t i, gnnc_span span\(parameters.joined()))"
    text.block(head) { inner in
      if whole.mentions("edges") {
        inner.line("const gnnc_edges *const edges = &call->edges[\(sweep.edges)];")
      }
      stage.declare(pointers, usedBy: whole, parameters: ["call", "arena", "i", "span"], &inner)
      inner.append(whole)
    }
    text.line()
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
    to end: String, starts: [ValueID: String] = [:], _ text: inout CText
  ) {
    stage.comment(loop.roots[0].result, &text)
    LoopEmitter(
      scope: scope, loop: loop, rowCount: end, firstRow: first, accumulators: results, starts: starts,
      identifiers: identifiers
    ).emit(&text)
  }

  private func kernels(
    _ scope: Scope, _ results: [ValueID: String], _ identifiers: Identifiers,
    starts: [ValueID: String] = [:], _ text: inout CText
  ) {
    for kernel in sweep.kernels {
      if case .loop(let loop) = kernel, results[loop.roots[0].result] != nil {
        accumulate(loop, scope, results, identifiers, from: "0", to: "n", starts: starts, &text)
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
  private func initialize(
    _ results: [ValueID: String], isFirst: Bool, besides inRegisters: Set<ValueID> = [], _ text: inout CText
  ) {
    for accumulator in sweep.accumulators
    where accumulator.isFirst == isFirst && !inRegisters.contains(accumulator.value) {
      if let parts = accumulator.parts, parts.count > 1 {
        leaveOut(parts, accumulator, results[accumulator.value]!, &text)
        continue
      }
      let start = Precision.single.literal(accumulator.start)
      text.line(
        "for (size_t f = 0; f < \(accumulator.width); f++) \(results[accumulator.value]!)[f] = \(start);")
    }
  }

  /// Parts of a row begin when an edge adds to them; those of a hub all at once, so that its chunks can be joined.
  private func leaveOut(_ parts: Parts, _ accumulator: Accumulator, _ result: String, _ text: inout CText) {
    text.line("memset(\(Self.filled(result)), chunk != NULL, \(parts.count));")
    text.line("if (chunk) memset(\(result), 0, \(accumulator.width) * sizeof(float));")
  }

  // MARK: - All edges

  private var isInBlocks: Bool { !sweep.blockBuffers.isEmpty }

  /// The accumulators that begin in registers with a row's first edges, and the condition on which they do.
  private func startsInRegisters(_ scope: Scope, _ identifiers: Identifiers) -> [ValueID: String] {
    // Without edges nothing would begin.
    guard sweep.set.loops == .added || !isInBlocks else { return [:] }
    var starts: [ValueID: String] = [:]
    for case .loop(let loop) in sweep.kernels where loop.roots.allSatisfy({ $0.isAccumulated }) {
      let emitter = LoopEmitter(
        scope: scope, loop: loop, rowCount: "n", firstRow: "0",
        accumulators: Dictionary(loop.roots.map { ($0.result, "x") }, uniquingKeysWith: { one, _ in one }),
        identifiers: identifiers)
      guard emitter.runsInRegisters else { continue }
      for root in loop.roots {
        let takesOneMessage = sweep.kernels.allSatisfy { kernel in
          guard case .loop(let other) = kernel, other != loop else { return true }
          return !other.roots.contains { $0.result == root.result }
        }
        guard takesOneMessage, loop.roots.filter({ $0.result == root.result }).count == 1,
          let accumulator = sweep.accumulators.first(where: { $0.value == root.result })
        else { continue }
        starts[root.result] = accumulator.isFirst ? "fresh" : "fresh == GNNC_PART"
      }
    }
    return starts
  }

  private func allEdges(
    _ scope: Scope, _ results: [ValueID: String], _ identifiers: Identifiers, _ text: inout CText
  ) {
    let starts = startsInRegisters(scope, identifiers)
    for (isFirst, condition) in [(true, "span.fresh"), (false, "span.fresh == GNNC_PART")] {
      var filled = CText()
      initialize(results, isFirst: isFirst, besides: Set(starts.keys), &filled)
      if !filled.lines.isEmpty { text.block("if (\(condition))") { $0.append(filled) } }
    }
    for (place, buffer) in sweep.blockBuffers.enumerated() where buffer.kept == nil {
      text.line("_Alignas(64) float \(scope.blockNames[place])[\(block) * \(buffer.stride)];")
    }
    var inside = CText()
    pointToKept(scope, &inside)
    kernels(scope, results, identifiers, starts: starts, &inside)
    let isFresh = inside.mentions("fresh")
    if isFresh { text.line("uint32_t fresh = span.fresh;") }
    let ahead = inside.mentions("ahead") ? "const uint32_t *const ahead = edges->source + e;" : nil
    if sweep.set.loops == .added {
      loopFirst(inside, ahead, isFresh: isFresh, &text)
    } else {
      let limit = isInBlocks ? block : nil
      text.block(limit == nil ? "" : "for (uint64_t e = span.begin; e < span.end; e += \(block))") { inner in
        if limit == nil { inner.line("const uint64_t e = span.begin;") }
        let count = "span.end - e"
        inner.line("const size_t n = \(limit.map { "\(count) < \($0) ? \(count) : \($0)" } ?? count);")
        if inside.mentions("ids") { inner.line("const uint32_t *const ids = edges->source + e;") }
        if let ahead { inner.line(ahead) }
        inner.append(inside)
      }
    }
  }

  /// The added self-loop, where the span has one, and then the other edges: a block at a time where values of edges have
  /// rows, the loop first in the first; else the loop, and all the others.
  private func loopFirst(_ inside: CText, _ ahead: String?, isFresh: Bool, _ text: inout CText) {
    let mentionsIDs = inside.mentions("ids")
    text.line("size_t loop = span.loop;")
    if mentionsIDs {
      text.line(
        isInBlocks
          ? "_Alignas(64) uint32_t own[\(block) + 16];"
          : "const uint32_t own = (uint32_t)(owned.first + span.row);")
    }
    text.block("for (uint64_t e = span.begin; loop || e < span.end;)") { inner in
      if isInBlocks {
        inner.line("const size_t others = span.end - e < \(block) - loop ? span.end - e : \(block) - loop;")
        inner.line("const size_t n = others + loop;")
        if mentionsIDs {
          inner.line("const uint32_t *ids = edges->source + e;")
          inner.block("if (loop)") {
            $0.line("own[0] = (uint32_t)(owned.first + span.row);")
            $0.line("gnnc_copy_sources(own + 1, ids, others);")
            $0.line("ids = own;")
          }
        }
      } else {
        inner.line("const size_t others = loop ? 0 : span.end - e;")
        inner.line("const size_t n = others + loop;")
        if mentionsIDs { inner.line("const uint32_t *const ids = loop ? &own : edges->source + e;") }
      }
      if let ahead { inner.line(ahead) }
      inner.append(inside)
      inner.line("e += others;")
      inner.line("loop = 0;")
      if isFresh { inner.line("fresh = 0;") }
    }
  }

  // MARK: - One edge

  /// The edge where the span begins, or the added self-loop.
  private func oneEdge(
    _ scope: Scope, _ results: [ValueID: String], _ identifiers: Identifiers, _ text: inout CText
  ) {
    for (place, buffer) in sweep.blockBuffers.enumerated() {
      // Whole registers, as loops over a block write them.
      text.line("_Alignas(64) float \(scope.blockNames[place])[\((buffer.stride + 15) / 16 * 16)];")
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
    if sweep.set.loops == .kept { text.line("if (gnnc_self_loops(edges, span.row) == 0) continue;") }
    for (place, buffer) in sweep.blockBuffers.enumerated() {
      // Whole registers, as loops over a block write them.
      text.line("_Alignas(64) float \(scope.blockNames[place])[\((buffer.stride + 15) / 16 * 16)];")
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
