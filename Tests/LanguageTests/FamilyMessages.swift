import Testing

@testable import Language

@Test func afterMessagePassingAFamilyHoldsTheTargetsAlone() {
  #expect(
    messages(
      model(
        """
          x = family(get_vertex(paper.x)[:8], get_vertex(author.a))
          m = message_passing(all edges, Sum, h: x)
          output y = (m + x)[paper]
          output z = m[author]
          output w = (x + m)[paper]
        """,
        modules: """
          message module Sum { forward(source h) { return incoming.sum(h) } }
          vertex module Half { forward(x) { return x / 2 } }
          layer All(x: family of f32[16]) { return x }
          """))
        == """
        error[space]: there is no value over vertices of `author` here
          m.gnn:14:16
          14 |   output z = m[author]
             |                ^^^^^^ this is over vertices of `paper`
        help: after message passing only the targets of its edges are left: carry the old value, `family(..., x[author])`

        error[space]: there is no value over vertices of `author` here
          m.gnn:15:19
          15 |   output w = (x + m)[paper]
             |                   ^ this is over vertices of `paper`
        help: after message passing only the targets of its edges are left: carry the old value, `family(..., x[author])`
        """ + "\n")
}

@Test func aFamilyIsAskedForWhereItIsDeclared() {
  #expect(
    messages(
      model(
        """
          x = get_vertex(paper.x)
          a = All(x)
          b = All(family(x, get_vertex(author.a)))
          c = family(x, x)
          d = family(x)[0]
          output y = family(x)
        """,
        modules: """
          message module Sum { forward(source h) { return incoming.sum(h) } }
          vertex module Half { forward(x) { return x / 2 } }
          layer All(x: family of f32[16]) { return x }
          """))
        == """
        error[argument]: `x` is a family, one value for each vertex type, not a computed value
          m.gnn:12:11
           9 | layer All(x: family of f32[16]) { return x }
             |           - declared here
            ...
          12 |   a = All(x)
             |           ^
        help: `family(a, b)` makes one

        error[shape]: `x` of `All` is 16 wide, and this is 8 wide
          m.gnn:13:11
           9 | layer All(x: family of f32[16]) { return x }
             |           - declared here
            ...
          13 |   b = All(family(x, get_vertex(author.a)))
             |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
             |                     -------------------- 8 wide, from here

        error[space]: a family has one value over vertices of `paper`
          m.gnn:14:17
          14 |   c = family(x, x)
             |                 ^ a second one

        error[value]: a family is indexed by a vertex type, or an edge set
          m.gnn:15:7
          15 |   d = family(x)[0]
             |       ^^^^^^^^^^^^
        help: for example `h[paper]`

        error[output]: a family of values cannot be an output
          m.gnn:16:14
          16 |   output y = family(x)
             |              ^^^^^^^^^
        """ + "\n")
}

@Test func aSetOfEdgesStandsOnce() {
  #expect(
    messages(
      model(
        """
          x = get_vertex(paper.x)
          a = message_passing([cites, cites], Sum, h: x)
          b = message_passing([cites, paper], Sum, h: x)
          c = message_passing([], Sum, h: x)
          output y = x
        """,
        modules: """
          message module Sum { forward(source h) { return incoming.sum(h) } }
          vertex module Half { forward(x) { return x / 2 } }
          layer All(x: family of f32[16]) { return x }
          """))
        == """
        error[space]: an edge set stands twice among those of one message passing
          m.gnn:12:7
          12 |   a = message_passing([cites, cites], Sum, h: x)
             |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

        error[space]: an edge set is needed, not a vertex type
          m.gnn:13:23
          13 |   b = message_passing([cites, paper], Sum, h: x)
             |                       ^^^^^^^^^^^^^^

        error[value]: `message_passing` of nothing
          m.gnn:14:7
          14 |   c = message_passing([], Sum, h: x)
             |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        """ + "\n")
}

@Test func aJointResultIsOneForAllEdgeTypes() {
  #expect(
    messages(
      model(
        """
          x = family(get_vertex(paper.x)[:8], get_vertex(author.a))
          a = message_passing(all edges, A, h: x)
          b = message_passing(all edges, B, h: x)
          output y = x[paper]
        """,
        modules: """
          message module A { forward(source h) { return incoming.sum(h) * (1 + this_edge_type) } }
          message module B {
            forward(source h) {
              if this_edge_type == 0 { h = h * 2 }
              return incoming.sum(h)
            }
          }
          """))
        == """
        error[space]: what comes back differs from edge type to edge type
          m.gnn:16:7
          16 |   a = message_passing(all edges, A, h: x)
             |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        help: over several edge types a module returns values that are reduced, or values on the edges

        error[static]: this is decided differently from edge type to edge type
          m.gnn:10:8
          10 |     if this_edge_type == 0 { h = h * 2 }
             |        ^^^^^^^^^^^^^^^^^^^
            ...
          17 |   b = message_passing(all edges, B, h: x)
             |       ----------------------------------- in this use of `B`
        """ + "\n")
}

