import Compiler
import Diagnostics
import Foundation
import Graph
import Launcher

/// What a user names where a model is wanted: a text, or a compiled model.
struct ModelSource: Hashable {
  enum Kind { case text, compiled }

  let path: String
  let kind: Kind

  init(_ path: String) throws(Failure) {
    self.path = path
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw Failure(kind: "file", "there is no \(path)")
    }
    kind = isDirectory.boolValue ? .compiled : .text
    if kind == .text, path.hasSuffix(".gnnc") { throw LaunchError.notACompiledModel(path).failure }
  }

  /// Only a text will do.
  static func text(_ path: String) throws(Failure) -> ModelSource {
    let source = try ModelSource(path)
    guard source.kind == .text else {
      throw Failure(kind: "file", "\(path) is a directory; a model's text is wanted, MODEL.gnn")
    }
    return source
  }

  /// `model.gnnc` for `model.gnn`.
  var defaultOutput: String { path.hasSuffix(".gnn") ? path + "c" : path + ".gnnc" }

  /// The reversed and undirected edge sets that the model sweeps over: what `gnnc partition` has to prepare.
  func derivedEdgeSets() throws -> Set<EdgeSetKey> {
    switch kind {
    case .compiled: return try CompiledModel(directory: path).tables.derivedEdgeSets
    case .text:
      let sets = try Compiler.derivedEdgeSets(path)
      return Set(
        sets.compactMap { name, direction in EdgeDirection(rawValue: direction).map { EdgeSetKey(name, $0) } }
      )
    }
  }
}
