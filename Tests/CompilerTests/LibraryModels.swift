import Foundation
import Program
import Stages
import TestSupport

@testable import Compiler

/// The four whole models of the library, GCN with edge weights, and two over wide features, small: Resources/models.
enum LibraryModels {
  static let names = ["gcn", "gcn-weights", "sage", "gin", "gat", "gcn-wide", "sage-wide"]

  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
    path: "Resources/models")

  static func path(_ name: String) -> String { folder.appending(path: name + ".gnn").path }

  static func translate(_ path: String) throws -> Translation {
    try Compiler.translate(try ModelText(path), CompileOptions())
  }

  /// Each on a random graph with a row of several chunks.
  static func cases(store: Store = Store()) throws -> [ModelCase] {
    try names.enumerated().map { number, name in
      let program = try translate(path(name)).stages.program
      var data = RandomGraph.data(for: program, seed: UInt64(100 + number), hub: 5000)
      if name.hasSuffix("wide") { makeSparse(&data) }
      return try ModelCase(name: name, program, data, store: store)
    }
  }

  /// Leaves one number in five, and one vertex in seven without any.
  private static func makeSparse(_ data: inout GraphData) {
    data.features = data.features.mapValues { features in
      features.mapValues { numbers in
        numbers.enumerated().map { place, number in
          place % 5 == place / 90 % 5 && place / 90 % 7 != 3 ? number : 0
        }
      }
    }
  }
}
