import Diagnostics
import Foundation

/// What came of trying one compiler with a program such as gnnc's own.
package struct CompilerTrial: Hashable, Sendable, Codable {
  package enum Outcome: Hashable, Sendable, Codable {
    case works
    /// Neither accepts the program nor says that it is missing something we know.
    case doesNotCompile(String)
    /// The header or library that was tried is not there for this compiler.
    case lacksLibrary(String)
    case doesNotLoad(String)
    case wrongResult
    case notTried
  }

  package let compiler: CCompiler
  /// A shared library with OpenMP in it: compiled, linked, loaded and run as a compiled model is.
  package let openMP: Outcome
  /// A program that calls OpenBLAS, which only `--gemm openblas` needs.
  package var openBLAS: Outcome

  package var isUsable: Bool { openMP == .works }
}

extension CompilerTrial {
  /// Tries `compiler` in a directory of its own, in about a quarter of a second.
  package static func run(_ compiler: CCompiler, withOpenBLAS: Bool) -> CompilerTrial {
    let directory = NSTemporaryDirectory() + "gnnc-trial-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
    mkdir(directory, 0o700)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let openMP = tryOpenMP(compiler, in: directory)
    let openBLAS = withOpenBLAS && openMP == .works ? tryOpenBLAS(compiler, in: directory) : .notTried
    return CompilerTrial(compiler: compiler, openMP: openMP, openBLAS: openBLAS)
  }

  private static func tryOpenMP(_ compiler: CCompiler, in directory: String) -> Outcome {
    let source = directory + "/openmp.c"
    let library = directory + "/openmp.so"
    guard write(openMPProgram, to: source) else { return .doesNotCompile("cannot write \(source)") }
    guard let result = try? Subprocess.run(compiler.command(from: source, to: library, CCompiler.Settings()))
    else { return .doesNotCompile("cannot be started") }
    guard result.succeeded else { return complaint(in: result.output, whenCompiling: "omp") }
    // Not closed again: threads of its OpenMP runtime may still be in it.
    guard let handle = dlopen(library, RTLD_NOW | RTLD_LOCAL) else { return .doesNotLoad(loaderMessage()) }
    guard let symbol = dlsym(handle, "gnnc_trial") else { return .doesNotLoad(loaderMessage()) }
    typealias Trial = @convention(c) (Int32) -> Int64
    return unsafeBitCast(symbol, to: Trial.self)(1000) == 499_500 ? .works : .wrongResult
  }

  private static func tryOpenBLAS(_ compiler: CCompiler, in directory: String) -> Outcome {
    let source = directory + "/openblas.c"
    let program = directory + "/openblas"
    guard write(openBLASProgram, to: source) else { return .doesNotCompile("cannot write \(source)") }
    guard let built = try? Subprocess.run([compiler.path, source, "-o", program, "-lopenblas"]) else {
      return .doesNotCompile("cannot be started")
    }
    guard built.succeeded else { return complaint(in: built.output, whenCompiling: "openblas") }
    guard let result = try? Subprocess.run([program]) else { return .doesNotLoad("cannot be started") }
    switch result.ending {
    case .exit(0): return .works
    case .exit(1): return .wrongResult
    case .exit, .signal: return .doesNotLoad(firstLine(result.output))
    }
  }

  private static func complaint(in output: String, whenCompiling library: String) -> Outcome {
    let lines = output.split(separator: "\n").map(String.init)
    let line =
      lines.first { $0.contains("error:") || $0.contains("cannot find") } ?? lines.first ?? "no message"
    let reason = line.range(of: "error: ").map { String(line[$0.upperBound...]) } ?? line
    return output.contains(library) ? .lacksLibrary(reason) : .doesNotCompile(reason)
  }

  private static func loaderMessage() -> String {
    guard let text = dlerror() else { return "no message" }
    let whole = firstLine(String(cString: text))
    // The loader puts the library's path in front, which means nothing to the user.
    return whole.range(of: ".so: ").map { String(whole[$0.upperBound...]) } ?? whole
  }

  private static func firstLine(_ text: String) -> String {
    text.split(separator: "\n").first.map(String.init) ?? "no message"
  }

  private static func write(_ text: String, to path: String) -> Bool {
    (try? text.write(toFile: path, atomically: false, encoding: .utf8)) != nil
  }

  /// `schedule(dynamic)` is there because a compiler newer than the OpenMP library calls what that library lacks.
  private static let openMPProgram = """
    #include <math.h>
    #include <omp.h>
    #include <stdint.h>
    __attribute__((visibility("default"))) int64_t gnnc_trial(int n) {
      int64_t sum = 0;
    #pragma omp parallel for schedule(dynamic, 16) reduction(+ : sum) num_threads(2)
      for (int i = 0; i < n; i++) sum += (int64_t)fma(1.0, (double)i, 0.0 * omp_get_thread_num());
      return sum;
    }

    """

  private static let openBLASProgram = """
    #include <cblas.h>
    int main(void) {
      const float a[4] = {1, 2, 3, 4}, b[4] = {5, 6, 7, 8};
      float c[4] = {0};
      cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, 2, 2, 2, 1, a, 2, b, 2, 0, c, 2);
      return !(c[0] == 19 && c[1] == 22 && c[2] == 43 && c[3] == 50);
    }

    """
}

extension CompilerTrial {
  /// What is wrong with it, to stand after its name.
  package var complaint: String {
    switch openMP {
    case .works: "works"
    case .doesNotCompile(let why): "does not compile a small program: \(why)"
    case .lacksLibrary(let why): "has no OpenMP: \(why)"
    case .doesNotLoad(let why): "makes a library that does not load: \(why)"
    case .wrongResult: "makes a program that gives a wrong result"
    case .notTried: "was not tried"
    }
  }

  /// What to install so that it works.
  package var remedy: String? {
    switch openMP {
    case .works, .wrongResult, .notTried: nil
    case .doesNotCompile: "apt-get install libc6-dev"
    case .lacksLibrary, .doesNotLoad:
      compiler.family == .clang ? "apt-get install clang-14 libomp-dev" : "apt-get install gcc libc6-dev"
    }
  }

  package var lacksOpenBLAS: Bool {
    if case .lacksLibrary = openBLAS { true } else { false }
  }

  /// What came of trying OpenBLAS.
  package var openBLASComplaint: String {
    switch openBLAS {
    case .works: "works"
    case .lacksLibrary: "OpenBLAS is not installed"
    case .doesNotCompile(let why), .doesNotLoad(let why): "OpenBLAS does not work: \(why)"
    case .wrongResult: "OpenBLAS gives a wrong result"
    case .notTried: "OpenBLAS was not tried"
    }
  }
}
