import Testing

@testable import Passes
@testable import Program

private let head = """
  vertex paper { x: f32[4] }
  edge cites: paper -> paper { weight: f32 }
  parameter "w": f32[3, 4]
  %0 x = feature x : paper f32[4]

  """

// MARK: - hoist-to-vertices

@Test func productsMoveToTheirSource() throws {
  let found = try after(
    [HoistToVertices(), DropUnused()],
    head + """
      %1 w = parameter "w" : constant f32[3, 4]
      %2 = source %0 : cites f32[4]
      %3 h = linear %2, %1 : cites f32[3]
      %4 = incoming.sum %3 : paper f32[3]
      output y = %4
      """)
  #expect(
    found.body == """
      %0 x = feature x : paper f32[4]
      %1 w = parameter "w" : constant f32[3, 4]
      %2 h = linear %0, %1 : paper f32[3]
      %3 h = source %2 : cites f32[3]
      %4 = incoming.sum %3 : paper f32[3]
      output y = %4
      """)
  #expect(found.notes == ["%3 h (linear) is made at the sources of cites"])
}

@Test func whatIsOfTheTargetAloneAlwaysMoves() throws {
  let found = try after(
    [HoistToVertices(), DropUnused()],
    head + """
      %1 = target %0 : cites f32[4]
      %2 = literal 2.0 : constant f32
      %3 = multiply %1, %2 : cites f32[4]
      %4 = source %0 : cites f32[4]
      %5 = add %3, %4 : cites f32[4]
      %6 = incoming.max %5 : paper f32[4]
      output y = %6
      """)
  #expect(found.body.contains("%2 = multiply %0, %1 : paper f32[4]\n%3 = target %2 : cites f32[4]"))
  #expect(found.body.contains("add %3, %4 : cites"))
}

/// source(x * scale) over `cites`, x raw or made by a product.
private func scaled(raw: Bool, onEdges: Bool, counts: (String, String) = ("", "")) -> String {
  let product = raw ? "%2 h = reshape %0 : paper f32[64]" : "%2 h = linear %0, %1 : paper f32[64]"
  let message =
    onEdges
    ? """
    %5 = source %2 : cites f32[64]
    %6 = source %4 : cites f32
    %7 = multiply %5, %6 : cites f32[64]
    """
    : """
    %5 = multiply %2, %4 : paper f32[64]
    %6 = source %5 : cites f32[64]
    %7 = reshape %6 : cites f32[64]
    """
  return """
    vertex paper\(counts.0) { x: f32[64] }
    edge cites: paper -> paper\(counts.1) {}
    parameter "w": f32[64, 64]
    %0 x = feature x : paper f32[64]
    %1 w = parameter "w" : constant f32[64, 64]
    \(product)
    %3 = in_degree cites : paper f32
    %4 scale = exp %3 : paper f32
    \(message)
    %8 = incoming.sum %7 : paper f32[64]
    output y = %8
    """
}

@Test func rawFeaturesAreScaledOnEdgesAndMadeValuesOnVertices() throws {
  let tidy: [any Pass] = [Simplify(), HoistToVertices(), Simplify(), Share(), DropUnused()]
  for onEdges in [true, false] {
    #expect(try after(tidy, scaled(raw: true, onEdges: onEdges)).body.contains(": cites f32\n"))
    #expect(try !after(tidy, scaled(raw: false, onEdges: onEdges)).body.contains(": cites f32\n"))
  }
}

@Test func withVeryManyEdgesEvenRawFeaturesAreScaledOnVertices() throws {
  let tidy: [any Pass] = [Simplify(), HoistToVertices(), Simplify(), Share(), DropUnused()]
  let text = scaled(raw: true, onEdges: true, counts: (" count 10", " count 10000"))
  #expect(try !after(tidy, text).body.contains(": cites f32\n"))
}

