/// Arithmetic on shapes, as numpy has it.
package enum Shape {
  /// The shape that values of both shapes broadcast to, or nil where they do not fit.
  package static func broadcast(_ a: [Int], _ b: [Int]) -> [Int]? {
    let rank = max(a.count, b.count)
    var shape: [Int] = []
    shape.reserveCapacity(rank)
    for axis in 0..<rank {
      let (x, y) = (size(of: a, axis, rank), size(of: b, axis, rank))
      guard x == y || x == 1 || y == 1 else { return nil }
      shape.append(x == 1 ? y : x)
    }
    return shape
  }

  /// How far apart neighbours along each axis lie in row-major order.
  package static func strides(_ shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] * shape[axis + 1]
    }
    return strides
  }

  /// The strides with which a value of `shape` is read as one of `wider`: 0 along what is repeated.
  package static func broadcastStrides(_ shape: [Int], to wider: [Int]) -> [Int] {
    let own = strides(shape)
    let missing = wider.count - shape.count
    return wider.indices.map { axis in
      axis < missing || (shape[axis - missing] == 1 && wider[axis] != 1) ? 0 : own[axis - missing]
    }
  }

  /// The size along `axis` of the shape written with `rank` axes: 1 where it has none.
  private static func size(of shape: [Int], _ axis: Int, _ rank: Int) -> Int {
    let missing = rank - shape.count
    return axis < missing ? 1 : shape[axis - missing]
  }
}
