import Diagnostics
import Foundation
import Graph

/// Everything that can keep a compiled model from running, short of a fault of gnnc itself.
package enum LaunchError: Error, Hashable, Sendable {
  // The model's directory.
  case notACompiledModel(String)
  case damagedManifest(String)
  case otherFormat(String, found: Int)
  case wrongSize(String, wanted: UInt64, found: UInt64)
  case wrongChecksum(String)
  case cannotLoad(String, String)
  case otherABI(String, found: UInt32)
  case otherProcessor(String, String)
  case damagedTables(String, String)
  // Weights.
  case damagedWeights(String)
  case foreignWeights(String)
  case noWeights(model: String)
  case missingWeight([String], in: String, has: [String])
  case misshapenWeight(String, in: String, wanted: String, found: [Int])
  case otherVertexCount(String, of: String, wanted: Int, found: Int)
  // Model and graph.
  case missingVertexType(String, ModelFit.Names, has: [String])
  case missingEdgeType(String, ModelFit.Names, has: [String])
  case otherEnds(String, ModelFit.Names, wanted: [String], found: [String])
  case missingEdgeSet(EdgeSetKey, ModelFit.Names)
  case missingFeature(String, of: String, ModelFit.Names, has: [String])
  case otherWidth(String, of: String, ModelFit.Names, wanted: Int, found: Int)
  case otherElement(String, of: String, ModelFit.Names, wanted: StoredElement, found: StoredElement)
  case indexOutside(String, of: String, ModelFit.Names, found: Int64, limit: UInt64)
  // The machine.
  case noMemory(String, bytes: Int)
  case tooLittleMemory(wanted: UInt64, available: UInt64)
  case cannotWrite(String, String)
  case noRoom(String)
  // What was asked.
  case unknownOutput(String, has: [String])
}

extension LaunchError {
  package var failure: Failure { Failure(kind: kind, message, help: help) }

  /// A write that failed for the system's reason `number`.
  static func notWritten(_ path: String, reason number: Int32) -> LaunchError {
    number == ENOSPC || number == EDQUOT || number == EFBIG
      ? .noRoom(path) : .cannotWrite(path, systemMessage(number))
  }

  static func warning(nanIn weight: String, of path: String) -> Diagnostic {
    Diagnostic(
      .warning, kind: "weights", "`\(weight)` in \(path) holds NaN; what depends on it will be NaN too")
  }

  static func warning(filesWanting bytes: UInt64, available: UInt64) -> Diagnostic {
    Diagnostic(
      .warning, kind: "memory",
      "the run touches \(Units.bytes(bytes)) and \(Units.bytes(available)) are available: files will be read from disk again and again"
    )
  }

  private var kind: String {
    switch self {
    case .notACompiledModel, .damagedManifest, .otherFormat, .wrongSize, .wrongChecksum, .cannotLoad,
      .otherABI,
      .otherProcessor, .damagedTables:
      "model"
    case .damagedWeights, .foreignWeights, .noWeights, .missingWeight, .misshapenWeight,
      .otherVertexCount:
      "weights"
    case .missingVertexType, .missingEdgeType, .otherEnds, .missingEdgeSet, .missingFeature, .otherWidth,
      .otherElement, .indexOutside:
      "fit"
    case .noMemory, .tooLittleMemory: "memory"
    case .cannotWrite, .noRoom: "file"
    case .unknownOutput: "output"
    }
  }
}

// MARK: - Wording

