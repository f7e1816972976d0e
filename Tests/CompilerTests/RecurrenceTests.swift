import Foundation
import Program
import TestSupport
import Testing

/// LSTMs over in-edges, compiled against interpreted: rows of all lengths, a hub's among them.
@Suite struct RecurrenceTests {
  /// A vertex that has in-edges from others, a loop, or nothing; the hub's in-edges are not in the order of their sources.
  private static func model(
    _ name: String, width: Int, inputs: Int = 5, set: EdgeSet = EdgeSet(EdgeTypeID(0)), hub: Int = 60,
    gates: (inout ProgramBuilder, ValueID, ValueID, EdgeSet) throws -> ValueID
  ) throws -> ModelCase {
    var builder = ProgramBuilder(
      schema: Schema(
        vertexTypes: [.init(name: "paper", features: [.init(name: "x", element: .f32, shape: [inputs])])],
        edgeTypes: [
          .init(
            name: "cites", source: VertexTypeID(0), target: VertexTypeID(0),
            features: [.init(name: "weight", element: .f32, shape: [])])
        ]))
    func parameter(_ key: String, _ shape: [Int]) throws -> ValueID {
      try builder.parameter(Parameter(keys: [key], shape: shape.map { .size($0) }))
    }
    let x = try builder.feature(0, of: VertexTypeID(0))
    let padding = try builder.binary(
      .add, parameter("bias_ih", [4 * width]), parameter("bias_hh", [4 * width]))
    let weight = try parameter("weight_ih", [4 * width, inputs])
    let recurrent = try builder.binary(
      .multiply, parameter("weight_hh", [4 * width, width]), builder.literal(0.5 / Double(width)))
    let product = try gates(&builder, x, weight, set)
    let state = try builder.lstm(
      builder.binary(.add, product, padding), recurrent: recurrent, padding: padding)
    builder.output("state", state)
    builder.output("next", try builder.linear(state, parameter("lin", [3, width])))
    let data = RandomGraph.data(for: builder.program, seed: UInt64(width + hub), hub: hub)
    return try ModelCase(name: name, builder.program, data)
  }

  private static func gathered(
    _ builder: inout ProgramBuilder, _ x: ValueID, _ weight: ValueID, _ set: EdgeSet
  ) throws -> ValueID {
    try builder.source(builder.linear(x, weight), set)
  }

  private static func cases() throws -> [ModelCase] {
    let all = EdgeSet(EdgeTypeID(0))
    var cases = [
      try model("narrow", width: 3, gates: gathered),
      try model("wide", width: 40, gates: gathered),
      try model("hub", width: 2, hub: 4200, gates: gathered),
      try model("no edges", width: 2, hub: 0, gates: gathered),
      // A product, both ends and a feature on each edge.
      try model("on edges", width: 6) { builder, x, weight, set in
        let from = try builder.source(x, set)
        let both = try builder.binary(.subtract, from, builder.target(x, set))
        let weighted = try builder.binary(.multiply, both, builder.feature(0, of: EdgeTypeID(0)))
        return try builder.linear(weighted, weight)
      },
    ]
    for direction in [EdgeSet.Direction.forward, .reverse] {
      for loops in EdgeSet.Loops.allCases where direction != all.direction || loops != all.loops {
        let set = EdgeSet(all.type, direction, loops)
        cases.append(try model("\(direction) \(loops)", width: 4, set: set, gates: gathered))
      }
    }
    return cases
  }

  @Test func statesAgreeWithTheInterpreter() throws {
    try expectAgreement(of: Self.cases(), compiler: "gcc", flags: ["-O3"])
  }

  @Test func statesPassTheSanitizers() throws {
    try expectAgreement(
      of: Self.cases(), compiler: "gcc", flags: ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"])
  }

  @Test(
    .enabled(
      if: FileManager.default.isExecutableFile(atPath: "/usr/bin/clang-14"), "clang-14 is not installed"))
  func statesAreWorthNoWarningOfClang() throws {
    try expectAgreement(of: Self.cases(), compiler: "clang-14", flags: ["-O3"])
  }
}
