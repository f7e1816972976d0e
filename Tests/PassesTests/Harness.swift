import Diagnostics
import TestSupport
import Testing

@testable import Passes
@testable import Program

func read(_ text: String) throws -> Program {
  do {
    return try readProgram(SourceText(name: "test", text: text))
  } catch {
    let first = error.diagnostics[0]
    var at = ""
    if case .text(let label, _) = first.place {
      at = String(text.utf8.prefix(label.span.lower).split(separator: 10).count.description)
    }
    Issue.record("line \(at): \(first.message)")
    throw error
  }
}

/// The instructions and outputs of a program, without schema and weights, and without the columns.
func body(_ program: Program) -> String {
  let lines = program.values.map(program.describe)
  let outputs = program.outputs.map { "output \($0.name) = \($0.value)" }
  return (lines + outputs).joined(separator: "\n")
}

/// Checks that two programs give the same on the nasty graph, but for rounding.
func expectSame(_ a: Program, _ b: Program, on given: GraphData? = nil) throws {
  let data = given ?? nastyData(for: a)
  let (x, y) = (try interpret(a, on: data), try interpret(b, on: data))
  #expect(Set(x.keys) == Set(y.keys))
  for (name, rows) in x {
    let other = y[name]!.numbers
    #expect(rows.numbers.count == other.count)
    let largest = rows.numbers.filter(\.isFinite).map(abs).max() ?? 0
    for (place, (u, v)) in zip(rows.numbers, other).enumerated() {
      let isSame =
        u.isNaN ? v.isNaN : u.isInfinite ? u == v : abs(u - v) <= 1e-12 * max(largest, 1e-3)
      #expect(isSame, "\(name)[\(place)] was \(u), is \(v)")
    }
  }
}

/// Runs passes on a text, checks that the answers stay, and gives the instructions that are left.
func after(_ names: [any Pass], _ text: String) throws -> (body: String, notes: [String]) {
  let before = try read(text)
  var program = before
  var notes: [String] = []
  for pass in names {
    let result = try Passes.run(pass, on: program)
    program = result.program
    notes += result.notes.map(\.text)
  }
  try expectSame(before, program)
  return (body(program), notes)
}
