import Program
import Stages

/// Writes the function that runs an LSTM over the in-edges of each row of a tile, and the one that makes an edge's gates.
struct RecurrenceEmitter {
  let stage: StageEmitter
  let walk: Recurrence

  func emit(_ name: String, _ text: inout CText) {
    SweepEmitter(stage: stage, sweep: walk.gates).emitOneEdge(name + "_gates", &text)
    var body = CText()
    steps(name + "_gates", &body)
    stage.comment(walk.value, &text)
    let head =
      "static void \(name)(const gnnc_call *call, char *arena, gnnc_tile tile, uint32_t *order, int *rested)"
    text.block(head) { inner in
      stage.unpack(body, .tile, &inner)
      inner.append(body)
    }
    text.line()
  }

  private var loops: String { walk.gates.set.loops.c }

  private func buffer(_ place: Int) -> (name: String, stride: Int) {
    (stage.tileNames[place], stage.stage.tileBuffers[place].stride)
  }

  private func steps(_ gatesOfEdge: String, _ text: inout CText) {
    let (gates, product) = (buffer(walk.scratch.gates), buffer(walk.scratch.product))
    let (hidden, cell) = (buffer(walk.scratch.hidden), buffer(walk.scratch.cell))
    let (weights, padding) = (stage.model.packed[walk.weights], stage.model.packed[walk.padding])
    let width = walk.width
    text.line("const gnnc_edges *const edges = &call->edges[\(walk.gates.edges)];")
    text.line("const uint64_t longest = gnnc_longest(edges, \(loops));")
    text.line("gnnc_slot slot[TILE];")
    text.line("uint32_t moved[TILE];")
    text.line("uint32_t slots = gnnc_line_up(edges, tile, \(loops), *rested, order, slot);")
    text.line("memset(\(hidden.name), 0, slots * \(hidden.stride) * sizeof(float));")
    text.line("memset(\(cell.name), 0, slots * \(cell.stride) * sizeof(float));")
    text.block("for (uint64_t step = 0; slots > 0 && !*call->stop; step++)") { text in
      text.block("for (uint32_t k = 0; k < slots; k++)") {
        $0.line("float *const own = \(gates.name) + (size_t)k * \(gates.stride);")
        $0.block("if (step < slot[k].edges)", end: "} else {") {
          $0.line(
            "\(gatesOfEdge)(call, arena, slot[k].row, gnnc_next_edge(edges, tile, \(loops), &slot[k], step), own);"
          )
        }
        $0.indented { $0.line("memcpy(own, \(padding), \(4 * width) * sizeof *own);") }
        $0.line("}")
      }
      text.block("if (step < longest)") {
        $0.line(
          "gnnc_dense(slots, \(4 * width), \(width), \(hidden.name), \(hidden.stride), \(weights), \(product.name), \(product.stride));"
        )
        $0.line(
          "gnnc_lstm_step(slots, \(width), \(gates.name), \(product.name), \(gates.stride), \(hidden.name), \(cell.name), \(hidden.stride), moved);"
        )
      }
      text.block("for (uint32_t k = 0; k < slots;)") { leave(&$0) }
    }
    rest(&text)
  }

  /// A row that is through leaves its slot to the last one.
  private func leave(_ text: inout CText) {
    let (hidden, cell, rest) = (
      buffer(walk.scratch.hidden), buffer(walk.scratch.cell), buffer(walk.scratch.rest)
    )
    text.block("if (step + 1 < longest && (step < slot[k].edges || moved[k]))") {
      $0.line("k++;")
      $0.line("continue;")
    }
    text.line("const float *const last = \(hidden.name) + (size_t)k * \(hidden.stride);")
    text.line("memcpy(\(result("slot[k].row")), last, \(walk.width) * sizeof *last);")
    text.block("if (slot[k].edges == 0)") {
      $0.line("memcpy(\(rest.name), last, \(walk.width) * sizeof *last);")
      $0.line("*rested = 1;")
    }
    text.line("if (k == --slots) break;")
    text.line("slot[k] = slot[slots];")
    text.line("moved[k] = moved[slots];")
    for (name, stride) in [hidden, cell] {
      text.line(
        "memcpy(\(name) + (size_t)k * \(stride), \(name) + (size_t)slots * \(stride), \(stride) * sizeof(float));"
      )
    }
  }

  /// Rows without in-edges are all alike.
  private func rest(_ text: inout CText) {
    guard walk.gates.set.loops != .added else { return }
    let rest = buffer(walk.scratch.rest)
    let others = walk.gates.set.loops == .removed ? " - gnnc_self_loops(edges, tile.first + i)" : ""
    text.block("for (uint32_t i = 0; i < tile.rows; i++)") {
      $0.line("if (gnnc_in_edges(edges, tile.first + i)\(others) > 0) continue;")
      $0.line("memcpy(\(result("i")), \(rest.name), \(walk.width) * sizeof(float));")
    }
  }

  /// Where the result of a row of the tile begins.
  private func result(_ row: String) -> String {
    guard let memory = stage.scope(.rows, blockNames: []).memory(of: walk.value, row: row) else {
      preconditionFailure("a state without a row")
    }
    let start = memory.first == 0 ? "" : " + \(memory.first)"
    return "\(memory.pointer)\(start) + (size_t)\(row) * \(memory.stride)"
  }
}
