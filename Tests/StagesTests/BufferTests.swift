import Diagnostics
import Program
import Stages
import Testing

/// Which stored tensors take the rows of others in place.
@Suite struct BufferTests {
  /// Two rounds of a state that only its own vertex reads, beside sums over in-edges; `step` makes state %12 of state %6 and
  /// sum %8.
  private func buffers(_ step: String) throws -> [Int?] {
    let stages = try StageProgram(
      try readProgram(
        SourceText(
          name: "test",
          text: """
            vertex paper { x: f32[64] }
            edge cites: paper -> paper {}
            parameter "w": f32[32, 64]
            parameter "v": f32[32, 64]
            %0 = feature x : paper f32[64]
            %1 = source %0 : cites f32[64]
            %2 = incoming.sum %1 : paper f32[64]
            %3 = parameter "w" : constant f32[32, 64]
            %4 = linear %2, %3 : paper f32[32]
            %5 = parameter "v" : constant f32[32, 64]
            %6 = linear %2, %5 : paper f32[32]
            %7 = source %4 : cites f32[32]
            %8 = incoming.sum %7 : paper f32[32]
            \(step)
            %13 = source %8 : cites f32[32]
            %14 = incoming.sum %13 : paper f32[32]
            %15 = multiply %14, %12 : paper f32[32]
            output y = %15
            """)))
    func buffer(of value: Int) -> Int? {
      stages.tensors.first { $0.columns.contains { $0.value.number == value } }?.buffer
    }
    return [buffer(of: 6), buffer(of: 12)]
  }

  @Test func aStateIsMadeInPlaceNumberByNumber() throws {
    let found = try buffers(
      """
      %9 = negate %8 : paper f32[32]
      %10 = negate %9 : paper f32[32]
      %11 = reshape %10 : paper f32[32]
      %12 = add %6, %11 : paper f32[32]
      """)
    #expect(found[0] != nil && found[0] == found[1])
  }

  @Test func whatReadsOtherPlacesOfTheRowHasRowsOfItsOwn() throws {
    let found = try buffers(
      """
      %9 = reshape %6 : paper f32[4, 8]
      %10 = permute %9 order [1, 0] : paper f32[8, 4]
      %11 = reshape %10 : paper f32[32]
      %12 = add %11, %8 : paper f32[32]
      """)
    #expect(found[0] != nil && found[1] != nil && found[0] != found[1])
  }
}
