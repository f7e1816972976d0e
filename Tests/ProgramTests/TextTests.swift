import Diagnostics
import Testing

@testable import Program

/// One of everything that the text form can hold.
let everything = """
  vertex paper count 4 { x: f32[3], kind: i64 }
  vertex "graph" {}
  edge cites relation "to cite": paper -> paper count 7 { weight: f32 }
  edge of: paper -> "graph" {}
  parameter "a.weight" or "b.\\"weight\\"": f32[2, 3]
  parameter "a.weight": f32[2]
  parameter "embedding": f32[count(paper), 3]
  parameter "recurrent": f32[8, 2]
  parameter "gates": f32[8]
  %0 x = feature x : paper f32[3]
  %1 = parameter "a.weight" #0 : constant f32[2, 3]
  %2 h = linear %0, %1 : paper f32[2]
  %3 = source %2 : cites-loops f32[2]
  %4 = feature weight : cites f32
  %5 = view %4 : cites-loops f32
  %6 = reshape %5 : cites-loops f32[1]
  %7 = multiply %3, %6 : cites-loops f32[2]
  %8 = literal -1e-07 : constant f32
  %9 = broadcast %8 : constant f32[2]
  %10 = with_loops %7, %9 : cites+loops f32[2]
  %11 = incoming.sum %10 : paper f32[2]
  %12 = leaky_relu %11 slope 0.2 : paper f32[2]
  %13 = max %12 axis 0 : paper f32
  %14 = self_loop %4 otherwise -inf : paper f32
  %15 = less_or_equal %13, %14 : paper bool
  %16 = select %15, %13, %14 : paper f32
  %17 = in_degree undirected(cites)+loops : paper f32
  %18 = literal nan : constant f32
  %19 = parameter "embedding" : paper f32[3]
  %20 = concat %19, %12 axis 0 : paper f32[5]
  %21 = slice %20 axis 0 from 1 : paper f32[2]
  %22 = permute %1 order [1, 0] : constant f32[3, 2]
  %23 = feature kind : paper i64
  %24 = lookup %22, %23 : paper f32[2]
  %25 = target %24 : reverse(cites) f32[2]
  %26 = parameter "a.weight" #1 : constant f32[2]
  %27 = source %0 : of f32[3]
  %28 = incoming.max %27, %27 : "graph" f32[3]
  %29 = exp %28 : "graph" f32[3]
  %30 = parameter "recurrent" : constant f32[8, 2]
  %31 = parameter "gates" : constant f32[8]
  %32 = literal 1.0 : constant f32
  %33 = broadcast %32 : constant f32[2]
  %34 = linear %33, %30 : constant f32[8]
  %35 = multiply %34, %4 : cites f32[8]
  %36 = incoming.lstm %35, %30, %31 : paper f32[2]
  output y = %16
  output "long name" = %25
  """

func read(_ text: String) throws -> Program {
  try readProgram(SourceText(name: "test", text: text))
}

/// The first message of a text that cannot be read, and what it points at.
func complaint(_ text: String) -> String {
  do {
    _ = try readProgram(SourceText(name: "test", text: text))
    return "none"
  } catch {
    let first = error.diagnostics[0]
    guard case .text(let label, _) = first.place else { return first.message }
    let bytes = Array(text.utf8)[label.span.lower..<label.span.upper]
    return "\(first.message) | \(String(decoding: bytes, as: UTF8.self))"
  }
}

@Test func everyOperationIsReadBackAsPrinted() throws {
  let program = try read(everything)
  #expect(program.instructions.count == 37)
  let text = program.text
  let again = try read(text)
  #expect(again.text == text)
  #expect(again.parameters == program.parameters && again.schema == program.schema)
  // NaN differs from itself, so the rest is compared one by one.
  for value in program.values where value.number != 18 {
    #expect(again[value] == program[value])
  }
}

@Test func everyFunctionHasItsOwnWord() throws {
  let words =
    Unary.all(slope: 0.5).map(\.word) + Binary.allCases.map(\.word)
    + AxisReduction.allCases.map(\.rawValue)
  #expect(Set(words).count == words.count)
  for function in Unary.all(slope: 0.5) {
    var builder = ProgramBuilder(schema: Schema())
    let x = try builder.literal(1)
    builder.output("y", try builder.unary(function, x))
    #expect(try read(builder.program.text) == builder.program)
  }
}

@Test func mistakesInATextArePointedAt() {
  let head = "vertex paper { x: f32[3] }\n%0 = feature x : paper f32[3]\n"
  #expect(complaint(head + "%1 = exq %0 : paper f32[3]") == "there is no operation `exq` | exq")
  #expect(complaint(head + "%2 = exp %0 : paper f32[3]").hasPrefix("values are numbered in order: %1"))
  #expect(complaint(head + "%1 = exp %0 : papr f32[3]") == "there is no vertex or edge type papr | papr")
  #expect(complaint(head + "%1 = exp %7 : paper f32[3]") == "%7 is read but never defined | %1")
  #expect(
    complaint(head + "%1 = exp %0 : paper f32[4]") == "%1 says paper f32[4], but is paper f32[3] | %1")
  #expect(complaint(head + "%1 = exp %0").hasPrefix("expected `:`, found the end of the line"))
  #expect(complaint("vertex p { x: f16 }") == "expected `f32`, `i32`, `i64` or `bool`, found `f16` | f16")
}
