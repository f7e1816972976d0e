import CRuntime
import Diagnostics

/// What this machine does at most, as the runtime measures it.
package struct MachineLimits: Sendable, Hashable {
  /// Bytes a second, read from memory.
  package let read: Double
  /// Bytes a second where two numbers are read and one is written.
  package let triad: Double
  /// Single-precision flops a second of dense products.
  package let multiplyAdd: Double

  package init(read: Double, triad: Double, multiplyAdd: Double) {
    self.read = read
    self.triad = triad
    self.multiplyAdd = multiplyAdd
  }

  /// Takes about half a second, and for that time some hundred megabytes.
  static func measured(threads: Int, stop: UnsafePointer<Int32>) throws(Failure) -> MachineLimits {
    // What other programs leave is not all to be taken.
    let bytes = min(gnnc_limits_memory(), (AvailableMemory.bytes ?? .max) / 2)
    var limits = gnnc_limits()
    var error = gnnc_error()
    guard gnnc_measure_limits(bytes, UInt32(threads), stop, &limits, &error) == GNNC_OK else {
      throw Failure(error)
    }
    return MachineLimits(read: limits.read, triad: limits.triad, multiplyAdd: limits.multiply_add)
  }
}

/// How fast this machine gathers the rows of a tensor, in bytes a second, with nothing else to do.
package struct GatherLimit: Sendable, Hashable {
  /// In the order of the graph's own edges.
  package let alongEdges: Double
  /// Any row after any other.
  package let atRandom: Double

  package init(alongEdges: Double, atRandom: Double) {
    self.alongEdges = alongEdges
    self.atRandom = atRandom
  }

  /// Over the partitions of a graph, as stages see them.
  static func measured(
    _ kind: GatherKind, rowBytes: Int, _ views: [PartitionView], threads: Int, stop: UnsafePointer<Int32>
  ) -> GatherLimit {
    let lists = views.compactMap { view -> gnnc_gathering? in
      let edges = view.edges[kind.edgeSet]
      guard let rows = view.tensors[kind.tensor], edges.rows > 0 else { return nil }
      return gnnc_gathering(
        rows: rows, row_bytes: UInt64(rowBytes), bytes: UInt64(kind.bytes), source: edges.source,
        edges: edges.start[Int(edges.rows)] - edges.start[0])
    }
    let rates = gnnc_measure_gather(lists, UInt32(lists.count), UInt32(threads), stop)
    return GatherLimit(alongEdges: rates.along_edges, atRandom: rates.at_random)
  }
}
