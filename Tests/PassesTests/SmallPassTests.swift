import Testing

@testable import Passes
@testable import Program

private let head = """
  vertex paper { x: f32[4] }
  edge cites: paper -> paper { weight: f32 }
  parameter "w": f32[3, 4]
  %0 x = feature x : paper f32[4]

  """

@Test func reshapesOfReshapesAreOne() throws {
  let found = try after(
    [Simplify(), DropUnused()],
    head + """
      %1 = reshape %0 : paper f32[2, 2]
      %2 = reshape %1 : paper f32[4, 1]
      %3 = reshape %2 : paper f32[4]
      %4 = permute %3 order [0] : paper f32[4]
      output y = %4
      """)
  #expect(found.body == "%0 x = feature x : paper f32[4]\noutput y = %0")
}

@Test func literalsAreComputed() throws {
  let found = try after(
    [Simplify(), DropUnused()],
    head + """
      %1 = literal 3.0 : constant f32
      %2 = literal 0.5 : constant f32
      %3 = multiply %1, %2 : constant f32
      %4 = exp %3 : constant f32
      %5 = log %4 : constant f32
      %6 = subtract %5, %2 : constant f32
      %7 = multiply %6, %0 : paper f32[4]
      output y = %7
      """)
  #expect(found.body == "%0 x = feature x : paper f32[4]\noutput y = %0")
}

@Test func addingZeroStaysSinceItChangesMinusZero() throws {
  let text = { (operation: String, zero: String) in
    head + """
      %1 = literal \(zero) : constant f32
      %2 = \(operation) %0, %1 : paper f32[4]
      output y = %2
      """
  }
  let steps = { (operation: String, zero: String) in
    try after([Simplify(), DropUnused()], text(operation, zero)).body.contains(operation)
  }
  #expect(try steps("add", "0.0"))
  #expect(try !steps("add", "-0.0"))
  #expect(try !steps("subtract", "0.0"))
  #expect(try steps("subtract", "-0.0"))
  #expect(try steps("multiply", "0.0"))
  #expect(try !steps("multiply", "1.0"))
  #expect(try !steps("divide", "1.0"))
}

@Test func viewsOfVertexValuesAreThoseValues() throws {
  let found = try after(
    [Simplify(), DropUnused()],
    head + """
      %1 = source %0 : cites f32[4]
      %2 = view %1 : reverse(cites)-loops f32[4]
      %3 = view %1 : cites-loops f32[4]
      %4 = with_loops %3, %0 : cites+loops f32[4]
      %5 = incoming.sum %2 : paper f32[4]
      %6 = incoming.max %4 : paper f32[4]
      output y = %5
      output z = %6
      """)
  #expect(
    found.body == """
      %0 x = feature x : paper f32[4]
      %1 = target %0 : reverse(cites)-loops f32[4]
      %2 = source %0 : cites+loops f32[4]
      %3 = incoming.sum %1 : paper f32[4]
      %4 = incoming.max %2 : paper f32[4]
      output y = %3
      output z = %4
      """)
}

@Test func slicesOfPartsAreTheParts() throws {
  let found = try after(
    [Simplify(), DropUnused()],
    head + """
      %1 = exp %0 : paper f32[4]
      %2 = concat %0, %1 axis 0 : paper f32[8]
      %3 = slice %2 axis 0 from 4 : paper f32[4]
      %4 = slice %3 axis 0 from 1 : paper f32[2]
      output y = %3
      output z = %4
      """)
  #expect(
    found.body == """
      %0 x = feature x : paper f32[4]
      %1 = exp %0 : paper f32[4]
      %2 = slice %1 axis 0 from 1 : paper f32[2]
      output y = %1
      output z = %2
      """)
}

@Test func whatIsMadeTwiceIsMadeOnce() throws {
  let found = try after(
    [Share()],
    head + """
      %1 = exp %0 : paper f32[4]
      %2 = exp %0 : paper f32[4]
      %3 = add %0, %1 : paper f32[4]
      %4 = add %2, %0 : paper f32[4]
      %5 = subtract %3, %4 : paper f32[4]
      output y = %5
      """)
  #expect(
    found.body == """
      %0 x = feature x : paper f32[4]
      %1 = exp %0 : paper f32[4]
      %2 = add %0, %1 : paper f32[4]
      %3 = subtract %2, %2 : paper f32[4]
      output y = %3
      """)
}

