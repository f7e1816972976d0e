import Foundation
import Testing

/// `gnnc compile`, compilers, weights, and compiled models that are not what they were.
struct CompileTests {
  let folder: Folder
  let gnnc: Gnnc

  init() throws {
    folder = try Folder()
    gnnc = Gnnc(in: folder)
  }

  /// A copy of the compiled sample that a test may damage.
  private func copy() throws {
    try FileManager.default.copyItem(atPath: Sample.compiled, toPath: folder.path("model.gnnc"))
  }

  @Test func aCompiledModelHoldsWhatIsPromised() throws {
    let files = ["Makefile", "manifest.json", "model.c", "model.so", "weights.bin", "gnnc_runtime.h"]
    #expect(files.allSatisfy { Sample.made.isThere("model.gnnc/\($0)") })
    let manifest = Sample.made.bytes("model.gnnc/manifest.json")!
    let fields = try #require(try JSONSerialization.jsonObject(with: manifest) as? [String: Any])
    #expect(fields["format"] as? Int == 1)
    #expect((fields["weights"] as? [String: Any])?["source"] as? String == "weights.safetensors")
  }

  @Test func theMakefileRebuildsTheLibrary() throws {
    try copy()
    let result = try gnnc.shell("cd model.gnnc && rm model.so && make -s && test -s model.so")
    #expect(result.status == 0, "\(result.errors)")
  }

  @Test func compilersBehindTheFirstThatWorksAreNotAsked() throws {
    try FileManager.default.createDirectory(atPath: folder.path("bin"), withIntermediateDirectories: false)
    try folder.write("#!/bin/sh\nexec /usr/bin/gcc \"$@\"\n", to: "bin/gcc")
    try folder.write("#!/bin/sh\necho asked >> \(folder.path("asked"))\nexit 1\n", to: "bin/clang")
    for name in ["gcc", "clang"] { chmod(folder.path("bin/" + name), 0o755) }
    var gnnc = gnnc
    gnnc.environment["PATH"] = folder.path("bin") + ":/usr/bin:/bin"
    #expect(try gnnc("compile", Sample.model, "-o", "model.gnnc").status == 0)
    #expect(!folder.isThere("asked"))
  }

  @Test func compilingAgainReplacesACompiledModelOnly() throws {
    try copy()
    #expect(try gnnc("compile", Sample.model, "-o", "model.gnnc").status == 0)
    #expect(!folder.isThere("model.gnnc/weights.bin"))
    try FileManager.default.createDirectory(atPath: folder.path("home"), withIntermediateDirectories: false)
    try folder.write("dear", to: "home/letter.txt")
    let result = try gnnc("compile", Sample.model, "-o", "home")
    #expect(result.status == 1)
    #expect(result.errors.hasPrefix("error[file]: home is already there\n"))
    #expect(folder.names == ["home", "model.gnnc"])
  }