@Test func messagesOfSeveralTypesHaveOneShape() {
  #expect(
    messages(
      model(
        """
          x = family(get_vertex(paper.x), get_vertex(author.a))
          m = message_passing(all edges, Sum, h: x)
          output y = m[paper]
        """,
        modules: """
          message module Sum { forward(source h) { return incoming.sum(h) } }
          vertex module Half { forward(x) { return x / 2 } }
          layer All(x: family of f32[16]) { return x }
          """))
        == """
        error[shape]: widths differ: 16 and 8
          m.gnn:7:49
           7 | message module Sum { forward(source h) { return incoming.sum(h) } }
             |                                                 ^^^^^^^^^^^^^^^ both sides need one width
             |                                     - 16 wide, from here
            ...
          12 |   m = message_passing(all edges, Sum, h: x)
             |       ------------------------------------- in this use of `Sum`
        """ + "\n")
}

@Test func anLSTMRunsOverOneSetAndTakesFourWeights() {
  #expect(
    messages(
      model(
        """
          x = get_vertex(paper.x)[:8]
          a = message_passing(all edges, Walk[4], h: family(x, get_vertex(author.a)))
          c = message_passing(cites, Short, h: x)
          output y = x
        """,
        modules: """
          message module Walk[width] {
            param ih: f32[16, 8]; param hh: f32[4 * width, width]; param b: f32[16]
            forward(source h) { return incoming.lstm(h, ih, hh, b, b) }
          }
          message module Short { forward(source h) { return incoming.lstm(h) } }
          """))
        == """
        error[space]: `incoming.lstm` runs over the edges of one set, not of several
          m.gnn:9:30
           9 |   forward(source h) { return incoming.lstm(h, ih, hh, b, b) }
             |                              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            ...
          14 |   a = message_passing(all edges, Walk[4], h: family(x, get_vertex(author.a)))
             |       ----------------------------------------------------------------------- in this use of `Walk`
        help: edges of several sets have no order among each other: use a message module for each set

        error[argument]: `incoming.lstm` takes a value over the edges, weight_ih, weight_hh, bias_ih and bias_hh
          m.gnn:11:51
          11 | message module Short { forward(source h) { return incoming.lstm(h) } }
             |                                                   ^^^^^^^^^^^^^^^^
            ...
          15 |   c = message_passing(cites, Short, h: x)
             |       ----------------------------------- in this use of `Short`
        """ + "\n")
}

@Test func theWeightsOfAnLSTMFitOneAnother() {
  #expect(
    messages(
      model(
        """
          x = get_vertex(paper.x)[:8]
          a = message_passing(cites, Walk[3], h: x, t: x)
          b = message_passing(cites, Own at "own", h: x, t: x)
          output y = x
        """,
        modules: """
          message module Walk[width] {
            param ih: f32[16, 8]; param hh: f32[4 * width, width]; param b: f32[16]
            forward(source h, target t) { return incoming.lstm(h, ih, hh, b, b) }
          }
          message module Own {
            param ih: f32[32, 8]; param hh: f32[32, 8]
            forward(source h, target t) { return incoming.lstm(h, ih, hh, concat([t, t, t, t]), zeros[32]) }
          }
          """))
        == """
        error[shape]: a weight of [12, 3] does not fit a weight_ih of [16, 8]
          m.gnn:9:40
           8 |   param ih: f32[16, 8]; param hh: f32[4 * width, width]; param b: f32[16]
             |         -- [16, 8], from here
             |                               -- [12, 3], from here
           9 |   forward(source h, target t) { return incoming.lstm(h, ih, hh, b, b) }
             |                                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            ...
          17 |   a = message_passing(cites, Walk[3], h: x, t: x)
             |       ------------------------------------------- in this use of `Walk`
        help: an LSTM that is h wide has weight_ih [4h, inputs], weight_hh [4h, h] and biases [4h]

        error[space]: the weights of `incoming.lstm` are the same for every edge, and this is over vertices of `paper`
          m.gnn:13:65
          13 |   forward(source h, target t) { return incoming.lstm(h, ih, hh, concat([t, t, t, t]), zeros[32]) }
             |                                                                 ^^^^^^^^^^^^^^^^^^^^
            ...
          18 |   b = message_passing(cites, Own at "own", h: x, t: x)
             |       ------------------------------------------------ in this use of `Own`
        """ + "\n")
}
