import Testing

@testable import Passes
@testable import Program

// Maps of heads, and of the messages of joint sums, before and behind them.

@Test func messagesWithoutAMapStayInOneSum() throws {
  let found = try after(
    [ProjectBeforeSum(), DropUnused()],
    """
    vertex author count 1000 { x: f32[2, 3] }
    vertex paper count 10 { x: f32[2, 3] }
    edge writes: author -> paper {}
    edge reviews: author -> paper {}
    edge cites: paper -> paper {}
    parameter "w": f32[2, 3, 3]
    %0 = feature x : author f32[2, 3]
    %1 = feature x : paper f32[2, 3]
    %2 = parameter "w" : constant f32[2, 3, 3]
    %3 = linear %0, %2 batch 1 : author f32[2, 3]
    %4 = source %1 : cites f32[2, 3]
    %5 = source %3 : writes f32[2, 3]
    %6 = source %0 : reviews f32[2, 3]
    %7 = incoming.sum %4, %5, %6 : paper f32[2, 3]
    output y = %7
    """)
  #expect(
    found.body.hasSuffix(
      """
      %6 = incoming.sum %3, %4 : paper f32[2, 3]
      %7 = incoming.sum %5 : paper f32[2, 3]
      %8 = linear %7, %2 batch 1 : paper f32[2, 3]
      %9 = add %6, %8 : paper f32[2, 3]
      output y = %9
      """), "\(found.body)")
}

/// A softmax's weighted sum of projected values.
private func weighted(_ heads: String, batch: Bool) -> String {
  let weights = batch ? "f32[2, 8, 3]" : "f32[8, 3]"
  return """
    vertex paper { x: f32[2, 3], s: f32\(heads) }
    edge cites: paper -> paper {}
    parameter "w": \(weights)
    %0 = feature x : paper f32[2, 3]
    %1 = feature s : paper f32\(heads)
    %2 = exp %0 : paper f32[2, 3]
    %3 = parameter "w" : constant \(weights)
    %4 = linear %2, %3\(batch ? " batch 1" : "") : paper f32[2, 8]
    %5 = source %4 : cites f32[2, 8]
    %6 = source %1 : cites f32\(heads)
    %7 = multiply %6, %5 : cites f32[2, 8]
    %8 = incoming.sum %7 : paper f32[2, 8]
    output y = %8
    """
}

@Test func factorsOfWholeRowsAndOfHeadsStayOnTheEdges() throws {
  for heads in ["", "[2, 1]", "[1, 1]"] {
    for batch in [true, false] {
      let found = try after([ProjectBeforeSum(), DropUnused()], weighted(heads, batch: batch)).body
      #expect(found.contains("incoming.sum") && found.hasSuffix("paper f32[2, 8]\noutput y = %8"))
      #expect(found.contains("cites f32[2, 3]"), "\(found)")
    }
  }
}

@Test func factorsAlongWhatIsMappedHoldTheMap() throws {
  for heads in ["[8]", "[2, 8]"] {
    let text = weighted(heads, batch: true)
    #expect(try after([ProjectBeforeSum()], text).body == body(try read(text)))
  }
}

@Test func aMapBehindAJointSumMovesBeforeAllItsMessages() throws {
  let found = try after(
    [ProjectBeforeSum(), Share(), DropUnused()],
    """
    vertex author { x: f32[2, 64] }
    vertex paper { x: f32[2, 64] }
    edge writes: author -> paper {}
    edge cites: paper -> paper {}
    parameter "w": f32[2, 3, 64]
    %0 = feature x : author f32[2, 64]
    %1 = feature x : paper f32[2, 64]
    %2 = source %0 : writes f32[2, 64]
    %3 = source %1 : cites f32[2, 64]
    %4 = incoming.sum %2, %3 : paper f32[2, 64]
    %5 = parameter "w" : constant f32[2, 3, 64]
    %6 = linear %4, %5 batch 1 : paper f32[2, 3]
    output y = %6
    """)
  #expect(found.body.contains("incoming.sum %4, %6 : paper f32[2, 3]"), "\(found.body)")
}