@Test func zeroAndMinusZeroAreTwoLiterals() throws {
  let found = try after(
    [Share()],
    """
    %0 = literal 0.0 : constant f32
    %1 = literal -0.0 : constant f32
    %2 = literal nan : constant f32
    %3 = literal nan : constant f32
    output a = %0
    output b = %1
    output c = %2
    output d = %3
    """)
  #expect(found.body.contains("output b = %1\noutput c = %2\noutput d = %2"))
}

@Test func weightsThatNothingReadsAreNotAskedFor() throws {
  let program = try read(
    head + """
      %1 = parameter "w" : constant f32[3, 4]
      %2 = linear %0, %1 : paper f32[3]
      output y = %0
      """)
  let result = try Passes.run(DropUnused(), on: program)
  #expect(result.program.parameters.isEmpty && result.program.instructions.count == 1)
  #expect(result.notes.map(\.text) == ["the weight w is not read"])
}

@Test func productsOfBothEndsAreSplit() throws {
  let found = try after(
    [SplitLinear()],
    """
    vertex paper { x: f32[4] }
    edge cites: paper -> paper { weight: f32[2] }
    parameter "w": f32[3, 10]
    %0 x = feature x : paper f32[4]
    %1 w = parameter "w" : constant f32[3, 10]
    %2 = target %0 : cites f32[4]
    %3 = source %0 : cites f32[4]
    %4 e = feature weight : cites f32[2]
    %5 = concat %2, %3, %4 axis 0 : cites f32[10]
    %6 = linear %5, %1 : cites f32[3]
    output y = %6
    """)
  #expect(
    found.body == """
      %0 x = feature x : paper f32[4]
      %1 w = parameter "w" : constant f32[3, 10]
      %2 = target %0 : cites f32[4]
      %3 = source %0 : cites f32[4]
      %4 e = feature weight : cites f32[2]
      %5 = concat %2, %3, %4 axis 0 : cites f32[10]
      %6 = slice %1 axis 1 from 0 : constant f32[3, 4]
      %7 = linear %2, %6 : cites f32[3]
      %8 = slice %1 axis 1 from 4 : constant f32[3, 4]
      %9 = linear %3, %8 : cites f32[3]
      %10 = add %7, %9 : cites f32[3]
      %11 = slice %1 axis 1 from 8 : constant f32[3, 2]
      %12 = linear %4, %11 : cites f32[3]
      %13 = add %10, %12 : cites f32[3]
      output y = %13
      """)
}

@Test func edgeConvolutionKeepsNoProductOnEdges() throws {
  let found = try after(
    [SplitLinear(), HoistToVertices(), Share(), DropUnused()],
    """
    vertex paper { x: f32[4] }
    edge cites: paper -> paper {}
    parameter "w": f32[3, 8]
    %0 x = feature x : paper f32[4]
    %1 w = parameter "w" : constant f32[3, 8]
    %2 = target %0 : cites f32[4]
    %3 = source %0 : cites f32[4]
    %4 = subtract %3, %2 : cites f32[4]
    %5 = concat %2, %4 axis 0 : cites f32[8]
    %6 = linear %5, %1 : cites f32[3]
    %7 = incoming.max %6 : paper f32[3]
    output y = %7
    """)
  #expect(!found.body.contains("linear %2") && !found.body.contains(": cites f32[4]"))
  #expect(found.body.ranges(of: " = linear ").count == 2)
}

@Test func productsOnVerticesStayWhole() throws {
  let text = """
    vertex paper { x: f32[2] }
    parameter "w": f32[3, 4]
    %0 x = feature x : paper f32[2]
    %1 w = parameter "w" : constant f32[3, 4]
    %2 = exp %0 : paper f32[2]
    %3 = concat %0, %2 axis 0 : paper f32[4]
    %4 = linear %3, %1 : paper f32[3]
    output y = %4
    """
  #expect(try after([SplitLinear()], text).body == body(try read(text)))
}
