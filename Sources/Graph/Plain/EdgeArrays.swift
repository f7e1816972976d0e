import CRuntime

/// An edge list's numbers where they do not move.
final class EdgeArrays {
  let list: gnnc_edge_list
  private let path: String
  private let sources: UnsafeMutableBufferPointer<UInt32>
  private let targets: UnsafeMutableBufferPointer<UInt32>
  private let columns: [(name: String, numbers: UnsafeMutableBufferPointer<Float>)]

  init(_ file: EdgeListFile) {
    path = file.path
    sources = .copy(of: file.sources)
    targets = .copy(of: file.targets)
    list = gnnc_edge_list(
      source: sources.baseAddress, target: targets.baseAddress, kind: GNNC_INDEX_U32,
      count: UInt64(sources.count))
    columns = file.columns.map { ($0.name, .copy(of: $0.numbers)) }
  }

  var features: [PlainFeature] {
    columns.map { name, numbers in
      PlainFeature(
        name: name, number: GNNC_FROM_F32, stored: .float32, shape: [], path: path,
        base: numbers.baseAddress!,
        owner: self)
    }
  }

  deinit {
    sources.deallocate()
    targets.deallocate()
    for column in columns { column.numbers.deallocate() }
  }
}

extension UnsafeMutableBufferPointer {
  fileprivate static func copy(of numbers: [Element]) -> Self {
    let copy = UnsafeMutableBufferPointer.allocate(capacity: Swift.max(numbers.count, 1))
    _ = copy.initialize(from: numbers)
    return UnsafeMutableBufferPointer(rebasing: copy[..<numbers.count])
  }
}
