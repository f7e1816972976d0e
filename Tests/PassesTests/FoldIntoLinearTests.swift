import Testing

@testable import Passes
@testable import Program

private let head = """
  vertex paper { x: f32[4] }
  edge cites: paper -> paper {}
  parameter "w": f32[3, 4]
  parameter "bias": f32[3]
  parameter "mean": f32[3]
  parameter "var": f32[3]
  parameter "scale4": f32[4]
  %0 x = feature x : paper f32[4]
  %1 w = parameter "w" : constant f32[3, 4]
  %2 bias = parameter "bias" : constant f32[3]
  %3 mean = parameter "mean" : constant f32[3]
  %4 var = parameter "var" : constant f32[3]
  %5 s4 = parameter "scale4" : constant f32[4]

  """

/// The steps that are left on vertices.
private func steps(_ text: String) throws -> [String] {
  let found = try after([FoldIntoLinear(), Simplify(), DropUnused()], head + text).body
  return found.split(separator: "\n").filter { $0.contains(": paper") }.map {
    String($0.split(separator: " = ")[1].split(separator: " ")[0])
  }
}

private let norm = """
  %6 h = linear %0, %1 : paper f32[3]
  %7 = add %6, %2 : paper f32[3]
  %8 = subtract %7, %3 : paper f32[3]
  %9 = sqrt %4 : constant f32[3]
  %10 = divide %8, %9 : paper f32[3]
  %11 = multiply %10, %2 : paper f32[3]
  %12 = add %11, %3 : paper f32[3]

  """

@Test func aNormBehindAMapIsOneShift() throws {
  #expect(try steps(norm + "output y = %12") == ["feature", "linear", "add"])
}

@Test func aValueThatIsReadTwiceKeepsItsMap() throws {
  #expect(
    try steps(norm + "output y = %12\noutput h = %6") == ["feature", "linear", "multiply", "add"])
}

@Test func aNormWithoutAMapIsOneScaleAndOneShift() throws {
  let text = norm.replacing("%6 h = linear %0, %1", with: "%6 h = slice %0 axis 0 from 0")
  #expect(try steps(text + "output y = %12") == ["feature", "slice", "multiply", "add"])
}

@Test func aNumberForEachRowDoesNotStopAFactor() throws {
  #expect(
    try steps(
      """
      %6 = linear %0, %1 : paper f32[3]
      %7 = in_degree cites : paper f32
      %8 = divide %6, %7 : paper f32[3]
      %9 = multiply %8, %2 : paper f32[3]
      %10 = add %9, %3 : paper f32[3]
      output y = %10
      """) == ["feature", "in_degree", "linear", "divide", "add"])
}

@Test func aChainBeforeAMapGoesIntoIt() throws {
  #expect(
    try steps(
      """
      %6 = subtract %5, %0 : paper f32[4]
      %7 = multiply %6, %5 : paper f32[4]
      %8 = linear %7, %1 : paper f32[3]
      %9 = add %8, %2 : paper f32[3]
      output y = %9
      """) == ["feature", "linear", "add"])
  #expect(
    try steps(
      """
      %6 = multiply %0, %5 : paper f32[4]
      %7 = linear %6, %1 : paper f32[3]
      %8 = multiply %7, %2 : paper f32[3]
      output y = %8
      """) == ["feature", "linear"])
}

@Test func headsAreScaledByTheLastAxisAlone() throws {
  let text = """
    vertex paper { x: f32[2, 4] }
    parameter "w": f32[2, 3, 4]
    parameter "byHead": f32[2, 1]
    parameter "byWidth": f32[3]
    %0 x = feature x : paper f32[2, 4]
    %1 w = parameter "w" : constant f32[2, 3, 4]
    %2 a = parameter "byHead" : constant f32[2, 1]
    %3 b = parameter "byWidth" : constant f32[3]
    %4 = linear %0, %1 batch 1 : paper f32[2, 3]
    %5 = multiply %4, %2 : paper f32[2, 3]
    %6 = linear %0, %1 batch 1 : paper f32[2, 3]
    %7 = multiply %6, %3 : paper f32[2, 3]
    output y = %5
    output z = %7
    """
  let found = try after([FoldIntoLinear(), DropUnused()], text).body
  #expect(found.ranges(of: ": paper f32[2, 3]").count == 3)
  #expect(found.contains("multiply %4, %2 : paper"))
}

@Test func aNormGoesThroughSumsOfMapsAndOverEdges() throws {
  #expect(
    try steps(
      """
      %6 = linear %0, %1 : paper f32[3]
      %7 = source %6 : cites f32[3]
      %8 = incoming.sum %7 : paper f32[3]
      %9 = in_degree cites : paper f32
      %10 = multiply %9, %8 : paper f32[3]
      %11 = add %10, %2 : paper f32[3]
      %12 = multiply %0, %5 : paper f32[4]
      %13 = linear %12, %1 : paper f32[3]
      %14 = subtract %11, %13 : paper f32[3]
      %15 = subtract %14, %3 : paper f32[3]
      %16 = multiply %15, %2 : paper f32[3]
      output y = %16
      """) == ["feature", "in_degree", "linear", "incoming.sum", "multiply", "linear", "subtract", "add"])
}