@Test func cheapFunctionsOfRawFeaturesStayAndCostlyOnesMove() throws {
  let text = { (function: String) in
    head + """
      %1 = source %0 : cites f32[4]
      %2 = \(function) %1 : cites f32[4]
      %3 = incoming.sum %2 : paper f32[4]
      output y = %3
      """
  }
  #expect(try after([HoistToVertices()], text("relu")).body.contains("relu %1 : cites"))
  #expect(try after([HoistToVertices()], text("exp")).body.contains("exp %0 : paper"))
}

// MARK: - factor-out-of-sum

@Test func aSoftmaxDividesOnceForEachTarget() throws {
  let found = try after(
    [FactorOutOfSum(), DropUnused()],
    """
    vertex paper { h: f32[2, 3], from: f32[2] }
    edge cites: paper -> paper {}
    %0 h = feature h : paper f32[2, 3]
    %1 from = feature from : paper f32[2]
    %2 = source %1 : cites f32[2]
    %3 e = exp %2 : cites f32[2]
    %4 total = incoming.sum %3 : paper f32[2]
    %5 = literal 1e-16 : constant f32
    %6 = add %4, %5 : paper f32[2]
    %7 = target %6 : cites f32[2]
    %8 alpha = divide %3, %7 : cites f32[2]
    %9 = reshape %8 : cites f32[2, 1]
    %10 = source %0 : cites f32[2, 3]
    %11 = multiply %9, %10 : cites f32[2, 3]
    %12 y = incoming.sum %11 : paper f32[2, 3]
    output y = %12
    """)
  #expect(
    found.body == """
      %0 h = feature h : paper f32[2, 3]
      %1 from = feature from : paper f32[2]
      %2 = source %1 : cites f32[2]
      %3 e = exp %2 : cites f32[2]
      %4 total = incoming.sum %3 : paper f32[2]
      %5 = literal 1e-16 : constant f32
      %6 = add %4, %5 : paper f32[2]
      %7 = source %0 : cites f32[2, 3]
      %8 = reshape %3 : cites f32[2, 1]
      %9 = multiply %8, %7 : cites f32[2, 3]
      %10 = incoming.sum %9 : paper f32[2, 3]
      %11 = reshape %6 : paper f32[2, 1]
      %12 y = divide %10, %11 : paper f32[2, 3]
      output y = %12
      """)
  #expect(found.notes == ["%6 is taken out of the sum %12 y"])
}

@Test func aFactorThatMaySpoilTheSumOfNoneIsGuarded() throws {
  let text = { (factor: String) in
    head + """
      %1 d = in_degree cites : paper f32
      %2 zero = literal 0.0 : constant f32
      %3 = equal %1, %2 : paper bool
      %4 = reciprocal %1 : paper f32
      %5 = select %3, %2, %4 : paper f32
      %6 = target \(factor) : cites f32
      %7 = source %0 : cites f32[4]
      %8 = multiply %6, %7 : cites f32[4]
      %9 = incoming.sum %8 : paper f32[4]
      output y = %9
      """
  }
  // 1 / 0 times 0 is NaN; the select makes it 0.
  let plain = try after([FactorOutOfSum(), DropUnused()], text("%4")).body
  #expect(plain.contains(": paper bool") && plain.contains("= select"))
  let known = try after([FactorOutOfSum(), DropUnused()], text("%5")).body
  #expect(known.hasSuffix("multiply %7, %5 : paper f32[4]\noutput y = %8"))
}

@Test func aSumOfTheTargetsOwnValueCountsItsEdges() throws {
  let found = try after(
    [FactorOutOfSum(), DropUnused()],
    head + """
      %1 = target %0 : cites f32[4]
      %2 = incoming.sum %1 : paper f32[4]
      output y = %2
      """)
  #expect(!found.body.contains("incoming") && found.body.contains("multiply %1, %0 : paper f32[4]"))
}

@Test func aJointSumGivesUpOnlyWhatAllPartsShare() throws {
  let found = try after(
    [FactorOutOfSum(), Share(), DropUnused()],
    head + """
      %1 t = sum %0 axis 0 : paper f32
      %2 = target %1 : cites f32
      %3 = source %0 : cites f32[4]
      %4 = multiply %2, %3 : cites f32[4]
      %5 = target %1 : reverse(cites) f32
      %6 = source %0 : reverse(cites) f32[4]
      %7 = multiply %6, %5 : reverse(cites) f32[4]
      %8 = literal 0.5 : constant f32
      %9 = multiply %7, %8 : reverse(cites) f32[4]
      %10 = incoming.sum %4, %9 : paper f32[4]
      output y = %10
      """)
  #expect(!found.body.contains("target"))
  #expect(found.body.contains("multiply %3, %4 : reverse(cites) f32[4]"))
}

