import Diagnostics
import Program

extension Elaborator {
  /// Takes values to one space: weights go beside anything; on the edges of a message module, a target's value is the
  /// same on each of its in-edges, and a value over more edges is read on fewer.
  mutating func align(_ tensors: [Tensor], _ span: Span) -> [Tensor]? {
    let spaces = tensors.map(\.type.space).filter { $0 != .constant && $0 != .graph }
    guard let first = spaces.first, spaces.contains(where: { $0 != first }) else { return tensors }
    guard let set = commonEdges(spaces) else {
      let different = tensors.first {
        $0.type.space != first && $0.type.space != .constant && $0.type.space != .graph
      }
      let one = tensors.first { $0.type.space == first }
      report(.spacesDiffer(span, one!, different!))
      return nil
    }
    var aligned: [Tensor] = []
    for tensor in tensors {
      guard let moved = move(tensor, to: set, span) else { return nil }
      aligned.append(moved)
    }
    return aligned
  }

  /// The edges on which values of all these spaces can be read.
  private func commonEdges(_ spaces: [Space]) -> EdgeSet? {
    var sets = spaces.compactMap { space -> EdgeSet? in
      if case .edges(let set) = space { return set }
      return nil
    }
    if let own = frame.edges { sets.insert(own, at: 0) }
    return sets.first { set in
      spaces.allSatisfy { space in
        switch space {
        case .edges(let other): other == set || isViewable(other, as: set)
        case .vertices(let type): frame.edges == set && schema.target(of: set) == type
        case .graph, .constant: true
        }
      }
    }
  }

  /// A value on the edges of `set`; what is over other vertices or edges has none.
  private mutating func move(_ tensor: Tensor, to set: EdgeSet, _ span: Span) -> Tensor? {
    switch tensor.type.space {
    case .constant, .graph: return tensor
    case .edges: return view(tensor, as: set, span)
    case .vertices: return spread(tensor, over: set, span)
    }
  }

  /// A target's value on each of its in-edges.
  mutating func spread(_ tensor: Tensor, over set: EdgeSet, _ span: Span) -> Tensor? {
    guard case .tensor(var result) = emit(.target(set), [tensor.id], at: span) else { return nil }
    result.origin = tensor.origin
    return result
  }

  func isViewable(_ from: EdgeSet, as to: EdgeSet) -> Bool {
    from.type == to.type && (from.direction == .undirected) == (to.direction == .undirected)
      && (from.loops == to.loops || to.loops == .removed)
  }

  /// The same value over other edges of its type: without loops, or turned round. Nil where there is none.
  mutating func view(_ tensor: Tensor, as set: EdgeSet, _ span: Span) -> Tensor? {
    guard case .edges(let old) = tensor.type.space else { return nil }
    if old == set { return tensor }
    guard isViewable(old, as: set), case .tensor(var result) = emit(.view(set), [tensor.id], at: span) else {
      return nil
    }
    result.origin = tensor.origin
    return result
  }
}
