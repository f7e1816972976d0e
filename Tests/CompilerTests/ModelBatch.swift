import CBackend
import Foundation
import Program
import Stages

@testable import Compiler

/// A program with a graph and weights to run it on.
struct ModelCase {
  let name: String
  let stages: StageProgram
  let data: GraphData
  var program: Program { stages.program }

  init(name: String, _ program: Program, _ data: GraphData, store: Store = Store()) throws {
    self.name = name
    self.data = data
    var settings = StageSettings()
    settings.store = store
    settings.narrowestPart = 1
    stages = try StageProgram(program, settings)
  }

  var c: String { CBackend.emit(stages, ModelDescription(name: name, fingerprint: "")).text }
}

/// Many compiled models in one C file, built into one program with Resources/drive.c and run by it.
struct ModelBatch {
  let cases: [ModelCase]

  /// What an attempt to build and run the batch came to.
  enum Ending {
    case doesNotCompile(String)
    /// What it said last: a model's number, a sanitizer's report.
    case crashed(String)
    /// The numbers of all outputs, and differences in bits that the driver has found.
    case ran([[Float]], differences: String)
  }

  private static let resources = URL(filePath: #filePath).deletingLastPathComponent().appending(
    path: "Resources")

  /// What models are compiled with here: quick to build, and nothing may be worth a warning.
  static let flags = [
    "-std=gnu11", "-O1", "-fopenmp", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math",
    "-march=native",
    "-Wall", "-Wextra", "-Werror",
  ]

  func run(compiler: String = "gcc", flags: [String] = []) throws -> Ending {
    let folder = FileManager.default.temporaryDirectory.appending(path: "gnnc-batch-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    // GNNC_KEEP=1 leaves the C, with each program above it, for whoever looks for a fault.
    defer {
      if ProcessInfo.processInfo.environment["GNNC_KEEP"] == nil {
        try? FileManager.default.removeItem(at: folder)
      }
    }
    func path(_ name: String) -> String { folder.appending(path: name).path }

    for (name, text) in RuntimeText.headers { try Data(text.utf8).write(to: folder.appending(path: name)) }
    try Data(text.utf8).write(to: folder.appending(path: "models.c"))
    let driver = Self.resources.appending(path: "drive.c").path
    let command =
      ["/usr/bin/env", compiler] + Self.flags + flags + [
        "-I\(folder.path)", "-o", path("drive"), path("models.c"), driver, "-lm",
      ]
    let build = try Subprocess.run(command)
    guard build.succeeded else { return .doesNotCompile(String(build.output.prefix(3000))) }

    try cases.reduce(into: CaseWriter()) { $0.add($1) }.bytes.write(to: folder.appending(path: "cases"))
    // Leaks are looked for with a debugger's means, which not every container allows.
    let driven = try Subprocess.run(
      ["/usr/bin/env", "ASAN_OPTIONS=detect_leaks=0", path("drive"), path("cases"), path("answers")])
    guard driven.succeeded else { return .crashed(String(driven.output.suffix(3000))) }
    let answers = try Data(contentsOf: folder.appending(path: "answers"))
    let differences = driven.output.split(separator: "\n").filter { !$0.hasPrefix("model ") }.joined(
      separator: "\n")
    return .ran(split(answers), differences: differences)
  }

  /// Every model's numbers: its outputs one after the other.
  private func split(_ answers: Data) -> [[Float]] {
    var offset = 0
    return cases.map { model in
      let count = model.program.outputs.reduce(0) {
        $0 + model.rows(of: $1).count * model.program[$1.value].type.width
      }
      defer { offset += count * 4 }
      return answers.withUnsafeBytes { bytes in
        (0..<count).map { bytes.loadUnaligned(fromByteOffset: offset + $0 * 4, as: Float.self) }
      }
    }
  }

  /// The C of all models, whose file-scope names are told apart by a prefix, and a table of them.
  private var text: String {
    var text = ""
    for (number, model) in cases.enumerated() {
      let program = model.program.text.split(separator: "\n").map { "// \($0)\n" }.joined()
      text += "\n// \(model.name)\n\(program)" + FileScope.rename(model.c, prefix: "m\(number)_")
    }
    text += "\nextern const gnnc_model *const all_models[];\nextern const int all_models_count;\n"
    text += "#define M(n) &m##n##_model\nconst gnnc_model *const all_models[] = {"
    text += cases.indices.map { "M(\($0))" }.joined(separator: ", ")
    return text + "};\nconst int all_models_count = \(cases.count);\n"
  }
}

extension ModelCase {
  /// For each row that the driver writes of an output, its place among the interpreter's rows; nil for a row that means
  /// nothing: that of a self-loop which the edge set has not.
  func rows(of output: Program.Output) -> [Int?] {
    switch program[output.value].type.space {
    case .vertices(let type): return Array(0..<data.vertexCounts[type.number])
    case .graph: return [0]
    case .constant: return []
    case .edges(let set):
      var places: [EdgeList.Origin: Int] = [:]
      let list = EdgeList(set, of: data, schema: program.schema)
      for (place, origin) in list.origins.enumerated() { places[origin] = place }
      let swept = EdgeRows(SweptEdges(type: set.type, direction: set.direction), data, program.schema)
      let isStored = stages.outputs.contains { $0.name == output.name && $0.edges?.loopTensor != nil }
      let targets = data.vertexCounts[program.schema.target(of: set).number]
      return swept.plain.map { places[.plain($0)] }
        + (isStored ? (0..<targets).map { places[.loop($0)] } : [])
    }
  }
}

/// The names that a C file declares outside of functions.
enum FileScope {
  static func rename(_ text: String, prefix: String) -> String {
    let names = declared(in: text)
    var result = ""
    var word = ""
    var isInString = false
    var previous: Character = " "
    func isWord(_ c: Character) -> Bool { c == "_" || c.isASCII && (c.isLetter || c.isNumber) }
    func flush() {
      // A member's name stays, even where it is that of a table.
      if !word.isEmpty {
        result += names.contains(word) && previous != "." && previous != ">" ? prefix + word : word
      }
      if let last = word.last { previous = last }
      word = ""
    }
    for character in text {
      if isWord(character), !isInString {
        word.append(character)
        continue
      }
      flush()
      if character == "\"" && previous != "\\" { isInString.toggle() }
      result.append(character)
      previous = character
    }
    flush()
    return result
  }

  private static func declared(in text: String) -> Set<String> {
    var names: Set<String> = ["gnnc_describe"]
    var isInEnum = false
    for line in text.split(separator: "\n") {
      if line.hasPrefix("enum {") { isInEnum = true }
      if isInEnum {
        for match in line.matches(of: /([A-Z][A-Z0-9_]*) =/) { names.insert(String(match.1)) }
        if line.contains("}") { isInEnum = false }
      } else if let match = line.firstMatch(
        of:
          /^(?:static|typedef|const|GNNC_SHARED|GNNC_INLINE)[^=({]*?([A-Za-z_][A-Za-z0-9_]*)(?:\[[^=]*)?(?: =|\(|;)/
      ) {
        names.insert(String(match.1))
      }
    }
    return names
  }
}
