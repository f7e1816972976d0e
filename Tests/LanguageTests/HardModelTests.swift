import Diagnostics
import Program
import Testing

@testable import Language

/// HGT: families, weights by type and relation, one softmax over the in-edges of all relations.
private let hgt = """
  graph {
    vertex author { x: f32[8] }
    vertex paper { x: f32[16] }
    edge writes: author -> paper as "to"
    edge written: paper -> author as "rev_to"
    edge cites: paper -> paper as "to"
  }

  vertex module Linear[inputs, outputs] {
    param weight: f32[outputs, inputs]
    param bias: f32[outputs]
    forward(x: f32[inputs]) { return linear(x, weight, bias) }
  }

  message module Attend[heads, width] {
    param k_rel: f32[heads * edge_types, width, width] at "k_rel.weight"
    param v_rel: f32[heads * edge_types, width, width] at "v_rel.weight"
    param p_rel: f32[1, heads] at "p_rel.{source}__{relation}__{target}"

    forward(source k: f32[heads, width], source v: f32[heads, width], target q: f32[heads, width]) {
      k_r = reshape(k_rel, [heads, edge_types, width, width])[:, this_edge_type]
      v_r = reshape(v_rel, [heads, edge_types, width, width])[:, this_edge_type]
      score = dot(q, k @ k_r) * p_rel[0] / sqrt(width)
      return incoming.sum(incoming.softmax(score)[..., new] * (v @ v_r))
    }
  }

  vertex module Split[inputs, heads, width] {
    param weight: f32[3 * heads * width, inputs]
    forward(x: f32[inputs]) {
      z = reshape(linear(x, weight), [3, heads, width])
      return z[0], z[1], z[2]
    }
  }

  vertex module Out[width, carried: bool] {
    param weight: f32[width, width] at "out_lin.lins.{vertex}.weight"
    param skip: f32[1] at "skip.{vertex}"
    forward(a, x) {
      o = linear(gelu(reshape(a, [width])), weight)
      s = sigmoid(skip)
      return if carried { s * o + (1 - s) * x } else { o }
    }
  }

  layer HGTConv[inputs, heads, width](x: family of f32[inputs]) {
    k, q, v = transform(x, Split[inputs, heads, width] at "kqv_lin.lins.{vertex}")
    a = message_passing(all edges, Attend[heads, width], k: k, v: v, q: q)
    return transform(a, x, Out[heads * width, inputs == heads * width])
  }

  model {
    x = family(
      transform(get_vertex(author.x), Linear[8, 16] at "lin_dict.author"),
      transform(get_vertex(paper.x), Linear[16, 16] at "lin_dict.paper"))
    repeat 2 as i { x = HGTConv[16, 2, 8](relu(x)) at "convs.{i}" }
    output y = transform(x[paper], Linear[16, 4] at "lin")
  }
  """

@Test func manyTypesShareOneSoftmax() throws {
  let program = try elaborate(hgt)
  try verify(program)
  let keys = Set(program.parameters.map { $0.keys[0] })
  #expect(keys.contains("convs.0.p_rel.author__to__paper"))
  #expect(keys.contains("convs.1.p_rel.paper__rev_to__author"))
  #expect(keys.contains("convs.1.kqv_lin.lins.author.weight"))
  #expect(keys.contains("convs.0.skip.paper"))
  #expect(program.parameters.first { $0.keys == ["convs.0.k_rel.weight"] }?.shape.first == .size(6))
  let joint = program.instructions.filter {
    if case .reduce = $0.operation { $0.operands.count == 2 } else { false }
  }
  // For papers, reached by two edge types, in each of two layers: the largest score, the sum of powers, the values' sum.
  #expect(joint.count == 6)
  #expect(joint.allSatisfy { $0.type.space == .vertices(VertexTypeID(1)) })
}

/// HeteroConv: a layer for each edge type, gathered in lists by what they reach.
@Test func aLayerForEachEdgeTypeMakesAFamily() throws {
  let program = try elaborate(
    model(
      """
        x = family(get_vertex(paper.x), get_vertex(author.a))
        for_papers = for e in [cites, writes] collect Sum(e, x[source_type(e)]) at "convs.<{source}___{relation}___{target}>"
        x = family([sum(for_papers)], x[author])
        output y = x[paper]
        output a = x[author]
      """,
      modules: """
        message module Neighbours { forward(source h) { return incoming.sum(h) } }
        layer Sum(edges, x) {
          param w: f32[4, x.shape[0]] at "weight"
          return linear(message_passing(edges, Neighbours, h: x), w)
        }
        """))
  try verify(program)
  #expect(
    program.parameters.map { $0.keys[0] } == [
      "convs.<paper___cites___paper>.weight", "convs.<author___writes___paper>.weight",
    ])
  #expect(program.outputs.map { program[$0.value].type.shape } == [[4], [8]])
}

