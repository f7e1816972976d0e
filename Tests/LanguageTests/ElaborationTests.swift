import Diagnostics
import Program
import Testing

@testable import Language

private let linear = """
  vertex module Linear[inputs, outputs, bias = true] {
    param weight: f32[outputs, inputs]
    param shift: f32[outputs] at "bias"
    forward(x: f32[..., inputs]) { return if bias { linear(x, weight, shift) } else { linear(x, weight) } }
  }
  """

/// The keys that a model asks for.
private func keys(_ body: String, modules: String = linear) throws -> [[String]] {
  try elaborate(model(body, modules: modules)).parameters.map(\.keys)
}

// MARK: Weights

@Test func aWeightThatIsNotReadIsNotAskedFor() throws {
  #expect(
    try keys("  output y = Linear[16, 8, bias: false](get_vertex(paper.x)) at \"lin\"") == [["lin.weight"]])
}

@Test func prefixesJoinByDotsAndEmptyOnesAddNothing() throws {
  let modules =
    linear
    + "\nvertex module Two { forward(x) { return Linear[16, 16](Linear[16, 16](x) at \"\") at \"b\" } }"
  #expect(
    try keys("  output y = Two(get_vertex(paper.x)) at \"a\"", modules: modules)
      == [["a.weight"], ["a.bias"], ["a.b.weight"], ["a.b.bias"]])
}

@Test func alternativesMultiplyAlongThePrefix() throws {
  #expect(
    try keys("  output y = Linear[16, 8, bias: false](get_vertex(paper.x)) at \"lin\" or \"lin_src\"")
      == [["lin.weight", "lin_src.weight"]])
}

@Test func holesHoldStaticValues() throws {
  #expect(
    try keys(
      "  x = get_vertex(paper.x)\n  repeat 2 as i { x = Linear[16, 16, bias: false](x) at \"nn.{2 * i}.{{a}}\" }\n  output y = x"
    )
      == [["nn.0.{a}.weight"], ["nn.2.{a}.weight"]])
}

@Test func holesHoldNamesOfTypes() throws {
  let modules = """
    message module Scaled {
      param p: f32 at "p.{source}__{relation}__{target}"
      forward(source h) { return incoming.sum(h * p) }
    }
    vertex module Own { param skip: f32[16] at "skip.{vertex}"; forward(x) { return x * skip } }
    """
  #expect(
    try keys(
      "  x = get_vertex(paper.x)\n  m = message_passing(writes, Scaled, get_vertex(author.a))\n  output y = Own(x) + sum(m)[new]",
      modules: modules) == [["p.author__writes__paper"], ["skip.paper"]])
}

@Test func twoUsesOfOnePrefixShareTheirWeights() throws {
  let body = "  x = get_vertex(paper.x)\n  repeat 3 { x = Linear[16, 16](x) at \"lin\" }\n  output y = x"
  #expect(try keys(body) == [["lin.weight"], ["lin.bias"]])
}

@Test func aWeightMayCountVertices() throws {
  let program = try elaborate(
    model(
      "  output y = Table[paper](get_vertex(paper.x)) at \"embedding\"",
      modules:
        "vertex module Table[of: vertex type] { param weight: f32[count(of), 16]; forward(x) { return x + weight } }"
    ))
  #expect(
    program.parameters == [
      Parameter(keys: ["embedding.weight"], shape: [.count(VertexTypeID(0)), .size(16)])
    ])
}

// MARK: Modules as arguments

@Test func aModuleMayBeGivenPartOfItsArguments() throws {
  let modules =
    linear + "\nlayer Conv[nn: vertex module, width](edges, x) { return nn[width, bias: false](x) at \"nn\" }"
  #expect(
    try keys("  output y = Conv[Linear[16], 8](cites, get_vertex(paper.x)) at \"conv\"", modules: modules)
      == [["conv.nn.weight"]])
}

