import Foundation
import Program
import TestSupport

@testable import Compiler

/// The four whole models of the library, and GCN with edge weights, small: Resources/models.
enum LibraryModels {
  static let names = ["gcn", "gcn-weights", "sage", "gin", "gat"]

  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
    path: "Resources/models")

  static func path(_ name: String) -> String { folder.appending(path: name + ".gnn").path }

  static func translate(_ path: String) throws -> Translation {
    try Compiler.translate(try ModelText(path), CompileOptions())
  }

  /// Each on a random graph with a row of several chunks.
  static func cases() throws -> [ModelCase] {
    try names.enumerated().map { number, name in
      let program = try translate(path(name)).stages.program
      return try ModelCase(
        name: name, program, RandomGraph.data(for: program, seed: UInt64(100 + number), hub: 5000))
    }
  }
}
