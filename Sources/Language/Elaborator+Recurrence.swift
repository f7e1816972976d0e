import Diagnostics
import Program

/// `incoming.lstm`: an LSTM over the in-edges of each target, in plain order.
extension Elaborator {
  /// The input's part of the gates is a product on the edges like any other, so that passes may move it to the vertices;
  /// what is left for each step is the recurrent product.
  mutating func lstm(_ arguments: [Argument], over set: EdgeSet, _ span: Span) -> Value {
    let value = evaluate(arguments[0].value)
    guard let x = message(value, over: set, arguments[0].value.span) else { return .poison }
    var weights: [Tensor] = []
    for argument in arguments.dropFirst() {
      let given = evaluate(argument.value)
      guard let weight = promote(given, argument.value.span) else {
        return given.isPoison ? .poison : report(.incomingForm(span, .lstm))
      }
      guard weight.type.space == .constant else {
        return report(.recurrentWeight(argument.value.span, weight))
      }
      weights.append(weight)
    }
    guard fit(x, weights, span) else { return .poison }
    return compute(span) { make in
      let padding = make.add(weights[2].id, weights[3].id)
      let gates = make.add(make.emit(.linear(batch: 0), x.id, weights[0].id), padding)
      return make.emit(.lstm, gates, weights[1].id, padding)
    }
  }

  /// Whether weights are shaped as torch.nn.LSTM stores them, for the input and for one another.
  private mutating func fit(_ x: Tensor, _ weights: [Tensor], _ span: Span) -> Bool {
    guard x.type.shape.count == 1, weights[0].type.shape.count == 2,
      x.type.shape == [weights[0].type.shape[1]]
    else {
      report(.linearShapes(span, x, weights[0]))
      return false
    }
    let gates = weights[0].type.shape[0]
    for (weight, wanted) in zip(weights.dropFirst(), [[gates, gates / 4], [gates], [gates]])
    where weight.type.shape != wanted || gates % 4 != 0 || gates == 0 {
      report(.recurrentShapes(span, weights[0], weight))
      return false
    }
    for weight in weights where weight.type.element != .f32 {
      report(.notReal(span, weight))
      return false
    }
    return true
  }
}