@Test func aFunctionMayStandForAModule() {
  let modules =
    "vertex module Act[act: vertex module? = relu] { forward(x) { return if act is none { x } else { act(x) } } }"
  #expect(
    instructions("  x = get_vertex(paper.x)\n  output y = Act[tanh](Act(Act[none](x)))", modules: modules)
      == """
      %0 x = feature x : paper f32[16]
      %1   = relu %0   : paper f32[16]
      %2 y = tanh %1   : paper f32[16]
      output y = %2

      """)
}

@Test func oneChoiceIsAListOfOne() {
  let modules = """
    message module Several[how: (one of sum, max) list] {
      forward(source h) {
        return concat(for f in how collect if f == sum { incoming.sum(h) } else { incoming.max(h) })
      }
    }
    """
  #expect(
    instructions(
      "  x = get_vertex(paper.x)\n  output a = message_passing(cites, Several[max], x)\n  output b = message_passing(cites, Several[[sum, max]], h: x)",
      modules: modules) == """
        %0 x = feature x            : paper f32[16]
        %1 x = source %0            : cites f32[16]
        %2 a = incoming.max %1      : paper f32[16]
        %3 x = source %0            : cites f32[16]
        %4   = incoming.sum %3      : paper f32[16]
        %5   = incoming.max %3      : paper f32[16]
        %6 b = concat %4, %5 axis 0 : paper f32[32]
        output a = %2
        output b = %6

        """)
}

// MARK: Edges

@Test func valuesOverEdgesAreReadOnFewerAndOnTurnedOnes() {
  let modules = "message module Sum { forward(edge w) { return incoming.sum(w) } }"
  #expect(
    instructions(
      """
        w = get_edge(cites.weight)
        a = message_passing(without_self_loops(reverse(cites)), Sum, w: w)
        b = self_loop(w, otherwise: 1)
        output c = message_passing(with_self_loops(cites), Sum, w: with_loops(w, a + b))
      """, modules: modules) == """
        %0 w = feature weight             : cites f32
        %1   = view %0                    : reverse(cites)-loops f32
        %2 a = incoming.sum %1            : paper f32
        %3 b = self_loop %0 otherwise 1.0 : paper f32
        %4   = add %2, %3                 : paper f32
        %5   = view %0                    : cites-loops f32
        %6   = with_loops %5, %4          : cites+loops f32
        %7 c = incoming.sum %6            : paper f32
        output c = %7

        """)
}

@Test func aTargetsValueIsSpreadOverItsEdges() {
  let modules = """
    message module Gate {
      forward(source h, target t) {
        s = incoming.sum(h)
        return h - t, s / incoming.count()
      }
    }
    """
  #expect(
    instructions(
      """
        x = sum(get_vertex(paper.x))
        e, m = message_passing(cites, Gate, h: x, t: x)
        output difference = e
        output mean = m
      """, modules: modules) == """
        %0 x = feature x       : paper f32[16]
        %1 x = sum %0 axis 0   : paper f32
        %2 x = source %1       : cites f32
        %3 s = incoming.sum %2 : paper f32
        %4   = target %1       : cites f32
        %5 e = subtract %2, %4 : cites f32
        %6   = in_degree cites : paper f32
        %7 m = divide %3, %6   : paper f32
        output difference = %5
        output mean = %7

        """)
}

@Test func aSoftmaxOverInEdgesTakesTheLargestOut() {
  let modules = "message module Soft { forward(edge w) { return incoming.softmax(w) } }"
  #expect(
    instructions("  output alpha = message_passing(cites, Soft, w: get_edge(cites.weight))", modules: modules)
      == """
      %0 weight = feature weight  : cites f32
      %1        = incoming.max %0 : paper f32
      %2        = target %1       : cites f32
      %3        = subtract %0, %2 : cites f32
      %4        = exp %3          : cites f32
      %5        = incoming.sum %4 : paper f32
      %6        = literal 1e-16   : constant f32
      %7        = add %5, %6      : paper f32
      %8        = target %7       : cites f32
      %9 alpha  = divide %4, %8   : cites f32
      output alpha = %9

      """)
}

// MARK: Expressions

