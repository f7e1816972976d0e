import Foundation
import Program
import Testing

@testable import Compiler

// Pages in Tests/Golden/pipeline: a model on its way to C. `GNNC_REWRITE_GOLDEN=1 swift test --filter pipelinePages`
// rewrites them.

private let folder = URL(filePath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Golden/pipeline")

@Test(arguments: ["gat", "gcn"]) func pipelinePagesShowAModelOnItsWayToC(name: String) throws {
  let file = folder.appending(path: name + ".md")
  let written = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
  let page = try render(name)
  if ProcessInfo.processInfo.environment["GNNC_REWRITE_GOLDEN"] != nil {
    try page.write(to: file, atomically: true, encoding: .utf8)
  } else {
    #expect(page == written)
  }
}

private func render(_ name: String) throws -> String {
  let model = folder.appending(path: name + ".gnn")
  let translation = try LibraryModels.translate(model.path)
  func fenced(_ text: String) -> String { "```\n\(text)```\n" }
  let explanation = Explanation(translation).text.replacing(folder.path + "/", with: "")
  return """
    # \(name): from a model's text to C
    \(fenced(try String(contentsOf: model, encoding: .utf8)))
    ## program after the passes
    \(fenced(translation.stages.program.text))
    ## what was done, and the stages
    \(fenced(explanation))
    ## a sweep of the last stage, in C
    \(fenced(sweep(in: translation.c.text).replacing(folder.path + "/", with: "")))
    """
}

/// The first function that sweeps over edges in the last stage that has one.
private func sweep(in c: String) -> String {
  let lines = c.split(separator: "\n", omittingEmptySubsequences: false)
  guard let start = lines.lastIndex(where: { $0.contains(/^static void stage[0-9]+_sweep1/) }),
    let end = lines[start...].firstIndex(of: "}")
  else { return "" }
  return lines[start...end].joined(separator: "\n") + "\n"
}
