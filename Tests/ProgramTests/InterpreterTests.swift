import Glibc
import Testing

@testable import Program

/// Six vertices: a hub 0 with parallel edges, a loop twice on 1, only out-edges at 4, nothing at 5.
let nasty = GraphData(
  vertexCounts: [6],
  edges: [
    .init(sources: [1, 1, 2, 3, 4, 1, 1, 0, 0], targets: [0, 0, 0, 0, 0, 1, 1, 2, 3])
  ],
  features: [
    "paper": ["x": [1, 2, 3, 4, 5, 6]],
    "cites": ["weight": [10, 20, 30, 40, 50, 60, 70, 80, 90]],
  ])

let head = """
  vertex paper { x: f32 }
  edge cites: paper -> paper { weight: f32 }
  %0 = feature x : paper f32

  """

func run(_ text: String, on data: GraphData = nasty) throws -> [Double] {
  try interpret(try read(head + text), on: data)["y"]!.numbers
}

@Test func sumOverNoInEdgesIsZero() throws {
  let y = try run("%1 = source %0 : cites f32\n%2 = incoming.sum %1 : paper f32\noutput y = %2")
  #expect(y == [16, 4, 1, 1, 0, 0])
}

@Test func extremesLookAtMessagesOnlyAndProductsStartWithOne() throws {
  let negated = "%1 = negate %0 : paper f32\n%2 = source %1 : cites f32\n"
  #expect(
    try run(negated + "%3 = incoming.max %2 : paper f32\noutput y = %3") == [-2, -2, -1, -1, 0, 0])
  #expect(
    try run(negated + "%3 = incoming.min %2 : paper f32\noutput y = %3") == [-5, -2, -1, -1, 0, 0])
  #expect(
    try run(negated + "%3 = incoming.product %2 : paper f32\noutput y = %3")
      == [-240, 4, -1, -1, 1, 1])
}

@Test func notANumberGoesThroughExtremes() throws {
  var data = nasty
  data.features["paper"]!["x"]![2] = .nan
  let y = try run(
    "%1 = source %0 : cites f32\n%2 = incoming.max %1 : paper f32\noutput y = %2", on: data)
  #expect(y[0].isNaN && Array(y[1...]) == [2, 1, 1, 0, 0])
}

@Test func addedLoopsReplaceTheGraphsOwn() throws {
  #expect(try run("%1 = in_degree cites : paper f32\noutput y = %1") == [5, 2, 1, 1, 0, 0])
  #expect(try run("%1 = in_degree cites-loops : paper f32\noutput y = %1") == [5, 0, 1, 1, 0, 0])
  #expect(try run("%1 = in_degree cites+loops : paper f32\noutput y = %1") == [6, 1, 2, 2, 1, 1])
}

@Test func undirectedSetsHoldEachPairOnce() throws {
  #expect(try run("%1 = in_degree undirected(cites) : paper f32\noutput y = %1") == [4, 2, 1, 1, 1, 0])
  #expect(
    try run("%1 = in_degree undirected(cites)+loops : paper f32\noutput y = %1")
      == [5, 2, 2, 2, 2, 1])
}

@Test func theLastLoopOfAVertexCounts() throws {
  let weight = "%1 = feature weight : cites f32\n%2 = self_loop %1 otherwise 1.0 : paper f32\n"
  #expect(try run(weight + "output y = %2") == [1, 70, 1, 1, 1, 1])
  let all =
    weight + """
      %3 = view %1 : cites-loops f32
      %4 = with_loops %3, %2 : cites+loops f32
      output y = %4
      """
  #expect(try run(all) == [10, 20, 30, 40, 50, 80, 90, 1, 70, 1, 1, 1, 1])
}

@Test func reversedEdgesKeepTheirFeatures() throws {
  let y = try run(
    """
    %1 = feature weight : cites f32
    %2 = view %1 : reverse(cites) f32
    %3 = incoming.sum %2 : paper f32
    output y = %3
    """)
  #expect(y == [170, 160, 30, 40, 50, 0])
}

