import Diagnostics
import Foundation
import Launcher

/// How errors become words and exit statuses: 1 the user's input, 2 the command line, 70 a fault of gnnc's own,
/// 130 an interrupt.
enum Ending {
  static func end(after error: any Error) -> Never {
    // Whatever failed after the user asked to stop failed because of that.
    if Interruption.isRequested { Interruption.end() }
    switch error {
    case let error as UsageError:
      Terminal.tell([error.diagnostic])
      exit(2)
    case let failure as Failure:
      Terminal.tell(failure.diagnostics)
      exit(1)
    case let fault as InternalFault:
      internalFault(fault.message)
    default:
      internalFault("\(error)")
    }
  }

  private static func internalFault(_ message: String) -> Never {
    StandardStream.error.writeLine(
      "gnnc: internal fault: \(message)\nhelp: this is a mistake in gnnc \(Version.gnnc), not in your files")
    exit(70)
  }
}

extension ModelRun.Stop {
  /// The same as an error that ends the process.
  var error: any Error {
    switch self {
    case .interrupted: InternalFault("a stage was interrupted and nobody asked for it")
    case .exchange(let failure): failure
    case .stage(let name, let status):
      status.rawValue == 2
        ? Failure(kind: "memory", "no memory for the stage `\(name)`")
        : InternalFault("stage `\(name)` ended with status \(status.rawValue)")
    }
  }
}
