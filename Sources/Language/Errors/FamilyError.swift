import Diagnostics
import Program

/// What can be wrong with families, and with message passing over several edge sets.
enum FamilyError: Mistake {
  case noMemberOver(Span, Space, [Space])
  case memberTwice(Span, Space)
  case familyIndex(Span)
  case edgesTwice(Span)
  case jointResult(Span)
  case jointCondition(Span)

  func diagnostic(_ elaborator: Elaborator) -> Diagnostic {
    switch self {
    case .noMemberOver(let span, let space, let present):
      let others = present.map(elaborator.described).joined(separator: " and ")
      let carried =
        if case .vertices(let type) = space {
          "after message passing only the targets of its edges are left: carry the old value, `family(..., x[\(elaborator.schema[type].name)])`"
        } else {
          "give one value for each edge set"
        }
      return error(
        "space", "there is no value over \(elaborator.described(space)) here", span, "this is over \(others)",
        help: carried)
    case .memberTwice(let span, let space):
      return error(
        "space", "a family has one value over \(elaborator.described(space))", span, "a second one")
    case .familyIndex(let span):
      return error(
        "value", "a family is indexed by a vertex type, or an edge set", span, help: "for example `h[paper]`")
    case .edgesTwice(let span):
      return error("space", "an edge set stands twice among those of one message passing", span)
    case .jointResult(let span):
      return error(
        "space", "what comes back differs from edge type to edge type", span,
        help: "over several edge types a module returns values that are reduced, or values on the edges")
    case .jointCondition(let span):
      return error("static", "this is decided differently from edge type to edge type", span)
    }
  }
}
