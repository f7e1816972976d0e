import Diagnostics
import Program

/// A step of the middle of the compiler: a program that computes the same, made cheaper.
///
/// The name is also the file's name in words, the flag and the line in what is printed.
package protocol Pass: Sendable {
  var name: String { get }
  /// What it does, in one sentence.
  var summary: String { get }
  func run(on program: Program) throws(InternalFault) -> PassResult
}

/// A program after a pass, and what was done to it.
package struct PassResult: Sendable {
  package let program: Program
  package let notes: [Note]

  package init(program: Program, notes: [Note]) {
    self.program = program
    self.notes = notes
  }
}

/// One thing that a pass did, for `gnnc explain`. It names values as the program before the pass numbers them.
package struct Note: Hashable, Sendable {
  package let text: String
  /// Where in the model's text the value comes from that was changed.
  package let origin: Span?

  package init(_ text: String, origin: Span? = nil) {
    self.text = text
    self.origin = origin
  }
}
