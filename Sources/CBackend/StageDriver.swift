import Foundation
import Program
import Stages

/// The stage function itself: tiles of ordinary rows from one shared cursor, then hubs chunk by chunk.
extension StageEmitter {
  /// A tile takes no more rows once it has so many in-edges.
  static let tileEdges = 8192
  /// GNNC_CHUNK of gnnc_runtime.h.
  static let chunkEdges = 4096

  func emitStage(_ turns: [Turn], _ text: inout CText) {
    let swept = stage.sweptEdges
    for case .sweep(let name, let sweep) in turns where sweep.extent == .allEdges {
      emitHub(name, sweep, &text)
    }
    text.block("static gnnc_status \(functionName)(const gnnc_call *call)") { text in
      text.line("const gnnc_rows owned = call->owned[\(stage.vertexType.number)];")
      let sets = swept.map { "&call->edges[\($0)]" }.joined(separator: ", ")
      text.line("const gnnc_edges *const sets[] = {\(sets.isEmpty ? "NULL" : sets)};")
      text.line("uint64_t cursor = 0;")
      clearSums(&text)
      text.margin("#pragma omp parallel num_threads((int)call->threads)")
      text.block("") { text in
        text.line("char *const arena = (char *)call->arena + (size_t)omp_get_thread_num() * ARENA_BYTES;")
        text.line("gnnc_tile tile;")
        declareRested(turns, &text)
        let take =
          "gnnc_take_tile(&cursor, owned.count, sets, \(swept.count), TILE, \(Self.tileEdges), call->stop, &tile)"
        text.block("while (\(take))") { text in
          for turn in turns {
            switch turn {
            case .rows(let name): text.line("\(name)(call, arena, tile);")
            case .sweep(let name, let sweep) where sweep.isOverTile:
              text.line("\(name)_tile(call, arena, tile);")
            case .sweep(let name, _): text.line("\(name)(call, arena, tile, NULL);")
            case .recurrence(let name):
              text.line(
                "\(name)(call, arena, tile, (uint32_t *)(arena + ARENA_BYTES - ORDER_BYTES), &\(rested(name)));"
              )
            }
          }
        }
      }
      if !swept.isEmpty { hubs(turns, swept, &text) }
      mergeSums(&text)
      text.line("return *call->stop ? GNNC_INTERRUPTED : GNNC_OK;")
    }
    text.line()
  }

  // MARK: - What the partition contributes to the whole graph

  private func clearSums(_ text: inout CText) {
    guard !stage.sums.isEmpty else { return }
    text.block("for (uint32_t t = 0; t < call->threads; t++)") { text in
      for value in stage.sums.keys.sorted() {
        text.line(
          "memset((char *)call->arena + (size_t)t * ARENA_BYTES + \(arena.sums[value]!), 0, \(program[value].type.width) * sizeof(gnnc_sum));"
        )
      }
    }
  }

  private func mergeSums(_ text: inout CText) {
    for (value, tensor) in stage.sums.sorted(by: { $0.key < $1.key }) {
      guard case .reduceGraph(let reduction) = program[value].operation else { continue }
      let width = program[value].type.width
      text.block("") { text in
        text.line(
          "gnnc_sum *const sums = (gnnc_sum *)call->tensors[\(tensor)] + (size_t)call->part * \(width);")
        text.line("memset(sums, 0, \(width) * sizeof *sums);")
        text.block("for (uint32_t t = 0; t < call->threads; t++)") { text in
          text.line("const char *const arena = (const char *)call->arena + (size_t)t * ARENA_BYTES;")
          text.line(
            "gnnc_merge(\(reduction.c), sums, (const gnnc_sum *)(arena + \(arena.sums[value]!)), \(width));")
        }
      }
    }
  }

  func end(_ sweep: Sweep, _ row: String) -> String {
    sweep.set.loops == .kept
      ? "edges->start[\(row) + 1]" : "edges->start[\(row) + 1] - gnnc_self_loops(edges, \(row))"
  }

  private func loop(_ sweep: Sweep) -> Int { sweep.set.loops == .added ? 1 : 0 }

