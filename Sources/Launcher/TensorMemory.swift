import CRuntime
import Diagnostics
import Graph

/// The memory of stored tensors, of weights with a row for each vertex, and of values of the whole graph.
final class TensorMemory: @unchecked Sendable {
  let buffers: [Pages]
  /// By tensor: those that share memory with no other.
  let own: [Int: Pages]

  /// `buffers`: how many rows each buffer has. Throws where there is no memory, or where a weight has rows for another
  /// number of vertices than the graph.
  init(_ fitted: Fitted, _ weights: PackedWeights, buffers counts: [UInt64]) throws(Failure) {
    var buffers: [Pages] = []
    for (buffer, count) in zip(fitted.tables.buffers, counts) {
      buffers.append(try Pages(bytes: Int(buffer.rowBytes * count), for: "stored tensors"))
    }
    self.buffers = buffers
    var own: [Int: Pages] = [:]
    for (place, tensor) in fitted.tables.tensors.enumerated() {
      switch tensor.kind {
      case .vertexFeature, .edgeFeature, .stored, .storedEdges: continue
      case .vertexWeight: own[place] = try Self.vertexWeight(tensor, fitted, weights)
      case .graphValue: own[place] = try Pages(bytes: tensor.rowBytes, for: "values of the whole graph")
      case .partial:
        own[place] = try Pages(
          bytes: tensor.rowBytes * fitted.graph.summary.parts, for: "values of the whole graph")
      }
    }
    self.own = own
  }

  /// A weight's rows in the order of the graph's.
  private static func vertexWeight(
    _ tensor: ModelTables.Tensor, _ fitted: Fitted, _ weights: PackedWeights
  ) throws(Failure) -> Pages {
    guard let (number, counted) = fitted.tables.counted(tensor) else {
      preconditionFailure("no vertex weight")
    }
    let weight = fitted.tables.weights[number]
    let rows = weights.vertexWeight(number)
    let count = Int(fitted.vertexCount(counted.vertexType))
    let name = fitted.tables.vertexTypes[counted.vertexType].name
    guard rows.count == count else {
      throw LaunchError.otherVertexCount(weight.keys[0], of: name, wanted: count, found: rows.count).failure
    }
    let pages = try Pages(bytes: count * tensor.rowBytes, for: "weights with a row for each vertex")
    var unrounded = [Float](repeating: 0, count: tensor.stride)
    let outer = weight.shape[..<counted.dimension].reduce(1, *)
    let inner = weight.shape[(counted.dimension + 1)...].reduce(1, *)
    let plain = fitted.graph.plainVertices(of: name)
    for row in 0..<count {
      let to = pages.base + row * tensor.rowBytes
      func gather(into whole: UnsafeMutablePointer<Float>) {
        for block in 0..<outer {
          let from = rows.base + (block * count + Int(plain[row])) * inner
          (whole + block * inner).update(from: from, count: inner)
        }
      }
      guard tensor.isRounded else {
        gather(into: to.assumingMemoryBound(to: Float.self))
        continue
      }
      unrounded.withUnsafeMutableBufferPointer { gather(into: $0.baseAddress!) }
      let halves = to.assumingMemoryBound(to: gnnc_bf16.self)
      for column in unrounded.indices { halves[column] = gnnc_to_bf16(unrounded[column]) }
    }
    return pages
  }
}
