import Diagnostics
import Testing

@testable import Passes
@testable import Program

// What whole layers look like behind the pipeline.

private func optimized(_ text: String) throws -> (body: String, program: Program) {
  let before = try read(text)
  let program = try optimize(before).last!.program
  try expectSame(before, program)
  return (body(program), program)
}

/// Two GCN layers, raw 8 -> 16 -> 4, as the library writes them.
private let gcn = """
  vertex paper { x: f32[32] }
  edge cites: paper -> paper {}
  parameter "c1.weight": f32[64, 32]
  parameter "c1.bias": f32[64]
  parameter "c2.weight": f32[4, 64]
  parameter "c2.bias": f32[4]
  %0 x = feature x : paper f32[32]
  %1 = parameter "c1.weight" : constant f32[64, 32]
  %2 h = linear %0, %1 : paper f32[64]
  %3 degree = in_degree cites+loops : paper f32
  %4 = literal 0.0 : constant f32
  %5 = equal %3, %4 : paper bool
  %6 = sqrt %3 : paper f32
  %7 = literal 1.0 : constant f32
  %8 = divide %7, %6 : paper f32
  %9 scale = select %5, %4, %8 : paper f32
  %10 = reshape %9 : paper f32[1]
  %11 = multiply %10, %2 : paper f32[64]
  %12 = source %11 : cites+loops f32[64]
  %13 = incoming.sum %12 : paper f32[64]
  %14 = multiply %10, %13 : paper f32[64]
  %15 = parameter "c1.bias" : constant f32[64]
  %16 = add %14, %15 : paper f32[64]
  %17 h1 = relu %16 : paper f32[64]
  %18 = parameter "c2.weight" : constant f32[4, 64]
  %19 = linear %17, %18 : paper f32[4]
  %20 = multiply %10, %19 : paper f32[4]
  %21 = source %20 : cites+loops f32[4]
  %22 = incoming.sum %21 : paper f32[4]
  %23 = multiply %10, %22 : paper f32[4]
  %24 = parameter "c2.bias" : constant f32[4]
  %25 = add %23, %24 : paper f32[4]
  output y = %25
  """

@Test func gcnSumsRawFeaturesFirstAndProjectsTheLastLayerFirst() throws {
  let found = try optimized(gcn)
  #expect(
    found.body == """
      %0 x = feature x : paper f32[32]
      %1 = parameter "c1.weight" : constant f32[64, 32]
      %2 degree = in_degree cites+loops : paper f32
      %3 = literal 0.0 : constant f32
      %4 = equal %2, %3 : paper bool
      %5 = sqrt %2 : paper f32
      %6 = literal 1.0 : constant f32
      %7 = divide %6, %5 : paper f32
      %8 scale = select %4, %3, %7 : paper f32
      %9 = reshape %8 : paper f32[1]
      %10 = source %0 : cites+loops f32[32]
      %11 = source %9 : cites+loops f32[1]
      %12 = multiply %10, %11 : cites+loops f32[32]
      %13 = incoming.sum %12 : paper f32[32]
      %14 = linear %13, %1 : paper f32[64]
      %15 = multiply %9, %14 : paper f32[64]
      %16 = parameter "c1.bias" : constant f32[64]
      %17 = add %15, %16 : paper f32[64]
      %18 h1 = relu %17 : paper f32[64]
      %19 = parameter "c2.weight" : constant f32[4, 64]
      %20 = linear %18, %19 : paper f32[4]
      %21 = multiply %9, %20 : paper f32[4]
      %22 = source %21 : cites+loops f32[4]
      %23 = incoming.sum %22 : paper f32[4]
      %24 = multiply %9, %23 : paper f32[4]
      %25 = parameter "c2.bias" : constant f32[4]
      %26 = add %24, %25 : paper f32[4]
      output y = %26
      """)
}

@Test func gcnWrittenOnTheEdgesComesToTheSame() throws {
  // The normalisation as PyG computes it: w_ji d_j^-1/2 d_i^-1/2 on each edge.
  let onEdges = """
    vertex paper { x: f32[32] }
    edge cites: paper -> paper { weight: f32 }
    parameter "c1.weight": f32[64, 32]
    %0 x = feature x : paper f32[32]
    %1 = parameter "c1.weight" : constant f32[64, 32]
    %2 h = linear %0, %1 : paper f32[64]
    %3 w = feature weight : cites f32
    %4 degree = incoming.sum %3 : paper f32
    %5 = literal 0.0 : constant f32
    %6 = equal %4, %5 : paper bool
    %7 = literal -0.5 : constant f32
    %8 = power %4, %7 : paper f32
    %9 scale = select %6, %5, %8 : paper f32
    %10 = source %9 : cites f32
    %11 = multiply %10, %3 : cites f32
    %12 = target %9 : cites f32
    %13 norm = multiply %11, %12 : cites f32
    %14 = reshape %13 : cites f32[1]
    %15 = source %2 : cites f32[64]
    %16 = multiply %14, %15 : cites f32[64]
    %17 = incoming.sum %16 : paper f32[64]
    output y = %17
    """
  let found = try optimized(onEdges)
  // Summed raw, with one gather of the features and one of the scale, and the target's scale behind the sum.
  #expect(found.body.ranges(of: "= source").count == 2)
  #expect(!found.body.contains("= target") && !found.body.contains("cites f32[64]"))
}

