import CRuntime
import Graph

/// What a stage does over one graph, all partitions together: what it costs for each row and edge, times how many there
/// are.
package struct StageLoad: Sendable, Hashable {
  package var flops: Double
  /// At the rows themselves, and in the order of their in-edges.
  package var bytesRead: Double
  package var bytesWritten: Double
  /// Rows of other vertices.
  package var gathers: [Gather] = []

  /// The rows of a tensor that a stage gathers along the edges of a set.
  package struct Gather: Sendable, Hashable {
    package let kind: GatherKind
    package let bytes: Double
  }

  package var bytesGathered: Double { gathers.reduce(0) { $0 + $1.bytes } }
  package var bytes: Double { bytesGathered + bytesRead + bytesWritten }
}

/// What tells one way of gathering from another: how fast it goes depends on no more.
package struct GatherKind: Sendable, Hashable {
  package let edgeSet: Int
  package let tensor: Int
  /// Of each row.
  package let bytes: Int
}

extension StageLoad {
  package init(_ stage: ModelTables.Stage, over fitted: Fitted) {
    let cost = stage.cost
    let rows = Double(fitted.vertexCount(stage.vertexType))
    flops = rows * cost.flopsPerRow
    bytesRead = rows * cost.bytesReadPerRow
    bytesWritten = rows * cost.bytesWrittenPerRow
    for part in cost.edges {
      let edges = fitted.edgeCount(part.set)
      flops += edges * part.flops
      bytesRead += edges * part.bytesRead
      bytesWritten += edges * part.bytesWritten
    }
    for gather in cost.gathers {
      let kind = GatherKind(edgeSet: gather.set, tensor: gather.tensor, bytes: Int(gather.bytes))
      gathers.append(Gather(kind: kind, bytes: fitted.edgeCount(gather.set) * gather.bytes))
    }
    for input in cost.sparse { leaveOut(input, fitted) }
    for sum in cost.parts {
      flops -= (rows * Double(sum.parts) - Double(fitted.count(sum))) * sum.flopsPerPart
    }
  }

  /// Of rows that the graph keeps sparse, only the numbers that are there are read and multiplied.
  private mutating func leaveOut(_ input: ModelTables.Cost.Sparse, _ fitted: Fitted) {
    let tensor = fitted.tables.tensors[input.tensor]
    guard case .vertexFeature(let type) = tensor.kind,
      case .sparse(let stored) = fitted.vertexFeature(tensor, of: type)
    else { return }
    let numbers = Double(stored.count) * Double(tensor.width)
    let present = Double(stored.rows.start[Int(stored.count)])
    flops -= (numbers - present) * input.flopsPerNumber
    // A number and its column, and where each row begins.
    bytesRead += present * 8 + Double(stored.count) * 8 - numbers * Double(tensor.element.bytes)
  }
}

extension Fitted {
  /// The parts of a sum that are there, of all rows.
  fileprivate func count(_ sum: ModelTables.Cost.Part) -> UInt64 {
    var total: UInt64 = 0
    for part in 0..<graph.summary.parts {
      var edges = edges(of: sum.set, part: part)
      if let place = sum.classes {
        let tensor = tables.tensors[place]
        let classes = edgeFeature(tensor, of: sum.set, part: part)
        total += gnnc_count_parts(
          &edges, classes.base, tensor.element.c, UInt32(tensor.stride), UInt32(sum.parts))
      } else {
        total += gnnc_count_parts(&edges, nil, GNNC_F32, 0, 1)
      }
    }
    return total
  }

  /// In-edges of a set in the whole graph.
  func edgeCount(_ set: Int) -> Double {
    Double(graph.summary.edgeSet(tables.key(of: set))?.edges.reduce(0, +) ?? 0)
  }
}
