import Testing

@testable import Language

@Test func valuesOfTwoVertexTypesDoNotMeet() {
  #expect(
    messages(
      model(
        """
          x = get_vertex(paper.x)
          a = get_vertex(author.a)
          output y = x + sum(a)
        """))
        == """
        error[space]: these are over different things: vertices of `paper` and vertices of `author`
          m.gnn:11:16
           9 |   x = get_vertex(paper.x)
             |       ------------------- vertices of `paper`, from here
            ...
          11 |   output y = x + sum(a)
             |                ^
             |                  ------ vertices of `author`, from here
        help: only a message module sees both ends of an edge: `message_passing(edges, M, ...)`
        """ + "\n")
}

@Test func aSourceValueOfAnotherType() {
  #expect(
    messages(
      model(
        """
          x = get_vertex(paper.x)
          output y = message_passing(writes, Mean[16], h: x, t: x)
        """,
        modules: """
          message module Mean[width] {
            forward(source h: f32[width], target t: f32[width], edge w: f32 = none) {
              return incoming.mean(if w is none { h } else { h * w }) + t
            }
          }
          """))
        == """
        error[space]: `h` must be over vertices of `author`, the sources of `writes`, and this is over vertices of `paper`
          m.gnn:14:51
           8 |   forward(source h: f32[width], target t: f32[width], edge w: f32 = none) {
             |                  - declared here
            ...
          13 |   x = get_vertex(paper.x)
             |       ------------------- vertices of `paper`, from here
          14 |   output y = message_passing(writes, Mean[16], h: x, t: x)
             |                                                   ^
        """ + "\n")
}

@Test func aTargetValueOfAnotherType() {
  #expect(
    messages(
      model(
        """
          x = get_vertex(paper.x)
          a = get_vertex(author.a)
          output y = message_passing(writes, Mean[8], h: a, t: a)
        """,
        modules: """
          message module Mean[width] {
            forward(source h: f32[width], target t: f32[width], edge w: f32 = none) {
              return incoming.mean(if w is none { h } else { h * w }) + t
            }
          }
          """))
        == """
        error[space]: `t` must be over vertices of `paper`, the targets of `writes`, and this is over vertices of `author`
          m.gnn:15:56
           8 |   forward(source h: f32[width], target t: f32[width], edge w: f32 = none) {
             |                                        - declared here
            ...
          14 |   a = get_vertex(author.a)
             |       -------------------- vertices of `author`, from here
          15 |   output y = message_passing(writes, Mean[8], h: a, t: a)
             |                                                        ^
        """ + "\n")
}

@Test func aMissingRoleIsNamed() {
  #expect(
    messages(
      model(
        """
          x = get_vertex(paper.x)
          output y = message_passing(cites, Mean[16], h: x)
        """,
        modules: """
          message module Mean[width] {
            forward(source h: f32[width], target t: f32[width], edge w: f32 = none) {
              return incoming.mean(if w is none { h } else { h * w }) + t
            }
          }
          """))
        == """
        error[argument]: `Mean` needs the target value `t`
          m.gnn:14:14
           8 |   forward(source h: f32[width], target t: f32[width], edge w: f32 = none) {
             |                                        - declared here
            ...
          14 |   output y = message_passing(cites, Mean[16], h: x)
             |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        """ + "\n")
}