/// One SAGE layer: W_l mean x_j + b + W_r x_i.
private func sage(_ inputs: Int, _ outputs: Int, raw: Bool) -> String {
  """
  vertex paper { x: f32[\(inputs)] }
  edge cites: paper -> paper {}
  parameter "l.weight": f32[\(outputs), \(inputs)]
  parameter "l.bias": f32[\(outputs)]
  parameter "r.weight": f32[\(outputs), \(inputs)]
  %0 x = feature x : paper f32[\(inputs)]
  %1 h = \(raw ? "reshape" : "exp") %0 : paper f32[\(inputs)]
  %2 = source %1 : cites f32[\(inputs)]
  %3 = incoming.sum %2 : paper f32[\(inputs)]
  %4 = in_degree cites : paper f32
  %5 = literal 1.0 : constant f32
  %6 = maximum %4, %5 : paper f32
  %7 m = divide %3, %6 : paper f32[\(inputs)]
  %8 = parameter "l.weight" : constant f32[\(outputs), \(inputs)]
  %9 = linear %7, %8 : paper f32[\(outputs)]
  %10 = parameter "l.bias" : constant f32[\(outputs)]
  %11 = add %9, %10 : paper f32[\(outputs)]
  %12 = parameter "r.weight" : constant f32[\(outputs), \(inputs)]
  %13 = linear %1, %12 : paper f32[\(outputs)]
  %14 y = add %11, %13 : paper f32[\(outputs)]
  output y = %14
  """
}

@Test func sageKeepsBothProductsAtTheTargetUntilTheyAreMuchNarrower() throws {
  #expect(try optimized(sage(8, 8, raw: true)).body.contains(": cites f32[8]"))
  #expect(try optimized(sage(8, 16, raw: false)).body.contains(": cites f32[8]"))
  #expect(try optimized(sage(32, 4, raw: false)).body.contains(": cites f32[4]"))
}

/// One GAT layer with two heads, as the library writes it.
private let gat = """
  vertex paper { x: f32[8] }
  edge cites: paper -> paper {}
  parameter "lin.weight": f32[6, 8]
  parameter "att_src": f32[1, 2, 3]
  parameter "att_dst": f32[1, 2, 3]
  parameter "bias": f32[6]
  %0 x = feature x : paper f32[8]
  %1 = parameter "lin.weight" : constant f32[6, 8]
  %2 = linear %0, %1 : paper f32[6]
  %3 h = reshape %2 : paper f32[2, 3]
  %4 = parameter "att_src" : constant f32[1, 2, 3]
  %5 = reshape %4 : constant f32[2, 3]
  %6 = multiply %3, %5 : paper f32[2, 3]
  %7 from = sum %6 axis 1 : paper f32[2]
  %8 = parameter "att_dst" : constant f32[1, 2, 3]
  %9 = reshape %8 : constant f32[2, 3]
  %10 = multiply %3, %9 : paper f32[2, 3]
  %11 to = sum %10 axis 1 : paper f32[2]
  %12 = source %7 : cites+loops f32[2]
  %13 = target %11 : cites+loops f32[2]
  %14 = add %12, %13 : cites+loops f32[2]
  %15 score = leaky_relu %14 slope 0.2 : cites+loops f32[2]
  %16 = incoming.max %15 : paper f32[2]
  %17 = target %16 : cites+loops f32[2]
  %18 = subtract %15, %17 : cites+loops f32[2]
  %19 = exp %18 : cites+loops f32[2]
  %20 = incoming.sum %19 : paper f32[2]
  %21 = target %20 : cites+loops f32[2]
  %22 = literal 1e-16 : constant f32
  %23 = add %21, %22 : cites+loops f32[2]
  %24 alpha = divide %19, %23 : cites+loops f32[2]
  %25 = reshape %24 : cites+loops f32[2, 1]
  %26 = source %3 : cites+loops f32[2, 3]
  %27 = multiply %25, %26 : cites+loops f32[2, 3]
  %28 = incoming.sum %27 : paper f32[2, 3]
  %29 = reshape %28 : paper f32[6]
  %30 = parameter "bias" : constant f32[6]
  %31 = add %29, %30 : paper f32[6]
  output y = %31
  """

