/// One text that spans point into: a model file, or a library layer.
package struct SourceText: Sendable, Hashable {
  /// The name shown to the user, as they wrote it: `sage.gnn`, or `library/GATConv.gnn`.
  package let name: String
  package let text: String

  package init(name: String, text: String) {
    self.name = name
    self.text = text
  }
}

/// A stretch of a source text, in UTF-8 offsets: `lower` included, `upper` not.
package struct Span: Sendable, Hashable {
  package let source: SourceText
  package let lower: Int
  package let upper: Int

  package init(source: SourceText, lower: Int, upper: Int) {
    self.source = source
    self.lower = lower
    self.upper = upper
  }
}

/// A span and what is to be said of it.
package struct Label: Sendable, Hashable {
  package let span: Span
  package let text: String

  package init(_ span: Span, _ text: String) {
    self.span = span
    self.text = text
  }
}

/// Where a message points: into a text, at a file on disk, or nowhere.
package enum Place: Sendable, Hashable {
  case text(Label, also: [Label])
  case file(String)
  case none
}

/// One thing that is to be said to the user: the fact first, in lower case; the fix only in `help`.
package struct Diagnostic: Sendable, Hashable {
  package enum Severity: String, Sendable { case error, warning, note }

  package let severity: Severity
  /// The kind of mistake in one word, shown as `error[shape]`.
  package let kind: String
  package let message: String
  package let place: Place
  package let help: String?

  package init(
    _ severity: Severity = .error, kind: String, _ message: String, at place: Place = .none,
    help: String? = nil
  ) {
    self.severity = severity
    self.kind = kind
    self.message = message
    self.place = place
    self.help = help
  }
}

/// What stops a phase: the user's mistakes, all that the phase found.
package struct Failure: Error, Sendable {
  package let diagnostics: [Diagnostic]

  package init(_ diagnostics: [Diagnostic]) { self.diagnostics = diagnostics }

  package init(
    kind: String, _ message: String, at place: Place = .none, help: String? = nil
  ) {
    diagnostics = [Diagnostic(kind: kind, message, at: place, help: help)]
  }
}

/// A fault of ours, never the user's: exit status 70.
package struct InternalFault: Error, Sendable {
  package let message: String
  package init(_ message: String) { self.message = message }
}
