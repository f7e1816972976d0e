import Diagnostics
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

/// Numbers that look random and are the same everywhere.
struct Noise: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return (state >> 33) ^ (state << 20)
  }

  mutating func numbers(_ count: Int) -> [Double] {
    (0..<count).map { _ in Double.random(in: -1...1, using: &self) }
  }
}

/// A graph with a hub, parallel edges, self-loops, and vertices without in-edges, out-edges or either; with random
/// features and weights. Every vertex type has eight vertices.
func nastyData(for program: Program, seed: UInt64 = 1) -> GraphData {
  var noise = Noise(state: seed)
  let sources = [1, 1, 2, 3, 4, 5, 1, 1, 0, 0, 2, 6, 3]
  let targets = [0, 0, 0, 0, 0, 0, 1, 1, 2, 3, 3, 6, 5]
  let schema = program.schema
  var data = GraphData(
    vertexCounts: schema.vertexTypes.map { _ in 8 },
    edges: schema.edgeTypes.map { _ in .init(sources: sources, targets: targets) })
  for type in schema.vertexTypes {
    for feature in type.features {
      data.features[type.name, default: [:]][feature.name] = noise.numbers(
        8 * feature.shape.reduce(1, *))
    }
  }
  for type in schema.edgeTypes {
    for feature in type.features {
      data.features[type.name, default: [:]][feature.name] = noise.numbers(
        13 * feature.shape.reduce(1, *)
      ).map { abs($0) + 0.1 }
    }
  }
  for parameter in program.parameters {
    let size = parameter.shape.reduce(1) { product, dimension in
      if case .size(let size) = dimension { product * size } else { product * 8 }
    }
    let isVariance = parameter.keys[0].hasSuffix("var")
    data.parameters[parameter.keys[0]] = noise.numbers(size).map { isVariance ? abs($0) + 0.1 : $0 }
  }
  return data
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