@Test func gatDividesBehindOneSweepOfExponentials() throws {
  let found = try optimized(gat)
  #expect(
    found.body == """
      %0 x = feature x : paper f32[8]
      %1 = parameter "lin.weight" : constant f32[6, 8]
      %2 = linear %0, %1 : paper f32[6]
      %3 h = reshape %2 : paper f32[2, 3]
      %4 = parameter "att_src" : constant f32[1, 2, 3]
      %5 = reshape %4 : constant f32[2, 3]
      %6 = multiply %3, %5 : paper f32[2, 3]
      %7 from = sum %6 axis 1 : paper f32[2]
      %8 = parameter "att_dst" : constant f32[1, 2, 3]
      %9 = reshape %8 : constant f32[2, 3]
      %10 = multiply %3, %9 : paper f32[2, 3]
      %11 to = sum %10 axis 1 : paper f32[2]
      %12 = source %7 : cites+loops f32[2]
      %13 = target %11 : cites+loops f32[2]
      %14 = add %12, %13 : cites+loops f32[2]
      %15 score = leaky_relu %14 slope 0.2 : cites+loops f32[2]
      %16 = incoming.max %12 : paper f32[2]
      %17 = add %16, %11 : paper f32[2]
      %18 = leaky_relu %17 slope 0.2 : paper f32[2]
      %19 = target %18 : cites+loops f32[2]
      %20 = subtract %15, %19 : cites+loops f32[2]
      %21 = exp %20 : cites+loops f32[2]
      %22 = incoming.sum %21 : paper f32[2]
      %23 = literal 1e-16 : constant f32
      %24 = add %22, %23 : paper f32[2]
      %25 = source %3 : cites+loops f32[2, 3]
      %26 = reshape %21 : cites+loops f32[2, 1]
      %27 = multiply %26, %25 : cites+loops f32[2, 3]
      %28 = incoming.sum %27 : paper f32[2, 3]
      %29 = reshape %24 : paper f32[2, 1]
      %30 = divide %28, %29 : paper f32[2, 3]
      %31 = reshape %30 : paper f32[6]
      %32 = parameter "bias" : constant f32[6]
      %33 = add %31, %32 : paper f32[6]
      output y = %33
      """)
}

@Test func attentionWeightsThatAreAskedForAreStillGiven() throws {
  let found = try optimized(gat + "\noutput alpha = %24")
  #expect(found.body.ranges(of: "= divide").count == 2 && found.body.ranges(of: "= exp").count == 1)
  #expect(found.program.outputs.count == 2)
}

// MARK: - The pipeline

@Test func passesCanBeLeftOutAndStoppedAfter() throws {
  let program = try read(gcn)
  let all = try optimize(program).map(\.name)
  #expect(all == passes.map(\.name))
  let without = try optimize(program, PassSelection(without: ["hoist-to-vertices"])).map(\.name)
  #expect(!without.contains("hoist-to-vertices") && without.count == passes.count - 2)
  let stopped = try optimize(program, PassSelection(after: "project-before-sum")).map(\.name)
  #expect(stopped.last == "project-before-sum" && stopped.count == 7)
}

@Test func everyPassAloneKeepsTheAnswer() throws {
  for text in [gcn, gat, sage(8, 8, raw: true), sage(32, 4, raw: false)] {
    let before = try read(text)
    for pass in passes { try expectSame(before, try Passes.run(pass, on: before).program) }
    for pass in passes {
      let reports = try optimize(before, PassSelection(without: [pass.name]))
      try expectSame(before, reports.last!.program)
    }
  }
}

@Test func theSecondRunOfThePipelineFindsNothingMore() throws {
  for text in [gcn, gat, sage(8, 8, raw: true), sage(32, 4, raw: false)] {
    let once = try optimize(try read(text)).last!.program
    let twice = try optimize(once).last!.program
    #expect(body(twice) == body(once))
  }
}

private struct Broken: Pass {
  let name = "broken"
  let summary = "leaves a program that means nothing"

  func run(on program: Program) -> PassResult {
    var program = program
    program.outputs[0].value = ValueID(99)
    return PassResult(program: program, notes: [])
  }
}

@Test func aFaultNamesThePassBehindIt() throws {
  let program = try read(gcn)
  let fault = #expect(throws: InternalFault.self) { try Passes.run(Broken(), on: program) }
  #expect(fault?.message == "after broken: %99 is read but never defined")
}