@Test func aFamilyOfFamiliesIsOneFamily() {
  let direct = instructions("  x = family(get_vertex(paper.x), get_vertex(author.a))\n  output y = x[author]")
  let nested = instructions(
    "  x = family(family(get_vertex(paper.x)), [get_vertex(author.a)])\n  output y = x[author]")
  #expect(nested == direct)
  #expect(
    messages(model("  x = family(get_vertex(paper.x))\n  output y = family(x, [2])[paper]"))
      .contains("`family` takes values over vertices or edges here, not the whole number 2"))
}

@Test func aSetOfTypesWithOneMemberIsAsOneType() {
  let modules =
    "message module Sum { forward(source h) { return incoming.sum(h) / max(incoming.count(), 1) } }"
  let one = instructions(
    "  output y = message_passing(cites, Sum, h: get_vertex(paper.x))[:16]", modules: modules)
  let joint = instructions(
    "  output y = message_passing([cites], Sum, h: get_vertex(paper.x))[paper]", modules: modules)
  #expect(one == joint)
}

@Test func meansOverSeveralTypesCountAllInEdges() {
  let modules = "message module Mean { forward(source h) { return incoming.mean(h) } }"
  #expect(
    instructions(
      "  x = family(sum(get_vertex(paper.x)), sum(get_vertex(author.a)))\n  output y = message_passing(all edges, Mean, h: x)[paper]",
      modules: modules) == """
        %0 x  = feature x           : paper f32[16]
        %1 x  = sum %0 axis 0       : paper f32
        %2 a  = feature a           : author f32[8]
        %3 x  = sum %2 axis 0       : author f32
        %4 x  = source %1           : cites f32
        %5 x  = source %3           : writes f32
        %6    = in_degree cites     : paper f32
        %7    = in_degree writes    : paper f32
        %8    = add %6, %7          : paper f32
        %9    = literal 1.0         : constant f32
        %10   = maximum %8, %9      : paper f32
        %11   = incoming.sum %4, %5 : paper f32
        %12 y = divide %11, %10     : paper f32
        output y = %12

        """)
}

@Test func stateRunsThroughRepetition() throws {
  let program = try elaborate(
    model(
      """
        x = get_vertex(paper.x)
        h, c = zeros[16], zeros[16]
        repeat 3 as i {
          z = tanh(message_passing(cites, Mean, h: x))
          h, c = transform(z, h, c, LSTMCell[16] at "gplayers.{i}.depth_func.lstm")
          x = h
        }
        output y = x
      """,
      modules: """
        message module Mean { forward(source h) { return incoming.mean(h) } }
        vertex module LSTMCell[width] {
          param w_x: f32[4 * width, width] at "weight_ih_l0"
          param w_h: f32[4 * width, width] at "weight_hh_l0"
          forward(x, h, c) {
            z = reshape(linear(x, w_x) + linear(h, w_h), [4, width])
            c = sigmoid(z[1]) * c + sigmoid(z[0]) * tanh(z[2])
            return sigmoid(z[3]) * tanh(c), c
          }
        }
        """))
  try verify(program)
  #expect(program.parameters.map { $0.keys[0] }.last == "gplayers.2.depth_func.lstm.weight_hh_l0")
}

@Test func stateLivesOnEdges() throws {
  let program = try elaborate(
    model(
      """
        x = get_vertex(paper.x)
        e = get_edge(cites.weight)[new]
        repeat 2 {
          e = message_passing(cites, EdgeUpdate, e: e, from: x, to: x)
          x = message_passing(cites, Gate, h: x, e: e)
        }
        output alpha = e
      """,
      modules: """
        message module EdgeUpdate { forward(edge e, source from, target to) { return relu(e + from + to) } }
        message module Gate { forward(source h, edge e) { return incoming.sum(sigmoid(e) * h) } }
        """))
  try verify(program)
  #expect(program[program.outputs[0].value].type == Type(.edges(EdgeSet(EdgeTypeID(0))), .f32, [16]))
}

@Test func aLayerThatNobodyHasWritten() throws {
  let program = try elaborate(
    model(
      "  x = get_vertex(paper.x)\n  s, m = message_passing(cites, Gate[16, 1] at \"g\", h: x, own: x, f: get_edge(cites.weight)[new])\n  output y = concat(s, m)",
      modules: """
        message module Gate[width, e] {
          param w: f32[width, 2 * width + e] at "gate.weight"
          forward(source h: f32[width], target own: f32[width], edge f: f32[e]) {
            m = sigmoid(linear(concat(h, own, f), w)) * h
            return incoming.sum(m), incoming.max(m)
          }
        }
        """))
  try verify(program)
  #expect(program[program.outputs[0].value].type.shape == [32])
}
