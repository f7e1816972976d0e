/// An array that does not move, so that the runtime can be given its address.
final class Numbers<Number: BitwiseCopyable>: @unchecked Sendable {
  let values: UnsafeMutableBufferPointer<Number>

  init(zeros count: Int) where Number: FixedWidthInteger {
    values = .allocate(capacity: max(count, 1))
    values.initialize(repeating: 0)
    self.count = count
  }

  let count: Int

  var base: UnsafeMutablePointer<Number> { values.baseAddress! }

  deinit { values.deallocate() }
}
