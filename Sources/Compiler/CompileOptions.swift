import Stages

/// What computes dense products.
package enum Gemm: String, CaseIterable, Sendable {
  /// Micro-kernels over packed weights, the same bits everywhere.
  case emitted
  /// OpenBLAS, to compare with: its bits depend on the processor and on a row's place in its tile.
  case openblas
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
  /// Floats of a register: 4, 8 or 16; what the processor has if nil.
  package var lanes: Int?
  /// Vertices and edges by type, as hints for cost models.
  package var counts: [String: UInt64] = [:]

  package init() {}

  var stageSettings: StageSettings { StageSettings() }

  /// What gnnc_kernels.h is to know: it stands in the C, so that a library made with other choices is another library.
  var definitions: [String] {
    (lanes.map { ["GNNC_LANES \($0)"] } ?? []) + (gemm == .openblas ? ["GNNC_OPENBLAS 1"] : [])
  }
}

/// What built a model.
package struct CompileReport: Sendable {
  /// The compiler's name and version.
  package let compiler: String
  package let processor: String

  package init(compiler: String, processor: String) {
    self.compiler = compiler
    self.processor = processor
  }
}
