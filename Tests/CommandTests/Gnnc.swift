import Foundation

/// The built program, run as a user would run it.
struct Gnnc {
  struct Result {
    let status: Int32
    let output: String
    let errors: String
  }

  /// Beside the tests' own program.
  static let path: String = {
    let tests = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return ((tests ?? "") as NSString).deletingLastPathComponent + "/gnnc"
  }()

  /// An environment in which nothing is known from earlier runs.
  let folder: Folder
  var environment: [String: String]

  init(in folder: Folder) {
    self.folder = folder
    environment = ProcessInfo.processInfo.environment
    environment["XDG_CACHE_HOME"] = folder.path("cache")
    environment["CC"] = nil
  }

  func callAsFunction(_ words: String...) throws -> Result { try run(Self.path, words) }

  func call(_ words: [String]) throws -> Result { try run(Self.path, words) }

  /// A line for the shell, in which `$GNNC` is the program.
  func shell(_ line: String) throws -> Result { try run("/bin/sh", ["-c", line]) }

  /// Started and left running.
  func start(_ words: String...) throws -> Process {
    let process = try process(Self.path, words)
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }

  private func run(_ program: String, _ words: [String]) throws -> Result {
    // Files, not pipes: a pipe that nobody reads until the end could fill.
    let (output, errors) = (folder.path("output-\(UUID())"), folder.path("errors-\(UUID())"))
    let process = try process(program, words)
    for path in [output, errors] { _ = FileManager.default.createFile(atPath: path, contents: nil) }
    defer { for path in [output, errors] { unlink(path) } }
    process.standardOutput = FileHandle(forWritingAtPath: output)
    process.standardError = FileHandle(forWritingAtPath: errors)
    try process.run()
    process.waitUntilExit()
    return Result(
      status: process.terminationStatus, output: try String(contentsOfFile: output, encoding: .utf8),
      errors: try String(contentsOfFile: errors, encoding: .utf8))
  }

  private func process(_ program: String, _ words: [String]) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = words
    process.currentDirectoryURL = URL(fileURLWithPath: folder.root)
    process.environment = environment.merging(["GNNC": Self.path]) { $1 }
    process.standardInput = FileHandle.nullDevice
    return process
  }
}

/// A directory of one test, removed at its end.
final class Folder: Sendable {
  let root: String

  init() throws {
    root = NSTemporaryDirectory() + "gnnc-command-\(UUID())"
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  func path(_ name: String) -> String { root + "/" + name }

  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path(name)))
  }

  func bytes(_ name: String) -> Data? { FileManager.default.contents(atPath: path(name)) }

  func isThere(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

  /// All names, hidden ones as well, but those of caches.
  var names: [String] {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
    return all.filter { $0 != "cache" }.sorted()
  }

  /// Turns one bit of a file's last byte but `distance`.
  func damage(_ name: String, fromEnd distance: Int = 1) throws {
    var data = bytes(name)!
    data[data.count - distance] ^= 1
    try data.write(to: URL(fileURLWithPath: path(name)))
  }
}

/// Files to run over: a small model with its weights and a graph of 300 vertices.
enum Sample {
  private static let fixtures =
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path + "/Fixtures"

  static let model = fixtures + "/cases/gcn_debian/model.gnn"
  static let weights = fixtures + "/cases/gcn_debian/weights.safetensors"
  static let graph = fixtures + "/graphs/debian"
  static let otherGraph = fixtures + "/graphs/nasty"

  /// Compiled and partitioned once for all tests that only read them.
  static let made: Folder = {
    do {
      let folder = try Folder()
      let gnnc = Gnnc(in: folder)
      _ = try gnnc("compile", model, "--weights", weights, "-o", "model.gnnc")
      _ = try gnnc("partition", graph, "-o", "one")
      _ = try gnnc("partition", graph, "-o", "three", "--parts", "3")
      return folder
    } catch {
      preconditionFailure("the sample cannot be made: \(error)")
    }
  }()

  static let compiled = made.path("model.gnnc")
  static let one = made.path("one")
  static let three = made.path("three")
}

/// A safetensors file of float32 tensors.
func safetensors(_ tensors: [(name: String, shape: [Int], values: [Float])]) -> Data {
  var header: [String] = []
  var body = Data()
  for tensor in tensors {
    let first = body.count
    for value in tensor.values {
      withUnsafeBytes(of: value.bitPattern.littleEndian) { body.append(contentsOf: $0) }
    }
    header.append(
      "\"\(tensor.name)\":{\"dtype\":\"F32\",\"shape\":\(tensor.shape),\"data_offsets\":[\(first),\(body.count)]}"
    )
  }
  let text = Data("{\(header.joined(separator: ","))}".utf8)
  var file = Data()
  withUnsafeBytes(of: UInt64(text.count).littleEndian) { file.append(contentsOf: $0) }
  return file + text + body
}
