import Foundation
import Testing

/// `gnnc run` from the outside: what it writes, what it says, and what it refuses.
struct RunTests {
  let folder: Folder
  let gnnc: Gnnc

  init() throws {
    folder = try Folder()
    gnnc = Gnnc(in: folder)
  }

  @Test func outputsAreTheSameForEveryPartitioningAndExchange() throws {
    #expect(try gnnc("run", Sample.compiled, Sample.one, "-o", "a").status == 0)
    #expect(try gnnc("run", Sample.compiled, Sample.three, "-o", "b").status == 0)
    #expect(try gnnc("run", Sample.compiled, Sample.three, "-o", "c", "--exchange", "copy").status == 0)
    let outputs = ["a", "b", "c"].map { folder.bytes("\($0)/y.npy") }
    #expect(outputs[0] != nil)
    #expect(outputs[0] == outputs[1])
    #expect(outputs[0] == outputs[2])
  }

  @Test func aPlainGraphIsPartitionedOnTheWayAndNothingStays() throws {
    let result = try gnnc("run", Sample.compiled, Sample.graph, "-o", "out")
    #expect(result.status == 0)
    #expect(result.output.hasPrefix("partitioned \(Sample.graph) for this run, in "))
    #expect(folder.names == ["out"])
  }

  @Test func aSecondRunOfATextCompilesNothing() throws {
    try folder.write("#!/bin/sh\necho call >> \(folder.path("calls"))\nexec gcc \"$@\"\n", to: "compiler")
    chmod(folder.path("compiler"), 0o755)
    var gnnc = gnnc
    gnnc.environment["CC"] = folder.path("compiler")
    let first = try gnnc("run", Sample.model, Sample.one, "-o", "a", "--weights", Sample.weights)
    #expect(first.status == 0)
    #expect(first.output.hasPrefix("compiled \(Sample.model), in "))
    let calls = folder.bytes("calls")
    #expect(calls != nil)
    let second = try gnnc("run", Sample.model, Sample.one, "-o", "b", "--weights", Sample.weights)
    #expect(second.status == 0)
    #expect(second.output.hasPrefix("found \(Sample.model) in the cache, in "))
    #expect(folder.bytes("calls") == calls)
    #expect(folder.bytes("a/y.npy") == folder.bytes("b/y.npy"))
  }

