import Foundation
import FoundationXML
import Testing

/// `gnnc run --profile`: what it tells and draws, and what it refuses; and `--without` on every verb that compiles.
struct ProfileTests {
  let folder: Folder
  let gnnc: Gnnc

  init() throws {
    folder = try Folder()
    gnnc = Gnnc(in: folder)
  }

  private func object(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test func theReportHoldsWhatExplainPredicts() throws {
    let result = try gnnc("run", Sample.compiled, Sample.three, "-o", "out", "--profile", "--json")
    #expect(result.status == 0, "\(result.errors)")
    let report = try object(result.output)
    let profile = try #require(report["profile"] as? [String: Any])
    let stages = try #require(profile["stages"] as? [[String: Any]])
    let explained = try gnnc("explain", Sample.model, "--for", Sample.three)
    let predicted = explained.output.split(separator: "\n").filter { $0.contains(" in all ") }.map { line in
      line.split(separator: " ").compactMap { Double($0) }
    }
    let told = try stages.map { stage in
      try ["flops", "bytes_gathered", "bytes_read", "bytes_written"].map {
        try #require(stage[$0] as? Double)
      }
    }
    #expect(told.count == 2)
    #expect(told == predicted)
    // A row of 8 numbers for each of the 1,119 edges; at each of the 300 vertices such a row is written.
    #expect(told.last?[1] == 35808)
    #expect(told.last?[3] == 9600)
    let gathers = try #require(profile["gathers"] as? [[String: Any]])
    #expect(gathers.count == 1)
    #expect(gathers.first?["edges"] as? String == "depends")
    #expect(gathers.first?["stages"] as? [Int] == [2])
    #expect(gathers.first?["row_bytes"] as? Int == 32)
    #expect(gathers.first?["bytes"] as? Double == 35808)
    for stage in stages {
      let seconds = try #require(stage["predicted_seconds"] as? Double)
      let parts = try ["gather_seconds", "stream_seconds", "arithmetic_seconds"].map {
        try #require(stage[$0] as? Double)
      }
      // Numbers in JSON may lose their last bit.
      #expect(abs(seconds - max(parts[0] + parts[1], parts[2])) <= 1e-12 * seconds)
      #expect(stage["bound"] as? String == (parts[0] + parts[1] >= parts[2] ? "memory" : "arithmetic"))
    }
  }

  @Test func withoutTheFlagNothingIsMeasured() throws {
    let result = try gnnc("run", Sample.compiled, Sample.one, "-o", "out", "--json")
    #expect(try object(result.output)["profile"] == nil)
  }

  @Test func theTableHasALineForEachStage() throws {
    let result = try gnnc("run", Sample.compiled, Sample.one, "-o", "out", "--profile")
    #expect(result.status == 0, "\(result.errors)")
    let lines = result.output.split(separator: "\n").map(String.init)
    #expect(lines.first?.hasPrefix("this machine, ") == true)
    let header = try #require(lines.firstIndex { $0.hasPrefix("stage  seconds  at best  of roof") })
    for (number, name) in ["linear lin", "sum over depends"].enumerated() {
      #expect(lines[header + 1 + number].hasPrefix("    \(number + 1)  "))
      #expect(lines[header + 1 + number].hasSuffix(name))
    }
    #expect(lines.contains { $0.hasPrefix("stages at 85 % of their roof or more take ") })
    #expect(lines.last?.hasPrefix("out: opened in ") == true)
    #expect(folder.names == ["out"])
  }

  @Test func thePageIsAPictureOfEveryStage() throws {
    let result = try gnnc(
      "run", Sample.compiled, Sample.one, "-o", "out", "--profile-page", "page.svg", "--quiet")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("of the roofline"))
    let page = try #require(folder.bytes("page.svg"))
    let words = Words()
    let parser = XMLParser(data: page)
    parser.delegate = words
    #expect(parser.parse())
    #expect(words.found.contains("model, over 300 vertices and 1,119 edges") == true)
    #expect(words.found.contains { $0.hasPrefix("multiply-add") })
    let measured = words.found.filter { $0.hasPrefix("measured: ") }
    #expect(measured.count == 2)
    #expect(folder.names == ["out", "page.svg"])
  }

