import Foundation
import Testing

@testable import Passes
@testable import Program

// One page for each pass in Tests/Golden/passes: a program, what the pass makes of it, and what it says of that. What the
// pass leaves unused is dropped for the page.
// `GNNC_REWRITE_GOLDEN=1 swift test --filter goldenPages` rewrites all of them.

private let folder = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Golden/passes")

private let names = Set(passes.map(\.name)).sorted()

@Test(arguments: names) func goldenPagesShowWhatAPassDoes(name: String) throws {
  let file = folder.appendingPathComponent("\(name).md")
  let pass = try #require(passes.first { $0.name == name })
  let written = try String(contentsOf: file, encoding: .utf8)
  let page = try render(pass, program: try #require(block(after: "## program", in: written)))
  if ProcessInfo.processInfo.environment["GNNC_REWRITE_GOLDEN"] != nil {
    try page.write(to: file, atomically: true, encoding: .utf8)
  } else {
    #expect(page == written)
  }
}

/// The fenced text under a heading.
private func block(after heading: String, in page: String) -> String? {
  guard let start = page.range(of: "\(heading)\n```\n")?.upperBound,
    let end = page.range(of: "```\n", range: start..<page.endIndex)?.lowerBound
  else { return nil }
  return String(page[start..<end])
}

private func render(_ pass: any Pass, program text: String) throws -> String {
  let program = try read(text)
  let result = try Passes.run(pass, on: program)
  try expectSame(program, result.program)
  let rest = try Passes.run(DropUnused(), on: result.program).program
  let notes = result.notes.map { "- \($0.text)\n" }.joined()
  return """
    # \(pass.name)
    The pass \(pass.summary).

    ## program
    ```
    \(program.text)```

    ## after \(pass.name)
    ```
    \(rest.text)```

    ## what it says
    \(notes.isEmpty ? "nothing\n" : notes)
    """
}