@Test func anEdgeValueOverOtherEdges() {
  #expect(
    messages(
      model(
        """
          x = get_vertex(paper.x)
          w = get_edge(cites.weight)
          a = message_passing(with_self_loops(cites), Mean[16], h: x, t: x, w: w)
          b = message_passing(undirected(cites), Mean[16], h: x, t: x, w: w)
          output y = message_passing(cites, Mean[16], h: x, t: x, w: sum(x))
        """,
        modules: """
          message module Mean[width] {
            forward(source h: f32[width], target t: f32[width], edge w: f32 = none) {
              return incoming.mean(if w is none { h } else { h * w }) + t
            }
          }
          """))
        == """
        error[space]: `w` must be over edges of `with_self_loops(cites)`, and this is over edges of `cites`
          m.gnn:15:72
           8 |   forward(source h: f32[width], target t: f32[width], edge w: f32 = none) {
             |                                                            - declared here
            ...
          14 |   w = get_edge(cites.weight)
             |       ---------------------- edges of `cites`, from here
          15 |   a = message_passing(with_self_loops(cites), Mean[16], h: x, t: x, w: w)
             |                                                                        ^
        help: say what the loops hold: `with_loops(w, fill)`

        error[space]: `w` must be over edges of `undirected(cites)`, and this is over edges of `cites`
          m.gnn:16:67
           8 |   forward(source h: f32[width], target t: f32[width], edge w: f32 = none) {
             |                                                            - declared here
            ...
          14 |   w = get_edge(cites.weight)
             |       ---------------------- edges of `cites`, from here
            ...
          16 |   b = message_passing(undirected(cites), Mean[16], h: x, t: x, w: w)
             |                                                                   ^
        help: undirected edges have no values of their own

        error[space]: `w` must be over edges of `cites`, and this is over vertices of `paper`
          m.gnn:17:62
           8 |   forward(source h: f32[width], target t: f32[width], edge w: f32 = none) {
             |                                                            - declared here
            ...
          17 |   output y = message_passing(cites, Mean[16], h: x, t: x, w: sum(x))
             |                                                              ^^^^^^
        """ + "\n")
}

@Test func undirectedEdgesHaveNoFeatures() {
  #expect(
    messages(
      model(
        """
          output y = get_edge(undirected(cites).weight)
        """))
        == """
        error[space]: the edges of `undirected(cites)` have no features
          m.gnn:9:23
          9 |   output y = get_edge(undirected(cites).weight)
            |                       ^^^^^^^^^^^^^^^^^^^^^^^^
        help: an undirected edge may stand for several edges, or for two directions
        """ + "\n")
}

@Test func loopsNeedOneVertexType() {
  #expect(
    messages(
      model(
        """
          output y = in_degree(with_self_loops(writes))
          output z = in_degree(undirected(writes))
        """))
        == """
        error[space]: `with_self_loops` needs edges between vertices of one type
          m.gnn:9:24
          9 |   output y = in_degree(with_self_loops(writes))
            |                        ^^^^^^^^^^^^^^^^^^^^^^^ `writes` goes from `author` to `paper`

        error[space]: `undirected` needs edges between vertices of one type
          m.gnn:10:24
          10 |   output z = in_degree(undirected(writes))
             |                        ^^^^^^^^^^^^^^^^^^ `writes` goes from `author` to `paper`
        """ + "\n")
}

@Test func edgesAreNeeded() {
  #expect(
    messages(
      model(
        """
          output y = in_degree(paper)
          output z = message_passing(get_vertex(paper.x), Mean[16])
        """,
        modules: """
          message module Mean[width] {
            forward(source h: f32[width], target t: f32[width], edge w: f32 = none) {
              return incoming.mean(if w is none { h } else { h * w }) + t
            }
          }
          """))
        == """
        error[space]: an edge set is needed, not a vertex type
          m.gnn:13:24
          13 |   output y = in_degree(paper)
             |                        ^^^^^

        error[space]: an edge set is needed, not a computed value
          m.gnn:14:30
          14 |   output z = message_passing(get_vertex(paper.x), Mean[16])
             |                              ^^^^^^^^^^^^^^^^^^^
        """ + "\n")
}

@Test func incomingReducesWhatIsOnTheEdges() {
  #expect(
    messages(
      model(
        """
          output y = message_passing(cites, A, h: get_vertex(paper.x))
        """,
        modules: """
          message module A {
            forward(source h) {
              a = incoming.sum(1)
              b = incoming.sum(zeros[3])
              c = incoming.total(h)
              d = incoming.sum(h, h)
              return incoming.count(h)
            }
          }
          """))
        == """
        error[space]: `incoming` reduces values over the edges, not the whole number 1
          m.gnn:9:22
           9 |     a = incoming.sum(1)
             |                      ^
            ...
          17 |   output y = message_passing(cites, A, h: get_vertex(paper.x))
             |              ------------------------------------------------- in this use of `A`

        error[space]: `incoming` reduces values over the edges, and this is over weights alone
          m.gnn:10:22
          10 |     b = incoming.sum(zeros[3])
             |                      ^^^^^^^^
            ...
          17 |   output y = message_passing(cites, A, h: get_vertex(paper.x))
             |              ------------------------------------------------- in this use of `A`
        help: it is the same for every edge

        error[name]: `incoming` has no `total`
          m.gnn:11:18
          11 |     c = incoming.total(h)
             |                  ^^^^^
            ...
          17 |   output y = message_passing(cites, A, h: get_vertex(paper.x))
             |              ------------------------------------------------- in this use of `A`
        help: it has `sum`, `mean`, `max`, `min`, `product`, `softmax`, `count`, `var`, `std`, `powermean` and `lstm`

        error[argument]: `incoming.sum` takes one value over the edges
          m.gnn:12:9
          12 |     d = incoming.sum(h, h)
             |         ^^^^^^^^^^^^^^^^^^
            ...
          17 |   output y = message_passing(cites, A, h: get_vertex(paper.x))
             |              ------------------------------------------------- in this use of `A`

        error[argument]: `incoming.count` takes nothing
          m.gnn:13:12
          13 |     return incoming.count(h)
             |            ^^^^^^^^^^^^^^^^^
            ...
          17 |   output y = message_passing(cites, A, h: get_vertex(paper.x))
             |              ------------------------------------------------- in this use of `A`
        """ + "\n")
}