  @Test func aChangeInAUsedTextIsCompiled() throws {
    func write(factor: Int) throws {
      try folder.write(
        "vertex module Scale { forward(x: f32[16]) { return \(factor) * x } }", to: "scale.gnn")
    }
    try folder.write(
      """
      use "scale.gnn"
      graph {
        vertex package { x: f32[16] }
        edge depends: package -> package
      }
      model { output y = transform(get_vertex(package.x), Scale) }
      """, to: "model.gnn")
    try write(factor: 2)
    #expect(try gnnc("run", "model.gnn", Sample.one, "-o", "a").output.hasPrefix("compiled model.gnn, in "))
    #expect(
      try gnnc("run", "model.gnn", Sample.one, "-o", "b").output.hasPrefix("found model.gnn in the cache"))
    try write(factor: 3)
    #expect(try gnnc("run", "model.gnn", Sample.one, "-o", "c").output.hasPrefix("compiled model.gnn, in "))
    #expect(folder.bytes("a/y.npy") == folder.bytes("b/y.npy"))
    #expect(folder.bytes("a/y.npy") != folder.bytes("c/y.npy"))
  }

  @Test func jsonTellsTheTimesOfTheBestRun() throws {
    let result = try gnnc("run", Sample.compiled, Sample.one, "-o", "out", "--repeat", "3", "--json")
    #expect(result.status == 0)
    let answer = try #require(
      try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    let runs = try #require(answer["runs"] as? [Double])
    #expect(runs.count == 3)
    #expect(answer["stages_seconds"] as? Double == runs.min())
    #expect((answer["stages"] as? [[String: Any]])?.count == 2)
    #expect(try #require(answer["peak_bytes"] as? Int) > 1_000_000)
    let total = try #require(answer["total_seconds"] as? Double)
    #expect(try #require(answer["open_seconds"] as? Double) + runs.reduce(0, +) <= total)
  }

  @Test func quietRunsSayNothing() throws {
    let result = try gnnc("run", Sample.compiled, Sample.one, "-o", "out", "--quiet")
    #expect(result.status == 0)
    #expect(result.output.isEmpty)
    #expect(result.errors.isEmpty)
  }

  @Test func thePlanIsShownAndNothingIsRun() throws {
    let result = try gnnc("run", Sample.compiled, Sample.one, "--plan")
    #expect(result.status == 0)
    #expect(result.output.contains("stored tensors"))
    #expect(result.output.contains("\nmemory "))
    #expect(folder.names.isEmpty)
  }

  @Test func anOutputThatTheModelLacksIsNamed() throws {
    let result = try gnnc("run", Sample.compiled, Sample.one, "-o", "out", "--output", "z")
    #expect(result.status == 1)
    #expect(
      result.errors == """
        error[output]: the model has no output `z`
        help: it has `y`

        """)
    #expect(folder.names.isEmpty)
  }

  @Test func whatIsThereAlreadyIsKept() throws {
    try FileManager.default.createDirectory(atPath: folder.path("out"), withIntermediateDirectories: false)
    try folder.write("mine", to: "out/y.npy")
    let result = try gnnc("run", Sample.compiled, Sample.one, "-o", "out")
    #expect(result.status == 1)
    #expect(
      result.errors == """
        error[file]: out is already there
        help: choose another name, or give `--force` to replace it

        """)
    #expect(folder.bytes("out/y.npy") == Data("mine".utf8))

    #expect(try gnnc("run", Sample.compiled, Sample.one, "-o", "out", "--force").status == 0)
    #expect(folder.bytes("out/y.npy") != Data("mine".utf8))
    #expect(folder.names == ["out"])
  }

  @Test func forceReplacesNothingThatGnncDidNotWrite() throws {
    try FileManager.default.createDirectory(atPath: folder.path("home"), withIntermediateDirectories: false)
    try folder.write("dear", to: "home/letter.txt")
    let result = try gnnc("run", Sample.compiled, Sample.one, "-o", "home", "--force")
    #expect(result.status == 1)
    #expect(
      result.errors == """
        error[file]: home holds `letter.txt`, which gnnc did not write; it is not replaced
        help: choose another name

        """)
    #expect(folder.isThere("home/letter.txt"))
  }

  @Test func missingFilesAreNamed() throws {
    #expect(
      try gnnc("run", "none.gnnc", Sample.one, "-o", "out").errors == "error[file]: there is no none.gnnc\n")
    #expect(try gnnc("run", Sample.compiled, "none", "-o", "out").errors == "error[file]: there is no none\n")
    #expect(folder.names.isEmpty)
  }

  @Test func aModelAndAGraphThatDoNotFitAreToldApart() throws {
    let result = try gnnc("run", Sample.compiled, Sample.otherGraph, "-o", "out")
    #expect(result.status == 1)
    #expect(
      result.errors == """
        error[fit]: \(Sample.otherGraph) has no vertices `package`
        help: it has the vertices `node`

        error[fit]: \(Sample.otherGraph) has no edges `depends`
        help: it has the edges `link`

        """)
    #expect(folder.names.isEmpty)
  }

  @Test func whatIsNoGraphIsSaidSo() throws {
    try FileManager.default.createDirectory(atPath: folder.path("none"), withIntermediateDirectories: false)
    let result = try gnnc("run", Sample.compiled, "none", "-o", "out")
    #expect(result.status == 1)
    #expect(result.errors.hasPrefix("error[graph]: none is not a graph\n"))
  }

  @Test func noRoomOnTheDiskLeavesNothing() throws {
    let result = try gnnc.shell("ulimit -f 2; $GNNC run \(Sample.compiled) \(Sample.one) -o out")
    #expect(result.status == 1)
    #expect(result.errors == "error[system]: no room left on the disk for out/y.npy\n")
    #expect(folder.names.isEmpty)
  }

  @Test(arguments: [SIGINT, SIGTERM]) func anInterruptLeavesNothing(signal: Int32) throws {
    let process = try gnnc.start("run", Sample.compiled, Sample.one, "-o", "out", "--repeat", "1000000")
    let deadline = Date(timeIntervalSinceNow: 20)
    while folder.names.isEmpty, Date() < deadline { usleep(10_000) }
    #expect(folder.names != ["out"])
    usleep(200_000)
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    #expect(process.terminationStatus == 130)
    #expect(folder.names.isEmpty)
  }
}
