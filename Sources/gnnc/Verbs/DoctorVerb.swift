import Compiler
import Diagnostics
import Foundation
import Launcher

/// `gnnc doctor`: tries what gnnc needs of the machine, and says what to install.
enum DoctorVerb {
  static let usage = Usage(
    "doctor", synopsis: ["doctor [--cc CC]"], "try the C compilers of this machine, and say what is missing",
    operands: 0...0, flags: [.compiler, .json],
    notes: """
      Each compiler builds a library with OpenMP in it, which is loaded and run as a compiled model would be, and a
      program that calls OpenBLAS.
      """)

  @Sendable static func run(_ arguments: Arguments, _ terminal: Terminal) throws {
    terminal.begin("trying C compilers")
    let toolchain = Toolchain()
    let trials = toolchain.trials()
    let chosen = Result { try toolchain.compiler(asked: arguments.value(.compiler)) }
    let used = try? chosen.get()
    guard !arguments.has(.json) else {
      try terminal.answer(json: trials.map { Answer($0, used: $0.compiler == used) })
      _ = try chosen.get()
      return
    }
    for trial in trials {
      terminal.answer(
        "\(trial.compiler == used ? "*" : " ") \(trial.compiler.path)  \(trial.compiler.version)")
      terminal.answer("    OpenMP: \(trial.complaint)")
      if let remedy = trial.remedy { terminal.answer("    help: \(remedy)") }
      if trial.isUsable { terminal.answer("    OpenBLAS: \(trial.openBLASComplaint)") }
      if trial.lacksOpenBLAS { terminal.answer("    help: apt-get install libopenblas-dev") }
    }
    let compiler = try chosen.get()
    terminal.answer("models are compiled by \(compiler.path)")
    terminal.answer("cache: \(CacheDirectory().path ?? "none: neither XDG_CACHE_HOME nor HOME is set")")
  }

  private struct Answer: Encodable {
    let path: String
    let version: String
    let used: Bool
    let openMp: String
    let openBlas: String
    let help: String?

    init(_ trial: CompilerTrial, used: Bool) {
      path = trial.compiler.path
      version = trial.compiler.version
      self.used = used
      openMp = trial.complaint
      openBlas = trial.openBLASComplaint
      help = trial.remedy
    }
  }
}
