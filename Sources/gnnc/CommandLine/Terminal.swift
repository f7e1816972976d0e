import Diagnostics
import Foundation
import Graph

/// Where a verb speaks: results on standard output, everything else on standard error.
struct Terminal: Sendable {
  private enum Voice { case plain, quiet, json }

  private let voice: Voice
  private let meter: ProgressMeter?

  init(_ arguments: Arguments) {
    voice = arguments.has(.json) ? .json : arguments.has(.quiet) ? .quiet : .plain
    meter = voice == .plain && isatty(2) == 1 ? ProgressMeter() : nil
  }

  var isJSON: Bool { voice == .json }

  /// A line about what was done; not for those who asked for JSON or for quiet.
  func say(_ line: String) {
    guard voice == .plain else { return }
    meter?.clear()
    StandardStream.output.writeLine(line)
  }

  /// What the verb was asked for: printed even when quiet.
  func answer(_ text: String) {
    meter?.clear()
    StandardStream.output.writeLine(text)
  }

  /// The result as JSON, for those who asked for it.
  func answer(json value: @autoclosure () -> some Encodable) throws {
    guard voice == .json else { return }
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    StandardStream.output.writeLine(String(decoding: try encoder.encode(value()), as: UTF8.self))
  }

  func tell(_ diagnostics: [Diagnostic]) {
    guard !diagnostics.isEmpty else { return }
    meter?.clear()
    Self.tell(diagnostics)
  }

  /// Progress to show before long steps that report none.
  func begin(_ what: String) { meter?.begin(what) }

  func clear() { meter?.clear() }

  /// What long work is given: progress goes to the terminal, and an interrupt stops it.
  func work(threads: Int = 0) -> Work {
    guard let meter else { return Work(threads: threads, stop: Interruption.flag) }
    return Work(threads: threads, stop: Interruption.flag) { meter.show($0) }
  }

  static func tell(_ diagnostics: [Diagnostic]) {
    let style: Renderer.Style = isatty(2) == 1 && getenv("NO_COLOR") == nil ? .coloured : .plain
    StandardStream.error.write(Renderer(style).render(diagnostics))
  }
}