  @Test func aPageThatIsThereIsKept() throws {
    try folder.write("mine", to: "page.svg")
    let result = try gnnc("run", Sample.compiled, Sample.one, "-o", "out", "--profile-page", "page.svg")
    #expect(result.status == 1)
    #expect(
      result.errors == """
        error[file]: page.svg is already there
        help: choose another name, or give `--force` to replace it

        """)
    #expect(folder.names == ["page.svg"])
    #expect(folder.bytes("page.svg") == Data("mine".utf8))
    let forced = try gnnc(
      "run", Sample.compiled, Sample.one, "-o", "out", "--profile-page", "page.svg", "--force")
    #expect(forced.status == 0)
    #expect(folder.bytes("page.svg")?.starts(with: Data("<svg".utf8)) == true)
  }

  @Test func aPageThatCannotBeWrittenLeavesNothing() throws {
    let nowhere = try gnnc("run", Sample.compiled, Sample.one, "-o", "out", "--profile-page", "no/page.svg")
    #expect(nowhere.status == 1)
    #expect(nowhere.errors.contains("no/page.svg"))
    // A directory stands where the page should.
    try FileManager.default.createDirectory(atPath: folder.path("taken"), withIntermediateDirectories: false)
    try FileManager.default.createDirectory(
      atPath: folder.path("taken/page.svg"), withIntermediateDirectories: false)
    let taken = try gnnc(
      "run", Sample.compiled, Sample.one, "-o", "out", "--profile-page", "taken/page.svg", "--force")
    #expect(taken.status == 1)
    #expect(folder.names == ["taken"])
  }

  @Test func flagsThatMakeNoSenseAreRefused() throws {
    let plan = try gnnc("run", Sample.compiled, Sample.one, "--plan", "--profile")
    #expect(plan.status == 2)
    #expect(plan.errors.hasPrefix("error[usage]: --plan runs nothing that --profile could measure\n"))
    let name = try gnnc("run", Sample.compiled, Sample.one, "-o", "out", "--profile-page", "page.png")
    #expect(name.status == 2)
    #expect(
      name.errors.hasPrefix(
        "error[usage]: --profile-page is `page.png`; it should be a name that ends in .svg\n"))
    let value = try gnnc("run", Sample.compiled, Sample.one, "-o", "out", "--profile=page.svg")
    #expect(value.status == 2)
    #expect(value.errors.hasPrefix("error[usage]: --profile takes no value\n"))
    #expect(folder.names.isEmpty)
  }

  // MARK: Passes left out

  @Test(arguments: ["compile", "explain", "run"]) func anUnknownPassOffersTheNearest(verb: String) throws {
    let words = [verb, Sample.model] + (verb == "run" ? [Sample.one, "-o", "out"] : [])
    let result = try gnnc.call(words + ["--without", "project-befor-sum"])
    #expect(result.status == 2)
    #expect(
      result.errors.hasPrefix(
        "error[usage]: --without is `project-befor-sum`; it should be a pass that `gnnc passes` lists; "
          + "did you mean project-before-sum?\n"))
    #expect(folder.names.isEmpty)
  }

  @Test func aPassThatIsLeftOutDoesNothing() throws {
    let all = try gnnc("explain", Sample.model)
    #expect(all.output.contains("\n  project-before-sum\n"))
    let some = try gnnc("explain", Sample.model, "--without", "project-before-sum")
    #expect(some.status == 0)
    #expect(!some.output.contains("\n  project-before-sum\n"))

    // Another program, so another library.
    let words = ["run", Sample.model, Sample.one, "--weights", Sample.weights, "-o"]
    let whole = try gnnc.call(words + ["a"])
    #expect(whole.output.hasPrefix("compiled "))
    let partial = try gnnc.call(words + ["b", "--without", "share"])
    #expect(partial.output.hasPrefix("compiled "))
    #expect(folder.bytes("a/y.npy")?.count == folder.bytes("b/y.npy")?.count)
    #expect(try gnnc.call(words + ["c", "--without", "share"]).output.hasPrefix("found "))
  }

  @Test func aCompiledModelTakesNoFlagsOfTheCompiler() throws {
    let result = try gnnc("run", Sample.compiled, Sample.one, "-o", "out", "--without", "share")
    #expect(result.status == 2)
    #expect(
      result.errors.hasPrefix("error[usage]: --without is for models that are still to be compiled\n"))
    #expect(folder.names.isEmpty)
  }
}

/// All words of an XML document.
private final class Words: NSObject, XMLParserDelegate {
  private(set) var found: [String] = []
  private var current = ""

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    current = ""
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) { current += string }

  func parser(
    _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
  ) {
    if !current.isEmpty { found.append(current) }
    current = ""
  }
}