@Test func jointReductionsSeeAllSets() throws {
  let y = try run(
    """
    %1 = source %0 : cites f32
    %2 = source %0 : reverse(cites) f32
    %3 = incoming.max %1, %2 : paper f32
    output y = %3
    """)
  #expect(y == [5, 2, 1, 1, 1, 0])
}

@Test func rowsAreReshapedBroadcastAndMultiplied() throws {
  let data = GraphData(
    vertexCounts: [1], edges: [], features: ["v": ["x": [1, 2, 3, 4, 5, 6]]],
    parameters: ["w": [1, 0, 2, 0, 1, 1, 3, 3, 3, 1, 1, 1]])
  let text = """
    vertex v { x: f32[6] }
    parameter "w": f32[2, 2, 3]
    %0 = feature x : v f32[6]
    %1 = reshape %0 : v f32[2, 3]
    %2 = parameter "w" : constant f32[2, 2, 3]
    %3 = linear %1, %2 batch 1 : v f32[2, 2]
    %4 = permute %1 order [1, 0] : v f32[3, 2]
    %5 = sum %4 axis 0 : v f32[2]
    %6 = multiply %3, %5 : v f32[2, 2]
    %7 = slice %1 axis 1 from 1 : v f32[2, 2]
    %8 = concat %6, %7 axis 1 : v f32[2, 4]
    %9 = max %8 axis 1 : v f32[2]
    output a = %4
    output b = %8
    output c = %9
    """
  let y = try interpret(try read(text), on: data)
  #expect(y["a"]!.numbers == [1, 4, 2, 5, 3, 6])
  #expect(y["b"]!.numbers == [42, 75, 2, 3, 270, 225, 5, 6])
  #expect(y["c"]!.numbers == [75.0, 270.0])
}

@Test func whatDoesNotFitIsSaid() throws {
  let program = try read(head + "output y = %0")
  var data = nasty
  data.edges[0].targets[3] = 6
  #expect(throws: InterpreterFault.edgeOutside("cites")) { try interpret(program, on: data) }
  data = nasty
  data.features["paper"]!["x"] = [1]
  #expect(throws: InterpreterFault.length("x", wanted: 6, found: 1)) {
    try interpret(program, on: data)
  }
}

@Test func anLSTMTakesInEdgesInPlainOrderAndThenPadding() throws {
  let weights = [0.5, -1, 0.25, 2]
  let (recurrent, padding) = ([0.3, -0.2, 0.7, 0.1], [0.1, 0.4, -0.3, 0.2])
  var data = nasty
  data.parameters = ["ih": weights, "hh": recurrent, "b": padding]
  let program = try read(
    """
    vertex paper { x: f32 }
    edge cites: paper -> paper { weight: f32 }
    parameter "ih": f32[4]
    parameter "hh": f32[4, 1]
    parameter "b": f32[4]
    %0 = feature x : paper f32
    %1 = parameter "ih" : constant f32[4]
    %2 = parameter "hh" : constant f32[4, 1]
    %3 = parameter "b" : constant f32[4]
    %4 = multiply %0, %1 : paper f32[4]
    %5 = add %4, %3 : paper f32[4]
    %6 = source %5 : cites f32[4]
    %7 = incoming.lstm %6, %2, %3 : paper f32[1]
    output y = %7
    """)
  func sigmoid(_ a: Double) -> Double { 1 / (1 + exp(-a)) }
  // x at the sources of each vertex's in-edges; zeros up to the five of vertex 0.
  let walks = [
    [2.0, 2, 3, 4, 5], [2, 2, 0, 0, 0], [1, 0, 0, 0, 0], [1, 0, 0, 0, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0],
  ]
  let expected = walks.map { walk in
    var (h, c) = (0.0, 0.0)
    for x in walk {
      let gates = (0..<4).map { weights[$0] * x + padding[$0] + recurrent[$0] * h }
      c = sigmoid(gates[1]) * c + sigmoid(gates[0]) * tanh(gates[2])
      h = sigmoid(gates[3]) * tanh(c)
    }
    return h
  }
  let y = try interpret(program, on: data)["y"]!.numbers
  #expect(zip(y, expected).allSatisfy { abs($0 - $1) < 1e-12 })
}