  /// Where the accumulators of a row are.
  func results(_ sweep: Sweep, _ i: String, _ row: String) -> [String] {
    sweep.accumulators.map { accumulator in
      switch stage.places[accumulator.value] {
      case .tile(let buffer)?:
        return
          "(float *)(arena + \(arena.offsets[buffer])) + (size_t)\(i) * \(stage.tileBuffers[buffer].stride)"
      case .tensor(let tensor, let first)?:
        let stride = stages.tensors[tensor].stride
        let base = Self.offset("(float *)call->tensors[\(tensor)]", first)
        return "\(base) + (owned.first + \(row)) * \(stride)"
      case .block?, .edges?, nil: preconditionFailure("an accumulator without a row")
      }
    }
  }

  /// Whether a thread has the result of a row without in-edges.
  private func rested(_ recurrence: String) -> String { recurrence + "_rested" }

  private func declareRested(_ turns: [Turn], _ text: inout CText) {
    for case .recurrence(let name) in turns { text.line("int \(rested(name)) = 0;") }
  }

  // MARK: - Hubs

  /// Rows with more in-edges than a chunk: all threads share the chunks of one row, which are then added in order.
  private func hubs(_ turns: [Turn], _ swept: [Int], _ text: inout CText) {
    text.block("for (size_t s = 0; s < \(swept.count); s++)") { text in
      text.block("for (uint64_t h = 0; h < sets[s]->hubs && !*call->stop; h++)") { text in
        text.line("const uint64_t row = sets[s]->hub[h];")
        if swept.count > 1 {
          text.line("if (gnnc_is_hub(sets, (int)s, row)) continue;  // had in an earlier set")
        }
        text.line("const gnnc_tile tile = {row, 1};")
        text.line("char *const arena = call->arena;")
        declareRested(turns, &text)
        for turn in turns {
          switch turn {
          case .rows(let name): text.line("\(name)(call, arena, tile);")
          case .sweep(let name, let sweep) where sweep.extent == .allEdges:
            text.line("\(name)_hub(call, arena, tile);")
          case .sweep(let name, _): text.line("\(name)(call, arena, tile, NULL);")
          // One step waits for the other: nothing to share.
          case .recurrence(let name): text.line("\(name)(call, arena, tile, call->hub, &\(rested(name)));")
          }
        }
      }
    }
  }

  /// One sweep over a hub, the one row of `tile`: a function of its own and not worth much of a compiler's time, since the
  /// work is in the sweep.
  private func emitHub(_ name: String, _ sweep: Sweep, _ text: inout CText) {
    var body = CText()
    sweepHub(name, sweep, &body)
    text.block(
      "static GNNC_COLD GNNC_NOINLINE void \(name)_hub(const gnnc_call *call, char *arena, gnnc_tile tile)"
    ) { text in
      if body.mentions("owned") {
        text.line("const gnnc_rows owned = call->owned[\(stage.vertexType.number)];")
      }
      text.append(body)
    }
    text.line()
  }

  private func sweepHub(_ name: String, _ sweep: Sweep, _ text: inout CText) {
    let hub = hubLayout(of: sweep)
    text.line("const gnnc_edges *const edges = &call->edges[\(sweep.edges)];")
    text.line("const uint64_t row = tile.first;")
    text.line("const uint64_t begin = edges->start[row], end = \(end(sweep, "row"));")
    text.line(
      "const uint64_t chunks = end - begin > GNNC_CHUNK ? (end - begin + GNNC_CHUNK - 1) / GNNC_CHUNK : 1;")
    if hub.floats > 0 { text.line("float *const scratch = \(hub.first);") }
    text.margin("#pragma omp parallel for num_threads((int)call->threads) schedule(static, 1)")
    text.block("for (uint64_t c = 0; c < chunks; c++)") { text in
      text.line("const uint64_t first = begin + c * GNNC_CHUNK;")
      text.line("const uint64_t last = c + 1 < chunks ? first + GNNC_CHUNK : end;")
      let part = hub.floats > 0 ? "c == 0 ? NULL : scratch + c * \(hub.floats)" : "NULL"
      let kept = hub.kept > 0 ? "scratch + c * \(hub.floats) + \(hub.floats - hub.kept)" : "NULL"
      let isLooped = loop(sweep) == 0 ? "0" : "c == 0"
      text.line(
        "const gnnc_chunk chunk = {{row, first, last, \(isLooped), c == 0 ? GNNC_ROW : GNNC_PART}, \(part), \(kept)};"
      )
      text.line("\(name)(call, arena, tile, &chunk);")
    }
    guard !sweep.accumulators.isEmpty else { return }
    text.block("for (uint64_t c = 1; c < chunks; c++)") { text in
      text.line("const float *const part = scratch + c * \(hub.floats);")
      join(sweep, &text)
    }
  }

