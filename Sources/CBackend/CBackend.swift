import Program
import Stages

/// What a compiled model says of itself beside its tables.
package struct ModelDescription: Sendable {
  /// The model's name: its file's, without the ending.
  package let name: String
  /// A hash of the program, to tell models apart.
  package let fingerprint: String
  /// What is defined ahead of the kernels: "GNNC_LANES 4".
  package let definitions: [String]

  package init(name: String, fingerprint: String, definitions: [String] = []) {
    self.name = name
    self.fingerprint = fingerprint
    self.definitions = definitions
  }
}

/// The C of a model: one text, which includes gnnc_kernels.h and exports `gnnc_describe` alone.
package struct EmittedC: Sendable {
  package let text: String
  /// Translation units that it may be compiled as, side by side, the last of what runs once; 1 if it is not worth it.
  package let units: Int
}

/// Stages as C.
package enum CBackend {
  package static func emit(_ stages: StageProgram, _ description: ModelDescription) -> EmittedC {
    let model = ModelNames(stages)
    var emitters = stages.stages.indices.map { StageEmitter(stages, number: $0, model) }
    let epilogues = Epilogues(emitters, model)
    for number in emitters.indices { emitters[number].epilogues = epilogues }
    let pack = PackEmitter(stages, model)
    let arena = emitters.map(\.arena.bytes).max() ?? 0
    let finishes = stages.finishes.indices.map { FinishEmitter(stages: stages, number: $0, model: model) }
    let hub = emitters.map { $0.hubFloats * 4 }.max() ?? 0
    let isOrdered = stages.edgeSets.indices.contains(where: stages.isOrdered)
    var text = CText()
    text.line("// \(description.name): compiled by gnnc. Between two gathers, nothing touches memory.")
    text.line("#include <math.h>")
    text.line("#include <omp.h>")
    text.line("#include <stdlib.h>")
    text.line()
    for definition in description.definitions { text.line("#define \(definition)") }
    text.line("#include \"gnnc_kernels.h\"")
    if !finishes.isEmpty { text.line("#include \"gnnc_sums.h\"") }
    if isOrdered { text.line("#include \"gnnc_recurrence.h\"") }
    text.line()
    if isOrdered {
      text.line("// The order of the in-edges of a tile, whose last row is not a hub's.")
      text.line("enum { ORDER_BYTES = (\(StageEmitter.tileEdges) + GNNC_CHUNK) * sizeof(uint32_t) };")
    }
    text.line(
      "enum { TILE = \(stages.settings.tileRows), ARENA_BYTES = \(max(arena, 64))\(isOrdered ? " + ORDER_BYTES" : "") };"
    )
    text.line()
    text.line("// Where each weight begins among the packed ones, in floats.")
    pack.emitOffsets(&text)
    let products = emitters.reduce(into: Set<ProductShape>()) { $0.formUnion($1.productShapes) }
    for (name, function) in epilogues.definitions { function.define(name, &text) }
    let functions = emitters.map(\.functions)
    let sweeps = SharedSweeps(functions.flatMap(\.sweeps))
    var ending = CText()
    pack.emitFunction(&ending)
    TableEmitter(
      stages: stages, model: model, parameters: pack.parameters, description: description,
      hubBytes: isOrdered ? "\(hub) > GNNC_CHUNK * 4 ? \(hub) : GNNC_CHUNK * 4" : "\(hub)"
    ).emit(&ending)
    let units = TranslationUnits(
      products.sorted().map(\.part) + sweeps.parts + functions.map { $0.part(sweeps) } + finishes.map(\.part),
      ending: ending)
    units.emit(&text)
    return EmittedC(text: text.text, units: units.count)
  }
}