@Test func aFeatureIsReadByItsOwnFunction() {
  #expect(
    messages(
      model(
        """
          x = get_edge(paper.x)
          w = get_vertex(cites.weight)
          v = relu(paper.x)
          output y = get_vertex(paper)
        """))
        == """
        error[value]: `get_edge` takes a feature of an edge type here, not a feature of vertices
          m.gnn:9:16
          9 |   x = get_edge(paper.x)
            |                ^^^^^^^
        help: `get_vertex(...)` reads a feature of vertices

        error[value]: `get_vertex` takes a feature of a vertex type here, not a feature of edges
          m.gnn:10:18
          10 |   w = get_vertex(cites.weight)
             |                  ^^^^^^^^^^^^
        help: `get_edge(...)` reads a feature of edges

        error[value]: `relu` takes a value here, not a feature of vertices
          m.gnn:11:12
          11 |   v = relu(paper.x)
             |            ^^^^^^^
        help: `get_vertex(...)` reads a feature of vertices

        error[value]: `get_vertex` takes a feature, like `paper.x` here, not a vertex type
          m.gnn:12:25
          12 |   output y = get_vertex(paper)
             |                         ^^^^^
        """ + "\n")
}

@Test func anOutputHasARowForEachVertexOrEdge() {
  #expect(
    messages(
      model(
        """
          output y = zeros[3]
          output z = 3
          output w = cites
        """))
        == """
        error[output]: an output has a row for each vertex or edge
          m.gnn:9:14
          9 |   output y = zeros[3]
            |              ^^^^^^^^ this is one row, the same for all

        error[output]: the whole number 3 cannot be an output
          m.gnn:10:14
          10 |   output z = 3
             |              ^

        error[output]: an edge set cannot be an output
          m.gnn:11:14
          11 |   output w = cites
             |              ^^^^^
        """ + "\n")
}

@Test func aMessageModuleIsNotCalled() {
  #expect(
    messages(
      model(
        """
          x = get_vertex(paper.x)
          a = Mean[16](x, x)
          b = transform(x, Mean[16])
          output y = message_passing(cites, Linear[16, 8], x)
        """,
        modules: """
          message module Mean[width] {
            forward(source h: f32[width], target t: f32[width], edge w: f32 = none) {
              return incoming.mean(if w is none { h } else { h * w }) + t
            }
          }
          vertex module Linear[inputs, outputs] {
            param weight: f32[outputs, inputs]
            forward(x: f32[inputs]) { return linear(x, weight) }
          }
          """))
        == """
        error[module]: `Mean` is a message module: it runs over edges
          m.gnn:18:7
          18 |   a = Mean[16](x, x)
             |       ^^^^^^^^^^^^^^
        help: `message_passing(edges, Mean[...], ...)`

        error[module]: `transform` takes a vertex module, and `Mean` is a message module
          m.gnn:19:20
          19 |   b = transform(x, Mean[16])
             |                    ^^^^^^^^
        help: `message_passing(edges, Mean[...], ...)`

        error[module]: `message_passing` takes a message module, not `Linear`
          m.gnn:20:37
          20 |   output y = message_passing(cites, Linear[16, 8], x)
             |                                     ^^^^^^^^^^^^^
        """ + "\n")
}
