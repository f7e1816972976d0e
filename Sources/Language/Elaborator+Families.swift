import Diagnostics
import Program

/// One value of a family: over one vertex type, or one edge set.
struct Member {
  let space: Space
  let value: Value
}

/// Families: one value for each of several vertex types (or edge sets). What is done with a family is done with each of
/// its members.
extension Elaborator {
  /// `family(a, b)`: values over different vertex types. Lists and families among them stand for what they hold.
  mutating func family(_ given: [Given], _ span: Span) -> Value {
    var members: [Member] = []
    for argument in given {
      for value in argument.value.spread {
        guard case .tensor(let tensor) = value, tensor.type.space != .constant else {
          return wrong(
            Given(name: nil, value: value, span: argument.span), .family, "values over vertices or edges")
        }
        guard !members.contains(where: { $0.space == tensor.type.space }) else {
          return report(.memberTwice(argument.span, tensor.type.space))
        }
        members.append(Member(space: tensor.type.space, value: value))
      }
    }
    return members.isEmpty ? report(.emptyList(span, .family)) : .family(members)
  }

  /// `h[paper]`: one member.
  mutating func member(of members: [Member], _ items: [BracketItem], _ span: Span) -> Value {
    guard items.count == 1, case .value(let expression) = items[0].node else {
      return report(.familyIndex(span))
    }
    let place = evaluate(expression)
    let space: Space
    switch place {
    case .poison: return .poison
    case .vertexType(let type): space = .vertices(type)
    case .edges(let set): space = .edges(set)
    default: return report(.familyIndex(span))
    }
    guard let found = members.first(where: { $0.space == space }) else {
      return report(.noMemberOver(expression.span, space, members.map(\.space)))
    }
    return found.value
  }

  /// Does something for each member of the families among the arguments, the other arguments being the same for all.
  mutating func lift(
    _ given: [Given], _ span: Span, _ body: (inout Elaborator, [Given]) -> Value
  ) -> Value {
    guard let first = given.first(where: \.value.isFamily), case .family(let members) = first.value else {
      return .poison
    }
    var results: [Member] = []
    for member in members {
      var own: [Given] = []
      for argument in given {
        guard case .family(let others) = argument.value else {
          own.append(argument)
          continue
        }
        guard let other = others.first(where: { $0.space == member.space }) else {
          return report(.noMemberOver(argument.span, member.space, others.map(\.space)))
        }
        own.append(Given(name: argument.name, value: other.value, span: argument.span))
      }
      results.append(Member(space: member.space, value: body(&self, own)))
    }
    return gathered(results)
  }

  /// One family of what has one value for each member, several of what has several.
  func gathered(_ results: [Member]) -> Value {
    if results.contains(where: \.value.isPoison) { return .poison }
    guard case .several(let parts)? = results.first?.value else { return .family(results) }
    return .several(
      parts.indices.map { place in
        .family(
          results.map { result in
            guard case .several(let values) = result.value, values.count > place else { return result }
            return Member(space: result.space, value: values[place])
          })
      })
  }
}

extension Value {
  /// The elements of a list, the members of a family, or the value itself.
  fileprivate var spread: [Value] {
    switch self {
    case .list(let values): values.flatMap(\.spread)
    case .family(let members): members.map(\.value)
    default: [self]
    }
  }

  var isFamily: Bool {
    if case .family = self { return true }
    return false
  }
}
