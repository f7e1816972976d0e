import Program
import Stages

/// What a compiler did with a model, for people: what each pass changed, and the stages with their predicted cost.
struct Explanation {
  let translation: Translation
  private var stages: StageProgram { translation.stages }

  init(_ translation: Translation) { self.translation = translation }

  var text: String {
    (passLines + [""] + stageLines + [""] + bufferLines).joined(separator: "\n") + "\n"
  }

  // MARK: - Passes

  private var passLines: [String] {
    var lines = ["passes"]
    for report in translation.passes {
      if report.notes.isEmpty { continue }
      lines.append("  \(report.name)")
      for note in report.notes {
        let place = note.origin.map { "  (\($0.source.name):\($0.line))" } ?? ""
        lines.append("    \(note.text)\(place)")
      }
    }
    return lines.count == 1 ? ["passes: none found anything to do"] : lines
  }

  // MARK: - Stages

  private var stageLines: [String] {
    var lines = ["stages"]
    for (number, stage) in stages.stages.enumerated() {
      let type = translation.program.schema[stage.vertexType].name
      let kind = stage.isPrologue ? "prologue" : "level \(stage.level)"
      lines.append("  \(number)  \(kind), vertices of \(type): \(stage.name)")
      lines += tensors("gathers", stage.gathers)
      lines += tensors("reads", stage.reads)
      lines += tensors("writes", stage.writes)
      for sweep in stage.sweeps { lines.append("       sweeps   \(describe(sweep))") }
      for walk in stage.recurrences { lines += describe(walk) }
      lines += costLines(stage)
    }
    for finish in stages.finishes {
      let names = finish.values.map { Names.of($0, in: translation.stages.program) }
      lines.append("  after level \(finish.level), of the whole graph: \(names.joined(separator: ", "))")
    }
    return lines
  }

  private func tensors(_ word: String, _ numbers: [Int]) -> [String] {
    guard !numbers.isEmpty else { return [] }
    let names = numbers.map { number in
      let tensor = stages.tensors[number]
      let apart = tensor.stride == tensor.width ? "" : ", rows \(tensor.stride) apart"
      return "\(tensor.name) [\(tensor.width)\(tensor.number == .bf16 ? ", bfloat16" : "")\(apart)]"
    }
    return ["       \(word.padding(8)) \(names.joined(separator: ", "))"]
  }

  /// With what nobody would guess: a vertex that has one in-edge may take as many steps as the largest hub.
  private func describe(_ walk: Recurrence) -> [String] {
    let flops = 8 * walk.width * walk.width + 12 * walk.width
    return [
      "       walks    \(describe(walk.gates.set)): lstm [\(walk.width)], in plain order",
      "       warning  a vertex takes as many steps, of \(flops) flops, as the largest in-degree of the whole graph, or until",
      "                its state settles behind its last in-edge; a vertex with more than 4096 in-edges keeps one thread busy",
    ]
  }

  private func describe(_ set: EdgeSet) -> String {
    let name = translation.program.schema[set.type].name
    let direction = set.direction == .forward ? name : "\(set.direction.rawValue)(\(name))"
    let loops =
      switch set.loops {
      case .kept: ""
      case .removed: " without self-loops"
      case .added: " with self-loops"
      }
    return direction + loops
  }

  private func describe(_ sweep: Sweep) -> String {
    let results = sweep.accumulators.map { "\($0.reduction.rawValue) [\($0.width)]" }.joined(separator: ", ")
    return "\(describe(sweep.set)): \(results)"
  }

  /// For each vertex, for each edge of each set, and over the whole graph where its counts are known.
  private func costLines(_ stage: Stage) -> [String] {
    let cost = stage.cost
    var lines = [
      "       cost     for each vertex \(count(cost.flopsPerRow)) flops, \(count(cost.bytesReadPerRow)) bytes read, "
        + "\(count(cost.bytesWrittenPerRow)) written"
    ]
    for edges in cost.edges {
      let set = stages.edgeSets[edges.edges]
      let name = describe(EdgeSet(set.type, set.direction))
      lines.append(
        "                for each edge of \(name) \(count(edges.flops)) flops, \(count(edges.bytesGathered)) bytes "
          + "gathered, \(count(edges.bytesRead)) read"
          + (edges.bytesWritten > 0 ? ", \(count(edges.bytesWritten)) written" : ""))
    }
    for part in cost.parts {
      let set = stages.edgeSets[part.edges]
      lines.append(
        "                \(count(part.flopsPerPart)) flops of these fall away for each "
          + (part.parts > 1 ? "of \(part.parts) classes that" : "vertex that")
          + " has no edge of \(describe(EdgeSet(set.type, set.direction)))")
    }
    return lines + (total(stage).map { ["                \($0)"] } ?? [])
  }

  /// Of an undirected set, whose edges are known only once they are prepared, twice the edges that it is made of.
  private func total(_ stage: Stage) -> String? {
    let (schema, cost) = (stages.program.schema, stage.cost)
    guard let rows = schema[stage.vertexType].count.map(Double.init) else { return nil }
    var (flops, gathered) = (rows * cost.flopsPerRow, 0.0)
    var (read, written) = (rows * cost.bytesReadPerRow, rows * cost.bytesWrittenPerRow)
    for part in cost.edges {
      let set = stages.edgeSets[part.edges]
      guard let count = schema[set.type].count else { return nil }
      let edges = Double(count) * (set.direction == .undirected ? 2 : 1)
      flops += edges * part.flops
      gathered += edges * part.bytesGathered
      read += edges * part.bytesRead
      written += edges * part.bytesWritten
    }
    return
      "in all \(count(flops)) flops, \(count(gathered)) bytes gathered, \(count(read)) read, \(count(written)) written"
  }

  private func count(_ number: Double) -> String { String(Int(number)) }

  // MARK: - Memory

  private var bufferLines: [String] {
    var lines = ["memory for each vertex or edge"]
    for (number, buffer) in stages.buffers.enumerated() {
      let holds = stages.tensors.filter { $0.buffer == number }.map(\.name)
      let schema = translation.program.schema
      let type =
        switch buffer.owner {
        case .vertices(let type): schema[type].name
        case .edges(let set): schema[stages.edgeSets[set].type].name
        }
      lines.append(
        "  buffer \(number)  \(type): \(buffer.rowBytes) bytes, holds \(holds.joined(separator: ", then "))"
      )
    }
    return stages.buffers.isEmpty ? [] : lines
  }
}

extension String {
  fileprivate func padding(_ width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
