/// The names of one vertex type's vertices, numbered from 0 in the order in which they were added: a hash table over
/// one stretch of bytes, so that a hundred million names cost little more than their letters.
final class VertexNames {
  private var letters: [UInt8] = []
  /// count + 1 positions in `letters`.
  private var starts: [Int] = [0]
  /// Numbers of vertices, or `empty`; a power of two, at most half full.
  private var slots: [UInt32]

  private static let empty = UInt32.max

  init() { slots = Array(repeating: VertexNames.empty, count: 1024) }

  var count: Int { starts.count - 1 }

  /// Calls `body` with a name's letters.
  func withName<Result>(of vertex: Int, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    letters.withUnsafeBytes {
      body(UnsafeRawBufferPointer(rebasing: $0[starts[vertex]..<starts[vertex + 1]]))
    }
  }

  func number(of name: UnsafeRawBufferPointer) -> UInt32? {
    let found = slots[slot(for: name)]
    return found == VertexNames.empty ? nil : found
  }

  /// The number of a name, new or known; nil if there is no number left.
  func adding(_ name: UnsafeRawBufferPointer) -> UInt32? {
    let slot = slot(for: name)
    if slots[slot] != VertexNames.empty { return slots[slot] }
    guard count < Int(VertexNames.empty) else { return nil }
    let number = UInt32(count)
    slots[slot] = number
    letters.append(contentsOf: name)
    starts.append(letters.count)
    if count * 2 > slots.count { grow() }
    return number
  }

  private func slot(for name: UnsafeRawBufferPointer) -> Int {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: VertexNames.hash(name)) & mask
    while slots[slot] != VertexNames.empty, !holds(slots[slot], name) { slot = (slot + 1) & mask }
    return slot
  }

  private func holds(_ vertex: UInt32, _ name: UnsafeRawBufferPointer) -> Bool {
    let range = starts[Int(vertex)]..<starts[Int(vertex) + 1]
    return range.count == name.count && letters[range].elementsEqual(name)
  }

  private func grow() {
    slots = Array(repeating: VertexNames.empty, count: slots.count * 4)
    let mask = slots.count - 1
    letters.withUnsafeBytes { letters in
      for vertex in 0..<count {
        let name = UnsafeRawBufferPointer(rebasing: letters[starts[vertex]..<starts[vertex + 1]])
        var slot = Int(truncatingIfNeeded: VertexNames.hash(name)) & mask
        while slots[slot] != VertexNames.empty { slot = (slot + 1) & mask }
        slots[slot] = UInt32(vertex)
      }
    }
  }

  /// FNV-1a, stirred once more so that the low bits depend on every letter.
  private static func hash(_ name: UnsafeRawBufferPointer) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for letter in name { hash = (hash ^ UInt64(letter)) &* 0x100_0000_01b3 }
    return hash ^ (hash >> 29)
  }
}
