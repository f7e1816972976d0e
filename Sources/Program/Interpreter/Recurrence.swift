/// The state of an LSTM at one vertex, as `torch.nn.LSTM` steps it.
struct Recurrence<Number: InterpretedNumber>: Equatable {
  private(set) var hidden: [Number]
  private(set) var cell: [Number]

  init(width: Int) {
    hidden = Array(repeating: Number(0, as: .f32), count: width)
    cell = hidden
  }

  /// One step: `gates` [4h] hold i, f, g, o of the input, to which `weights` [4h, h] times the hidden state are added.
  mutating func step(gates: ArraySlice<Number>, weights: [Number]) {
    let width = hidden.count
    let sums = gates.enumerated().map { row, gate in
      Number.apply(.add, gate, Number.dot(weights[row * width..<(row + 1) * width], hidden[...]))
    }
    for place in 0..<width {
      let input = Number.apply(.sigmoid, sums[place])
      let forget = Number.apply(.sigmoid, sums[width + place])
      let candidate = Number.apply(.tanh, sums[2 * width + place])
      let output = Number.apply(.sigmoid, sums[3 * width + place])
      cell[place] = Number.apply(
        .add, Number.apply(.multiply, forget, cell[place]), Number.apply(.multiply, input, candidate))
      hidden[place] = Number.apply(.multiply, output, Number.apply(.tanh, cell[place]))
    }
  }
}