  @Test func withoutWeightsAModelAsksForThem() throws {
    #expect(try gnnc("compile", Sample.model, "-o", "bare.gnnc").status == 0)
    let result = try gnnc("run", "bare.gnnc", Sample.one, "-o", "out")
    #expect(result.status == 1)
    #expect(
      result.errors == """
        error[weights]: bare.gnnc was compiled without weights
        help: give `--weights WEIGHTS.safetensors`

        """)
    #expect(try gnnc("run", "bare.gnnc", Sample.one, "-o", "a", "--weights", Sample.weights).status == 0)
    #expect(try gnnc("run", Sample.compiled, Sample.one, "-o", "b").status == 0)
    #expect(folder.bytes("a/y.npy") == folder.bytes("b/y.npy"))
  }

  @Test func emittedCIsPrinted() throws {
    let result = try gnnc("compile", Sample.model, "--emit", "c")
    #expect(result.status == 0)
    #expect(result.output.contains("gnnc_describe"))
    #expect(folder.names.isEmpty)
  }

  @Test func aMistakeInAModelEndsWithStatusOne() throws {
    try folder.write("model {\n  x = nothing\n}\n", to: "wrong.gnn")
    let result = try gnnc("check", "wrong.gnn")
    #expect(result.status == 1)
    #expect(result.errors.hasPrefix("error["))
    #expect(result.errors.contains("\n  wrong.gnn:2:7\n"))
  }

  // MARK: Compilers

  @Test func noCompilerOnThePathSaysWhatToInstall() throws {
    var gnnc = gnnc
    gnnc.environment["PATH"] = ""
    let result = try gnnc("compile", Sample.model, "-o", "model.gnnc")
    #expect(result.status == 1)
    #expect(
      result.errors == """
        error[compiler]: there is no C compiler on the PATH
        help: install one, for example: apt-get install gcc libc6-dev

        """)
    #expect(folder.names.isEmpty)
  }

  @Test func aCompilerThatIsAskedForAndMissingIsNamed() throws {
    let flag = try gnnc("compile", Sample.model, "-o", "model.gnnc", "--cc", "nocc")
    #expect(flag.status == 1)
    #expect(flag.errors.hasPrefix("error[compiler]: there is no C compiler nocc, which --cc asks for\n"))
    var gnnc = gnnc
    gnnc.environment["CC"] = "nocc"
    let variable = try gnnc("compile", Sample.model, "-o", "model.gnnc")
    #expect(variable.errors.hasPrefix("error[compiler]: there is no C compiler nocc, which CC asks for\n"))
  }

  @Test func aCompilerThatDoesNotWorkIsFoundOut() throws {
    try folder.write("#!/bin/sh\necho 'error: out of sorts' >&2\nexit 1\n", to: "compiler")
    chmod(folder.path("compiler"), 0o755)
    let result = try gnnc("compile", Sample.model, "-o", "model.gnnc", "--cc", folder.path("compiler"))
    #expect(result.status == 1)
    #expect(
      result.errors.hasPrefix(
        "error[compiler]: \(folder.path("compiler")), which --cc asks for, does not compile a small program: out of sorts\n"
      ))
  }

  @Test func anUnknownProcessorIsTheUsersMistake() throws {
    let result = try gnnc("compile", Sample.model, "-o", "model.gnnc", "--cpu", "abacus")
    #expect(result.status == 1)
    #expect(
      result.errors == """
        error[compiler]: gcc knows no processor `abacus`
        help: for example `native`, `x86-64-v2` or `x86-64-v3`

        """)
    #expect(folder.names.isEmpty)
  }

  @Test(arguments: [2, 20, 30]) func noRoomForACompiledModelLeavesNothing(blocks: Int) throws {
    _ = try gnnc("doctor")  // so that no compiler has to be tried without room
    let result = try gnnc.shell("ulimit -f \(blocks); $GNNC compile \(Sample.model) -o model.gnnc")
    #expect(result.status == 1)
    #expect(
      result.errors.hasPrefix("error[system]: no room left on the disk for model.gnnc/"), "\(result.errors)")
    #expect(folder.names.isEmpty)
  }

  @Test func theDoctorSaysWhichCompilerIsUsed() throws {
    let result = try gnnc("doctor")
    #expect(result.status == 0)
    #expect(result.output.contains("OpenMP: works"))
    #expect(result.output.contains("models are compiled by /"))
    var gnnc = gnnc
    gnnc.environment["PATH"] = ""
    #expect(try gnnc("doctor").status == 1)
  }

  // MARK: Weights

  private func compile(_ tensors: [(name: String, shape: [Int], values: [Float])]) throws -> Gnnc.Result {
    try safetensors(tensors).write(to: URL(fileURLWithPath: folder.path("w.safetensors")))
    return try gnnc("compile", Sample.model, "--weights", "w.safetensors", "-o", "model.gnnc")
  }

  private static let matrix = [Float](repeating: 0.5, count: 128)

  @Test func missingAndMisshapenWeightsAreAllNamed() throws {
    let result = try compile([
      ("lin.wieght", [8, 16], Self.matrix), ("bias", [9], [Float](repeating: 0, count: 9)),
    ])
    #expect(result.status == 1)
    #expect(
      result.errors == """
        error[weights]: w.safetensors holds no `lin.weight`
        help: it holds `lin.wieght`

        error[weights]: `bias` in w.safetensors has the shape [9]; the model wants [8]
        help: were the weights trained with other sizes?

        """)
    #expect(folder.names == ["w.safetensors"])
  }

  @Test func weightsThatHoldNaNAreTakenWithAWarning() throws {
    var bias = [Float](repeating: 0, count: 8)
    bias[3] = .nan
    let result = try compile([("lin.weight", [8, 16], Self.matrix), ("bias", [8], bias)])
    #expect(result.status == 0)
    #expect(
      result.errors
        == "warning[weights]: `bias` in w.safetensors holds NaN; what depends on it will be NaN too\n")
  }

  // MARK: Damage

  @Test func aChangedLibraryIsRefused() throws {
    try copy()
    try folder.damage("model.gnnc/model.so", fromEnd: 100)
    let result = try gnnc("run", "model.gnnc", Sample.one, "-o", "out")
    #expect(result.status == 1)
    #expect(
      result.errors.hasPrefix(
        "error[model]: model.gnnc/model.so has been changed since the model was compiled\n"))
  }

  @Test func changedWeightsAreRefused() throws {
    try copy()
    try folder.damage("model.gnnc/weights.bin")
    let result = try gnnc("run", "model.gnnc", Sample.one, "-o", "out")
    #expect(result.status == 1)
    #expect(result.errors.hasPrefix("error[weights]: model.gnnc/weights.bin is damaged\n"))
  }

  @Test func aMissingFileIsNamed() throws {
    try copy()
    unlink(folder.path("model.gnnc/model.c"))
    let result = try gnnc("inspect", "model.gnnc")
    #expect(result.status == 1)
    #expect(result.errors == "error[file]: cannot open model.gnnc/model.c: No such file or directory\n")
  }

  @Test func anotherFormatIsRefusedByItsNumber() throws {
    try copy()
    try folder.write("{\"format\": 7}", to: "model.gnnc/manifest.json")
    let result = try gnnc("run", "model.gnnc", Sample.one, "-o", "out")
    #expect(result.status == 1)
    #expect(
      result.errors == """
        error[model]: model.gnnc/manifest.json has format 7; this gnnc reads format 1
        help: compile the model again

        """)
  }

  @Test func aDirectoryWithoutAManifestIsNoModel() throws {
    try FileManager.default.createDirectory(
      atPath: folder.path("empty.gnnc"), withIntermediateDirectories: false)
    let result = try gnnc("run", "empty.gnnc", Sample.one, "-o", "out")
    #expect(result.status == 1)
    #expect(
      result.errors == """
        error[model]: empty.gnnc is not a compiled model: it has no manifest.json
        help: `gnnc compile MODEL.gnn -o MODEL.gnnc` makes one

        """)
  }

  @Test func inspectingAModelShowsItsStages() throws {
    let result = try gnnc("inspect", Sample.compiled)
    #expect(result.status == 0)
    #expect(result.output.contains(" packed, from weights.safetensors\n"))
    #expect(result.output.contains("stage 2 over package: "))
    #expect(result.output.contains("output y: f32[8] for each package\n"))
  }
}