@Test func rowsAreIndexedAsNumpyDoes() throws {
  let program = try elaborate(
    model(
      """
        x = reshape(get_vertex(paper.x), [2, -1])
        output a = x[0]
        output b = x[:, 1:3]
        output c = x[..., new]
        output d = x[-1, -3:]
        output e = x[new, ..., 0]
      """))
  #expect(
    program.outputs.map { program[$0.value].type.shape } == [[8], [2, 2], [2, 8, 1], [3], [1, 2]])
}

@Test func staticValuesAreComputedBeforeTheProgram() {
  #expect(
    instructions(
      """
        x = get_vertex(paper.x)
        sizes = [1, 2] + for i in 0 ..< 2 collect i * 4
        if length(sizes) == 4 and sizes[-1] == 4 and not (7 / 2 == 3) { y = x * (sizes[3] / sqrt(sizes[3])) }
        repeat floor(5 / 2) as i { y = y + i }
        output y_out = where(y > infinity, 0, max([y, x]))
      """) == """
        %0 x      = feature x          : paper f32[16]
        %1        = literal 2.0        : constant f32
        %2 y      = multiply %0, %1    : paper f32[16]
        %3        = literal 0.0        : constant f32
        %4 y      = add %2, %3         : paper f32[16]
        %5        = literal 1.0        : constant f32
        %6 y      = add %4, %5         : paper f32[16]
        %7        = literal inf        : constant f32
        %8        = less %7, %6        : paper bool[16]
        %9        = maximum %6, %0     : paper f32[16]
        %10       = literal 0.0        : constant f32
        %11 y_out = select %8, %10, %9 : paper f32[16]
        output y_out = %11

        """)
}

@Test func aMatrixMayBeSharedByHead() throws {
  let program = try elaborate(
    model(
      """
        x = reshape(get_vertex(paper.x), [2, 8])
        output a = x @ zeros[2, 8, 3]
        output b = x @ zeros[8, 5]
        output c = linear(x, zeros[2, 4, 8])
        output d = dot(x, x)
      """))
  #expect(program.outputs.map { program[$0.value].type.shape } == [[2, 3], [2, 5], [2, 4], [2]])
}

@Test func anIntegerFeatureIndexesATable() {
  #expect(
    instructions(
      "  output y = message_passing(cites, Weigh, h: get_vertex(paper.x), r: get_edge(cites.kind))",
      modules:
        "message module Weigh { param comp: f32[9, 16]; forward(source h, edge r: i64) { return incoming.sum(comp[r] * h) } }"
    )
      == """
      parameter "comp": f32[9, 16]
      %0 x    = feature x        : paper f32[16]
      %1 kind = feature kind     : cites i64
      %2 x    = source %0        : cites f32[16]
      %3 comp = parameter "comp" : constant f32[9, 16]
      %4      = lookup %3, %1    : cites f32[16]
      %5      = multiply %4, %2  : cites f32[16]
      %6 y    = incoming.sum %5  : paper f32[16]
      output y = %6

      """)
}

@Test func valuesKeepTheUsersNames() throws {
  let library = ["Twice": "layer Twice(edges, x) { inner = x + x; return inner }"]
  let program = try elaborate(
    "use Twice\ngraph { vertex paper { x: f32 } edge cites: paper -> paper }\n"
      + "model {\n  h = Twice(cites, get_vertex(paper.x))\n  output y = relu(h)\n}\n", library: library)
  #expect(program.instructions.map(\.name) == ["x", "h", "y"])
  #expect(program.instructions.map { $0.origin?.source.name } == ["m.gnn", "library/Twice.gnn", "m.gnn"])
}

@Test func anotherFileOfTheUsersIsUsedByItsPath() throws {
  let program = try elaborate(
    "use \"parts.gnn\"\ngraph { vertex paper { x: f32 } }\nmodel { output y = Half(get_vertex(paper.x)) }\n",
    library: ["parts.gnn": "vertex module Half { forward(x) { return x / 2 } }"])
  #expect(program.instructions.count == 3)
}
