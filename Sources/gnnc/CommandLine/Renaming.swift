import Diagnostics

/// Work that goes on in a place the user has not named; its errors are told with the name that they know.
func naming<Result>(_ place: String, as name: String, _ body: () throws -> Result) throws -> Result {
  do {
    return try body()
  } catch let failure as Failure {
    throw Failure(failure.diagnostics.map { $0.renaming(place, to: name) })
  }
}

extension Diagnostic {
  fileprivate func renaming(_ place: String, to name: String) -> Diagnostic {
    func replaced(_ text: String) -> String {
      text.split(separator: place, omittingEmptySubsequences: false).joined(separator: name)
    }
    let shown: Place =
      switch self.place {
      case .file(let path): .file(replaced(path))
      case .text, .none: self.place
      }
    return Diagnostic(severity, kind: kind, replaced(message), at: shown, help: help.map(replaced))
  }
}
