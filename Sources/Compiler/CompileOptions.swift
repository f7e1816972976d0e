import Stages

/// What computes dense products.
package enum Gemm: String, CaseIterable, Sendable {
  /// Micro-kernels over packed weights, the same bits everywhere.
  case emitted
  /// OpenBLAS, to compare with: its bits depend on the processor and on a row's place in its tile.
  case openblas
}

/// How rows that cross edges are held in memory.
package enum StoredRows: String, CaseIterable, Sendable {
  case f32
  /// Wide ones as bfloat16: half the bytes, each number rounded by at most 1/256 of itself. Sums stay float32.
  case bf16
}

/// How a model is to be compiled.
package struct CompileOptions: Sendable {
  /// The C compiler asked for; the first that works if nil.
  package var compiler: String?
  /// `native`, or a name that the compiler's `-march` knows.
  package var processor = "native"
  /// Passes to leave out.
  package var without: [String] = []
  package var gemm = Gemm.emitted
  package var store = StoredRows.f32
  /// The narrowest rows that bf16 holds as bfloat16; where a cache line is saved if nil. For tests.
  package var narrowestRounded: Int?
  /// The narrowest parts of sums that are left out where no edge adds to them; the planner's own if nil. For tests.
  package var narrowestPart: Int?
  /// Floats of a register: 4, 8 or 16; what the processor has if nil.
  package var lanes: Int?
  /// Vertices and edges by type, as hints for cost models.
  package var counts: [String: UInt64] = [:]

  package init() {}

  var stageSettings: StageSettings {
    var settings = StageSettings()
    settings.store.number = store == .bf16 ? .bf16 : .f32
    settings.store.narrowest = narrowestRounded ?? settings.store.narrowest
    settings.narrowestPart = narrowestPart ?? settings.narrowestPart
    return settings
  }

  /// What gnnc_lanes.h is to know: it stands in the C, so that a library made with other choices is another library.
  var definitions: [String] {
    (lanes.map { ["GNNC_LANES \($0)"] } ?? []) + (gemm == .openblas ? ["GNNC_OPENBLAS 1"] : [])
  }
}

/// What built a model.
package struct CompileReport: Sendable {
  /// The compiler's name and version.
  package let compiler: String
  package let processor: String
  package let store: StoredRows

  package init(compiler: String, processor: String, store: StoredRows) {
    self.compiler = compiler
    self.processor = processor
    self.store = store
  }
}
