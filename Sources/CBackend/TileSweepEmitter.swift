import Program
import Stages

/// Writes the function that takes the in-edges of all rows of a tile together, a block at a time, so that products on
/// edges have as many rows as they run best with.
///
/// Each row's messages are added in their order, so the bits are those of a sweep over one row after the other.
extension SweepEmitter {
  private var block: Int { stage.stages.settings.productEdges }

  func emitOverTile(_ name: String, _ text: inout CText) {
    var identifiers = stage.identifiers
    let blockNames = sweep.blockBuffers.map { identifiers.unique($0.name) }
    let results = accumulatorNames(&identifiers)
    let scope = stage.scope(.edges(sweep, .tile), blockNames: blockNames)
    var inside = CText()
    kernels(scope, results, identifiers, &inside)
    var body = CText()
    start(results, &body)
    for (place, buffer) in sweep.blockBuffers.enumerated() {
      body.line("_Alignas(64) float \(scope.blockNames[place])[\(block) * \(buffer.stride)];")
    }
    let arrays = Arrays(inside)
    for (array, type) in arrays.declared { body.line("\(type) \(array)[\(block)];") }
    body.line("uint32_t next = 0;")
    body.line("uint64_t e = edges->start[tile.first];")
    body.block("for (;;)") { text in
      fill(arrays, &text)
      text.line("if (n == 0) break;")
      if inside.mentions("ahead") { text.line("const uint32_t *const ahead = edges->source + at[0];") }
      text.append(inside)
    }
    text.block("static void \(name)(const gnnc_call *call, char *arena, gnnc_tile tile)") { inner in
      inner.line("const gnnc_edges *const edges = &call->edges[\(sweep.edges)];")
      stage.unpack(body, .targets, &inner)
      inner.append(body)
    }
    text.line()
  }

  /// Running results as they are before the first edge.
  private func start(_ results: [ValueID: String], _ text: inout CText) {
    let firsts = sweep.accumulators.filter(\.isFirst)
    guard !firsts.isEmpty else { return }
    text.block("for (uint32_t i = 0; i < tile.rows; i++)") { text in
      for (accumulator, place) in zip(sweep.accumulators, stage.results(sweep, "i", "tile.first + i"))
      where accumulator.isFirst {
        let start = Precision.single.literal(accumulator.start)
        let name = results[accumulator.value]!
        text.line("float *const \(name) = \(place);")
        text.line("for (size_t f = 0; f < \(accumulator.width); f++) \(name)[f] = \(start);")
      }
    }
  }

  /// What is noted of each edge of a block: where it comes from, which of the tile's rows it leads to, and its place.
  private struct Arrays {
    let declared: [(name: String, type: String)]
    let filled: [String]

    init(_ body: CText) {
      let all = [
        ("ids", "uint32_t", "edges->source[e]"), ("target", "uint32_t", "next"), ("at", "uint64_t", "e"),
      ]
      let used = all.filter { body.mentions($0.0) || ($0.0 == "at" && body.mentions("ahead")) }
      declared = used.map { ($0.0, $0.1) }
      filled = used.map { "\($0.0)[n] = \($0.2);" }
    }
  }

  private func fill(_ arrays: Arrays, _ text: inout CText) {
    text.line("size_t n = 0;")
    text.block("while (n < \(block) && next < tile.rows)") { text in
      text.line("const uint64_t end = \(stage.end(sweep, "tile.first + next"));")
      text.block("for (; e < end && n < \(block); e++, n++)") { text in
        for line in arrays.filled { text.line(line) }
      }
      text.block("if (e == end)") { text in
        text.line("next++;")
        text.line("if (next < tile.rows) e = edges->start[tile.first + next];")
      }
    }
  }

  private func kernels(
    _ scope: Scope, _ results: [ValueID: String], _ identifiers: Identifiers, _ text: inout CText
  ) {
    for kernel in sweep.kernels {
      if case .loop(let loop) = kernel, results[loop.roots[0].result] != nil { continue }
      stage.emit(kernel, scope, rowCount: "n", &text)
    }
    for keep in sweep.keeps { emit(keep, scope, &text) }
    let loops = sweep.kernels.compactMap { kernel -> Loop? in
      if case .loop(let loop) = kernel, results[loop.roots[0].result] != nil { loop } else { nil }
    }
    guard !loops.isEmpty else { return }
    text.block("for (size_t from = 0, to; from < n; from = to)") { text in
      text.line("for (to = from + 1; to < n && target[to] == target[from];) to++;")
      text.line("const uint32_t i = target[from];")
      for (accumulator, place) in zip(sweep.accumulators, stage.results(sweep, "i", "tile.first + i")) {
        text.line("float *restrict const \(results[accumulator.value]!) = \(place);")
      }
      for loop in loops { accumulate(loop, scope, results, identifiers, from: "from", to: "to", &text) }
    }
  }
}