// MARK: - max-through-monotone

private let attention = """
  vertex paper { from: f32[2], to: f32[2] }
  edge cites: paper -> paper {}
  %0 from = feature from : paper f32[2]
  %1 to = feature to : paper f32[2]
  %2 = source %0 : cites f32[2]
  %3 = target %1 : cites f32[2]
  %4 = add %2, %3 : cites f32[2]
  %5 score = leaky_relu %4 slope 0.2 : cites f32[2]
  %6 top = incoming.max %5 : paper f32[2]

  """

@Test func theLargestScoreIsFoundFromTheSourcesPart() throws {
  let found = try after(
    [MaxThroughMonotone(), DropUnused()],
    attention + """
      %7 = target %6 : cites f32[2]
      %8 = subtract %5, %7 : cites f32[2]
      %9 = exp %8 : cites f32[2]
      %10 = incoming.sum %9 : paper f32[2]
      output y = %10
      """)
  #expect(
    found.body.contains(
      """
      %6 = incoming.max %2 : paper f32[2]
      %7 = add %6, %1 : paper f32[2]
      %8 top = leaky_relu %7 slope 0.2 : paper f32[2]
      %9 = target %8 : cites f32[2]
      """))
}

@Test func theLargestOfNoneStaysZero() throws {
  let found = try after([MaxThroughMonotone(), DropUnused()], attention + "output y = %6")
  #expect(found.body.contains("in_degree") && found.body.contains("select"))
}

@Test func exponentialsStayInsideTheMax() throws {
  let text = attention.replacing("leaky_relu %4 slope 0.2", with: "exp %4") + "output y = %6"
  #expect(try after([MaxThroughMonotone(), DropUnused()], text).body.contains("incoming.max %5"))
  let falling = attention.replacing("slope 0.2", with: "slope -0.2") + "output y = %6"
  #expect(try after([MaxThroughMonotone()], falling).body.contains("incoming.max %5"))
}

// MARK: - project-before-sum

/// A sum and a product of these widths, the sum first or the product first.
private func layer(_ wide: Int, _ narrow: Int, raw: Bool, sumFirst: Bool, _ reduction: String = "sum")
  -> String
{
  let input = raw ? "reshape" : "exp"
  let steps =
    sumFirst
    ? """
    %3 = source %2 : cites f32[\(wide)]
    %4 = incoming.\(reduction) %3 : paper f32[\(wide)]
    %5 y = linear %4, %1 : paper f32[\(narrow)]
    """
    : """
    %3 = linear %2, %1 : paper f32[\(narrow)]
    %4 = source %3 : cites f32[\(narrow)]
    %5 y = incoming.\(reduction) %4 : paper f32[\(narrow)]
    """
  return """
    vertex paper { x: f32[\(wide)] }
    edge cites: paper -> paper {}
    parameter "w": f32[\(narrow), \(wide)]
    %0 x = feature x : paper f32[\(wide)]
    %1 w = parameter "w" : constant f32[\(narrow), \(wide)]
    %2 h = \(input) %0 : paper f32[\(wide)]
    \(steps)
    output y = %5
    """
}

