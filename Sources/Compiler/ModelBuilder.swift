import CBackend
import CRuntimeText
import Diagnostics
import Foundation

/// Writes the files of a compiled model that the compiler knows of, and builds its library.
struct ModelBuilder {
  let options: CompileOptions

  init(_ options: CompileOptions) { self.options = options }

  func build(_ c: EmittedC, in directory: String) throws -> CompileReport {
    let compiler = try Toolchain().compiler(asked: options.compiler)
    try write(c.text, "model.c", directory)
    for (name, text) in RuntimeText.headers { try write(text, name, directory) }
    let settings = settings(compiler)
    try write(makefile(compiler, settings), "Makefile", directory)
    try compiler.buildLibrary(
      from: directory + "/model.c", units: c.units, to: directory + "/model.so", settings)
    return CompileReport(compiler: compiler.version, processor: options.processor, store: options.store)
  }

  private func settings(_ compiler: CCompiler) -> CCompiler.Settings {
    var flags = ["-DGNNC_PROCESSOR=\"\(options.processor)\""]
    if let lanes = options.lanes {
      flags.append("-mprefer-vector-width=\(lanes * 32)")
    } else if options.processor == "native" {
      // Compilers prefer half registers on processors with AVX-512; sweeps gain from whole ones.
      flags.append("-mprefer-vector-width=512")
    }
    return CCompiler.Settings(
      processor: options.processor, libraries: options.gemm == .openblas ? ["openblas"] : [], flags: flags)
  }

  private func write(_ text: String, _ name: String, _ directory: String) throws(Failure) {
    let path = directory + "/" + name
    let bytes = Array(text.utf8)
    let file = fopen(path, "wb")
    let whole = file.map { fwrite(bytes, 1, bytes.count, $0) == bytes.count } ?? false
    guard let file, fclose(file) == 0, whole else {
      if [ENOSPC, EDQUOT, EFBIG].contains(errno) { throw ToolchainError.noRoom(path).failure }
      throw Failure(kind: "system", "cannot write \(path): \(String(cString: strerror(errno)))")
    }
  }

  private func makefile(_ compiler: CCompiler, _ settings: CCompiler.Settings) -> String {
    let flags = (CCompiler.flags + compiler.costModel + settings.flags).map {
      $0.contains("\"") ? "'\($0)'" : $0
    }
    return """
      # Rebuilds the library on any machine with a C compiler and OpenMP: make CC=clang MARCH=native
      CC = \(compiler.family == .clang ? "clang" : "gcc")
      MARCH = \(settings.processor)
      CFLAGS = \(flags.joined(separator: " "))

      model.so: model.c \(RuntimeText.headers.map(\.name).joined(separator: " "))
      \t$(CC) $(CFLAGS) -march=$(MARCH) -shared -o $@ model.c \(settings.libraries.map { "-l\($0) " }.joined())-lm

      """
  }
}

/// The runtime's headers, which emitted C includes.
enum RuntimeText {
  static let headers: [(name: String, text: String)] = [
    ("gnnc_runtime.h", string(gnnc_runtime_header_text())),
    ("gnnc_lanes.h", string(gnnc_lanes_header_text())),
    ("gnnc_products.h", string(gnnc_products_header_text())),
    ("gnnc_kernels.h", string(gnnc_kernels_header_text())),
    ("gnnc_sums.h", string(gnnc_sums_header_text())),
    ("gnnc_math.h", string(gnnc_math_header_text())),
    ("gnnc_recurrence.h", string(gnnc_recurrence_header_text())),
  ]

  private static func string(_ text: UnsafePointer<CChar>) -> String { String(cString: text) }
}
