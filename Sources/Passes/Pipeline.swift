import Diagnostics
import Program

/// The passes in the order in which they run. What one needs of another stands beside it.
package let passes: [any Pass] = [
  Simplify(),
  Share(),
  SplitLinear(),  // before hoisting: each part of a product then has one end
  HoistToVertices(),  // before the sums: what depends on the target alone is then one `target`
  FactorOutOfSum(),  // before projecting: a sum is recognised by source values and scalars alone
  MapAtEitherEnd(),  // after hoisting: what dot products have of either end is then one row of it
  ProjectBeforeSum(),
  HoistToVertices(),  // again: projecting after a sum leaves the source's scalings on the edges
  MaxThroughMonotone(),
  Share(),  // before folding: a map that two read is left alone, rather than folded for each
  FoldIntoLinear(),  // after projecting, which decides where products stand
  Simplify(),
  Share(),
  DropUnused(),
]

/// Which passes run.
package struct PassSelection: Sendable {
  /// Names of passes to leave out.
  package var without: Set<String>
  /// Stop after the last pass of this name.
  package var after: String?

  package init(without: Set<String> = [], after: String? = nil) {
    self.without = without
    self.after = after
  }
}

/// What one pass did.
package struct PassReport: Sendable {
  package let name: String
  package let notes: [Note]
  /// The program after the pass.
  package let program: Program
}

/// Runs the passes and verifies the program after each; a fault names the pass behind it.
package func optimize(
  _ program: Program, _ selection: PassSelection = PassSelection()
) throws(InternalFault) -> [PassReport] {
  try check(program, after: "the elaborator")
  var reports: [PassReport] = []
  let last = passes.lastIndex { $0.name == selection.after } ?? passes.count - 1
  for pass in passes[...last] where !selection.without.contains(pass.name) {
    let result = try run(pass, on: reports.last?.program ?? program)
    reports.append(PassReport(name: pass.name, notes: result.notes, program: result.program))
  }
  return reports
}

/// Runs one pass and verifies what it leaves.
package func run(_ pass: any Pass, on program: Program) throws(InternalFault) -> PassResult {
  let result: PassResult
  do {
    result = try pass.run(on: program)
  } catch {
    throw InternalFault("in \(pass.name): \(error.message)")
  }
  try check(result.program, after: pass.name)
  return result
}

private func check(_ program: Program, after step: String) throws(InternalFault) {
  do {
    try verify(program)
  } catch {
    throw InternalFault("after \(step): \(error.message)")
  }
}