  /// The scratch of a hub's chunks: so many floats for each, results first and then what is kept of its edges; and where
  /// that of a sweep's first chunk begins.
  private func hubLayout(of sweep: Sweep) -> (floats: Int, kept: Int, first: String) {
    guard !stage.keptRows.isEmpty else { return (hubWidth(sweep), 0, "call->hub") }
    // What is kept must outlast the sweeps over other edge sets, which have chunks of their own.
    let earlier = stage.sweptEdges.prefix { $0 != sweep.edges }.map {
      "gnnc_chunks(&call->edges[\($0)], row)"
    }
    let first = earlier.isEmpty ? "" : " + (\(earlier.joined(separator: " + "))) * \(hubFloats)"
    return (hubFloats, hubFloats - widestResults, "(float *)call->hub\(first)")
  }

  /// Floats that one chunk of a hub takes.
  var hubFloats: Int {
    let kept = Dictionary(grouping: stage.keptRows.indices) { stage.keptRows[$0].edges }
    return widestResults + (kept.values.map { $0.reduce(0) { $0 + keptFloats($1) } }.max() ?? 0)
  }

  private var widestResults: Int { stage.sweeps.map(hubWidth).max() ?? 0 }

  private func hubWidth(_ sweep: Sweep) -> Int {
    sweep.accumulators.reduce(0) { $0 + Self.partWidth($1) }
  }

  /// Floats that the kept rows of a chunk take: its edges, an added self-loop, and what whole registers write beyond.
  private func keptFloats(_ number: Int) -> Int {
    (stage.keptRows[number].stride * (Self.chunkEdges + 1) + 16 + 15) / 16 * 16
  }

  /// Where the rows that are kept of the in-edges of a row begin, as C: of a tile's row `i`, or of a hub's chunk.
  func keptPlace(_ number: Int, isLooped: Bool) -> String {
    let rows = stage.keptRows[number]
    let before = stage.keptRows.indices.filter { $0 < number && stage.keptRows[$0].edges == rows.edges }
    let inChunk = before.reduce(0) { $0 + keptFloats($1) }
    let chunk = inChunk == 0 ? "chunk->kept" : "chunk->kept + \(inChunk)"
    let place = "edges->start[row] - edges->start[tile.first]\(isLooped ? " + i" : "")"
    return "chunk ? \(chunk) : (float *)(arena + \(arena.kept[number])) + (\(place)) * \(rows.stride)"
  }

  /// Floats that one of them takes.
  static func partWidth(_ accumulator: Accumulator) -> Int { (accumulator.width + 15) / 16 * 16 }

  private func join(_ sweep: Sweep, _ text: inout CText) {
    var first = 0
    for (accumulator, row) in zip(sweep.accumulators, results(sweep, "0", "row")) {
      text.block("") { text in
        text.line("float *const total = \(row);")
        let part = Term(text: first == 0 ? "part[f]" : "part[\(first) + f]", variables: [], isAtom: true)
        let next = LoopEmitter.step(accumulator.reduction, "total[f]", part, .single)
        text.line("for (size_t f = 0; f < \(accumulator.width); f++) total[f] = \(next);")
      }
      first += Self.partWidth(accumulator)
    }
  }
}