@Test func theNarrowerSideCrossesTheEdges() throws {
  // (wide, narrow, raw): whether the sum comes first, written either way.
  let cases: [(Int, Int, Bool, Bool)] = [
    (16, 4, true, false), (16, 4, false, false),
    (4, 16, true, true), (4, 16, false, true),
    // A raw feature of the same width is summed first, which spares the stage that would project it.
    (8, 8, true, true),
    // A little narrower does not pay for that stage either.
    (32, 31, true, true), (32, 31, false, false),
  ]
  for (wide, narrow, raw, isSumFirst) in cases {
    for sumFirst in [true, false] {
      let text = layer(wide, narrow, raw: raw, sumFirst: sumFirst)
      let found = try after([Simplify(), ProjectBeforeSum(), DropUnused()], text).body
      let sums = found.contains("incoming.sum") && found.contains("cites f32[\(wide)]")
      #expect(
        sums == isSumFirst, "\(wide) to \(narrow), raw: \(raw), written sum first: \(sumFirst)\n\(found)")
    }
  }
}

@Test func onEqualWidthsTheOrderStaysAsWritten() throws {
  for sumFirst in [true, false] {
    let text = layer(8, 8, raw: false, sumFirst: sumFirst)
    #expect(try after([ProjectBeforeSum()], text).body == body(try read(text)))
  }
}

@Test func maxIsNotMovedAcrossLinear() throws {
  for reduction in ["max", "min", "product"] {
    for sumFirst in [true, false] {
      let text = layer(sumFirst ? 16 : 4, sumFirst ? 4 : 16, raw: false, sumFirst: sumFirst, reduction)
      #expect(try after([ProjectBeforeSum()], text).body == body(try read(text)))
    }
  }
}

@Test func aSumThatIsReadTwiceIsNotProjected() throws {
  let text = layer(16, 4, raw: false, sumFirst: true) + "\noutput z = %4"
  #expect(try after([ProjectBeforeSum()], text).body == body(try read(text)))
}

@Test func termsBesideTheSumAreProjectedWithIt() throws {
  let found = try after(
    [ProjectBeforeSum(), Share(), DropUnused()],
    """
    vertex paper { x: f32[32] }
    edge cites: paper -> paper {}
    parameter "w": f32[4, 32]
    parameter "eps": f32[1]
    %0 x = feature x : paper f32[32]
    %1 w = parameter "w" : constant f32[4, 32]
    %2 eps = parameter "eps" : constant f32[1]
    %3 = multiply %0, %2 : paper f32[32]
    %4 = source %0 : cites f32[32]
    %5 = incoming.sum %4 : paper f32[32]
    %6 = add %3, %5 : paper f32[32]
    %7 = linear %6, %1 : paper f32[4]
    output y = %7
    """)
  #expect(
    found.body == """
      %0 x = feature x : paper f32[32]
      %1 w = parameter "w" : constant f32[4, 32]
      %2 eps = parameter "eps" : constant f32[1]
      %3 = linear %0, %1 : paper f32[4]
      %4 = multiply %3, %2 : paper f32[4]
      %5 = source %3 : cites f32[4]
      %6 = incoming.sum %5 : paper f32[4]
      %7 = add %4, %6 : paper f32[4]
      output y = %7
      """)
}

@Test func gatesOfAnLSTMAreMadeAtTheSourceAndItsStepsStay() throws {
  let text = """
    vertex paper { x: f32[32] }
    edge cites: paper -> paper {}
    parameter "ih": f32[12, 32]
    parameter "hh": f32[12, 3]
    parameter "b": f32[12]
    %0 x = feature x : paper f32[32]
    %1 = parameter "ih" : constant f32[12, 32]
    %2 = parameter "hh" : constant f32[12, 3]
    %3 = parameter "b" : constant f32[12]
    %4 = source %0 : cites f32[32]
    %5 = linear %4, %1 : cites f32[12]
    %6 = add %5, %3 : cites f32[12]
    %7 = incoming.lstm %6, %2, %3 : paper f32[3]
    output y = %7
    """
  let result = try after(Passes.passes, text).body
  #expect(
    result == """
      %0 x = feature x : paper f32[32]
      %1 = parameter "ih" : constant f32[12, 32]
      %2 = parameter "hh" : constant f32[12, 3]
      %3 = parameter "b" : constant f32[12]
      %4 = linear %0, %1 : paper f32[12]
      %5 = add %4, %3 : paper f32[12]
      %6 = source %5 : cites f32[12]
      %7 = incoming.lstm %6, %2, %3 : paper f32[3]
      output y = %7
      """)
}
