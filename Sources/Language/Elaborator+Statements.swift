import Diagnostics
import Program

extension Elaborator {
  /// Runs statements in order, until one returns.
  mutating func execute(_ body: [Statement]) {
    for statement in body {
      guard step(at: statement.span), frame.returned == nil else { return }
      // The library's own code is right: its first complaint says what its user has done.
      if frame.isOthers, diagnostics.count > frame.mistakesBefore {
        frame.returned = .poison
        return
      }
      execute(statement)
    }
  }

  private mutating func execute(_ statement: Statement) {
    switch statement.node {
    case .param(let name, let type, let keys):
      frame.bindings[name.text] = nil
      frame.weights[name.text] = Weight(name: name, type: type, keys: keys)
    case .assign(let names, let values):
      assign(names, values, statement.span)
    case .output(let name, let value):
      output(name, value)
    case .give(let values):
      frame.returned = several(values)
    case .require(let condition, let reason):
      require(condition, reason, statement.span)
    case .choose(let condition, let then, let otherwise):
      guard let holds = decide(condition) else {
        spoil(then + otherwise)
        return
      }
      execute(holds ? then : otherwise)
    case .loop(let count, let index, let body):
      repeatBody(count, index, body)
    }
  }

  /// One value as it is, more as several.
  mutating func several(_ expressions: [Expression]) -> Value {
    if expressions.count == 1 { return evaluate(expressions[0]) }
    var values: [Value] = []
    for expression in expressions { values.append(evaluate(expression)) }
    return .several(values)
  }

  private mutating func assign(_ names: [Name], _ expressions: [Expression], _ span: Span) {
    var values: [Value] = []
    for expression in expressions {
      let value = evaluate(expression)
      if case .several(let parts) = value, expressions.count == 1, names.count > 1 {
        values += parts
      } else if case .several(let parts) = value, !parts.isEmpty {
        values.append(report(.severalForOne(expression.span, parts.count)))
      } else {
        values.append(value)
      }
    }
    if values.count != names.count {
      if !(values.count == 1 && values[0].isPoison) {
        report(.countsDiffer(span, names: names.count, values: values.count))
      }
      values = names.map { _ in .poison }
    }
    for (name, value) in zip(names, values) {
      for case .tensor(let tensor) in value.tensors { self.name(tensor, name.text) }
      frame.weights[name.text] = nil
      frame.bindings[name.text] = value
    }
  }

  private mutating func output(_ name: Name, _ expression: Expression) {
    let value = evaluate(expression)
    if let first = outputs[name.text] {
      report(.outputTwice(name.span, name.text, first: first))
      return
    }
    outputs[name.text] = name.span
    frame.bindings[name.text] = value
    switch value {
    case .poison: break
    case .tensor(let tensor):
      switch tensor.type.space {
      case .vertices, .edges, .graph: break
      case .constant:
        report(.outputSpace(expression.span, tensor.type.space))
        return
      }
      self.name(tensor, name.text)
      program.outputs.append(Program.Output(name: name.text, value: tensor.id))
    default: report(.outputKind(expression.span, value))
    }
  }

  private mutating func require(_ condition: Expression, _ reason: Template?, _ span: Span) {
    guard let holds = decide(condition), !holds else { return }
    let text = reason.map { key([$0]) }?.alternatives.first?.compactMap { piece -> String? in
      if case .text(let text) = piece { return text }
      return nil
    }.joined()
    report(.requirement(span, text, use: frame.use, name: frame.module?.name.text))
    // What follows relies on it.
    frame.returned = .poison
  }

  private mutating func repeatBody(_ count: Expression, _ index: Name?, _ body: [Statement]) {
    let value = evaluate(count)
    guard !value.isPoison else { return spoil(body) }
    guard let times = value.whole, times >= 0 else {
      report(.notACount(count.span, value))
      return spoil(body)
    }
    let outer = index.flatMap { frame.bindings[$0.text] }
    for number in 0..<times {
      guard !isStopped, frame.returned == nil else { break }
      if !step(at: count.span) { break }
      if let index { frame.bindings[index.text] = .integer(number) }
      execute(body)
    }
    if let index { frame.bindings[index.text] = outer }
  }

  /// A static condition, or nil when a mistake in it has been reported.
  mutating func decide(_ condition: Expression) -> Bool? {
    let value = evaluate(condition)
    switch value {
    case .boolean(let holds): return holds
    case .poison: return nil
    default:
      report(.notStatic(condition.span, value))
      return nil
    }
  }

  /// Whatever a body that cannot be run would have named is poison.
  private mutating func spoil(_ body: [Statement]) {
    for statement in body {
      switch statement.node {
      case .assign(let names, _): for name in names { frame.bindings[name.text] = .poison }
      case .output(let name, _):
        outputs[name.text] = name.span
        frame.bindings[name.text] = .poison
      case .choose(_, let then, let otherwise): spoil(then + otherwise)
      case .loop(_, _, let inner): spoil(inner)
      case .give: frame.returned = .poison
      case .param(let name, let type, let keys):
        frame.weights[name.text] = Weight(name: name, type: type, keys: keys)
      case .require: break
      }
    }
  }
}

extension Value {
  /// The value itself, or the members of a family.
  fileprivate var tensors: [Value] {
    if case .family(let members) = self { return members.map(\.value) }
    return [self]
  }
}