extension LaunchError {
  private var message: String {
    switch self {
    case .notACompiledModel(let path): "\(path) is not a compiled model: it has no \(Manifest.fileName)"
    case .damagedManifest(let path): "\(path) is damaged"
    case .otherFormat(let path, let found):
      "\(path) has format \(found); this gnnc reads format \(Version.compiledModelFormat)"
    case .wrongSize(let path, let wanted, let found): "\(path) has \(found) bytes; it should have \(wanted)"
    case .wrongChecksum(let path): "\(path) has been changed since the model was compiled"
    case .cannotLoad(let path, let why): "\(path) cannot be loaded: \(why)"
    case .otherABI(let path, let found):
      "\(path) was made for version \(found) of the runtime's interface; this gnnc has another"
    case .otherProcessor(let path, let name): "\(path) was built for another processor: \(name)"
    case .damagedTables(let path, let what): "\(path) describes itself wrongly: \(what)"
    case .damagedWeights(let path): "\(path) is damaged"
    case .foreignWeights(let path): "\(path) belongs to another model"
    case .noWeights(let model): "\(model) was compiled without weights"
    case .missingWeight(let keys, let path, _):
      "\(path) holds no " + keys.map { "`\($0)`" }.joined(separator: " or ")
    case .misshapenWeight(let name, let path, let wanted, let found):
      "`\(name)` in \(path) has the shape \(found); the model wants \(wanted)"
    case .otherVertexCount(let key, let type, let wanted, let found):
      "`\(key)` has rows for \(found) vertices; the graph has \(wanted) of `\(type)`"
    case .missingVertexType(let name, let names, _): "\(names.graph) has no vertices `\(name)`"
    case .missingEdgeType(let name, let names, _): "\(names.graph) has no edges `\(name)`"
    case .otherEnds(let name, let names, let wanted, let found):
      "edges `\(name)` go from \(found[0]) to \(found[1]) in \(names.graph); \(names.model) wants \(wanted[0]) to \(wanted[1])"
    case .missingEdgeSet(let key, let names):
      "\(names.graph) has no \(key.direction.rawValue) edges of `\(key.edgeType)` prepared"
    case .missingFeature(let name, let type, let names, _):
      "\(names.graph) has no feature `\(name)` of `\(type)`"
    case .otherWidth(let name, let type, let names, let wanted, let found):
      "feature `\(name)` of `\(type)` is \(found) wide in \(names.graph); \(names.model) wants \(wanted)"
    case .otherElement(let name, let type, let names, let wanted, let found):
      "feature `\(name)` of `\(type)` is \(found.rawValue) in \(names.graph); \(names.model) wants \(wanted.rawValue)"
    case .indexOutside(let name, let type, let names, let found, let limit):
      "feature `\(name)` of `\(type)` holds \(found) in \(names.graph); \(names.model) takes 0 to \(limit - 1)"
    case .noMemory(let what, let bytes): "no memory for \(what): \(Units.bytes(UInt64(max(bytes, 0))))"
    case .tooLittleMemory(let wanted, let available):
      "the run needs \(Units.bytes(wanted)) of memory; \(Units.bytes(available)) are available"
    case .cannotWrite(let path, let why): "cannot write \(path): \(why)"
    case .noRoom(let path): "no room left on the disk for \(path)"
    case .unknownOutput(let name, _): "the model has no output `\(name)`"
    }
  }

  private var help: String? {
    switch self {
    case .notACompiledModel: "`gnnc compile MODEL.gnn -o MODEL.gnnc` makes one"
    case .damagedManifest, .otherFormat, .wrongSize, .otherABI, .damagedTables: "compile the model again"
    case .wrongChecksum: "compile the model again, or run `make` in its directory and then `gnnc compile`"
    case .cannotLoad: "`gnnc doctor` says whether this machine has what a compiled model needs"
    case .otherProcessor: "compile it here, or for both with `--cpu x86-64-v3`"
    case .damagedWeights, .foreignWeights: "compile the model again, or give `--weights`"
    case .noWeights: "give `--weights WEIGHTS.safetensors`"
    case .missingWeight(let keys, _, let has): Self.nearestKey(keys, has)
    case .otherVertexCount: "such weights were trained for one graph, in its order of vertices"
    case .indexOutside: nil
    case .misshapenWeight: "were the weights trained with other sizes?"
    case .missingVertexType(_, _, let has): Self.listing("it has the vertices", has)
    case .missingEdgeType(_, _, let has): Self.listing("it has the edges", has)
    case .otherEnds: nil
    case .missingEdgeSet(_, let names): "`gnnc partition --for \(names.model)` prepares what the model needs"
    case .missingFeature(_, let type, _, let has): Self.listing("`\(type)` has", has)
    case .otherWidth, .otherElement: nil
    case .noMemory: nil
    case .tooLittleMemory: "`--plan` shows what takes it; `--force` runs all the same"
    case .cannotWrite, .noRoom: nil
    case .unknownOutput(_, let has): Self.listing("it has", has)
    }
  }

  private static func listing(_ words: String, _ names: [String]) -> String {
    names.isEmpty ? "\(words) none" : "\(words) " + names.map { "`\($0)`" }.joined(separator: ", ")
  }

  private static func nearestKey(_ keys: [String], _ has: [String]) -> String? {
    keys.lazy.compactMap { nearest(to: $0, among: has) }.first.map { "it holds `\($0)`" }
  }
}
