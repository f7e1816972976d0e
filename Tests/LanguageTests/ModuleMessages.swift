import Testing

@testable import Language

@Test func staticArgumentsAreChecked() {
  #expect(
    messages(
      model(
        """
          x = get_vertex(paper.x)
          a = transform(x, Linear[16])
          b = transform(x, Linear[16, 8, 4])
          c = transform(x, Linear[16, output_: 8])
          d = transform(x, Linear[16, 0.5])
          e = transform(x, Linear[16, 8, inputs: 8])
          output y = transform(x, Linear[16, true])
        """,
        modules: """
          vertex module Linear[inputs, outputs] {
            param weight: f32[outputs, inputs]
            forward(x: f32[inputs]) { return linear(x, weight) }
          }
          """))
        == """
        error[argument]: `Linear` needs `outputs`
          m.gnn:13:20
           7 | vertex module Linear[inputs, outputs] {
             |               ------ declared here
            ...
          13 |   a = transform(x, Linear[16])
             |                    ^^^^^^^^^^
        help: static arguments stand in brackets: `Linear[outputs: ...]`

        error[argument]: `Linear` takes 2 static arguments
          m.gnn:14:34
           7 | vertex module Linear[inputs, outputs] {
             |               ------ declared here
            ...
          14 |   b = transform(x, Linear[16, 8, 4])
             |                                  ^ one too many

        error[argument]: `Linear` has no static argument `output_`
          m.gnn:15:31
           7 | vertex module Linear[inputs, outputs] {
             |               ------ declared here
            ...
          15 |   c = transform(x, Linear[16, output_: 8])
             |                               ^^^^^^^
        help: the nearest name is `outputs`

        error[argument]: `outputs` is a size, not the number 0.5
          m.gnn:16:31
           7 | vertex module Linear[inputs, outputs] {
             |                              ------- declared here
            ...
          16 |   d = transform(x, Linear[16, 0.5])
             |                               ^^^

        error[argument]: `inputs` of `Linear` is given twice
          m.gnn:17:34
          17 |   e = transform(x, Linear[16, 8, inputs: 8])
             |                                  ^^^^^^

        error[argument]: `outputs` is a size, not `true`
          m.gnn:18:38
           7 | vertex module Linear[inputs, outputs] {
             |                              ------- declared here
            ...
          18 |   output y = transform(x, Linear[16, true])
             |                                      ^^^^
        """ + "\n")
}

@Test func aChoiceThatIsNone() {
  #expect(
    messages(
      model(
        """
          output y = A[sum](get_vertex(paper.x))
        """,
        modules: """
          vertex module A[mode: one of mean, max = mean] {
            forward(x) { return if mode == min { x } else { x } }
          }
          """))
        == """
        error[argument]: `sum` is none of `mean` and `max`
          m.gnn:11:16
          11 |   output y = A[sum](get_vertex(paper.x))
             |                ^^^
        """ + "\n")
}

@Test func aModuleOfAnotherKind() {
  #expect(
    messages(
      model(
        """
          output y = A[B](get_vertex(paper.x))
          output z = A[in_degree](get_vertex(paper.x))
        """,
        modules: """
          vertex module A[nn: vertex module] { forward(x) { return nn(x) } }
          layer B(edges, x) { return x }
          """))
        == """
        error[argument]: `nn` is a vertex module, not `B`
          m.gnn:10:16
           7 | vertex module A[nn: vertex module] { forward(x) { return nn(x) } }
             |                 -- declared here
            ...
          10 |   output y = A[B](get_vertex(paper.x))
             |                ^

        error[argument]: `nn` is a vertex module, not the function `in_degree`
          m.gnn:11:16
           7 | vertex module A[nn: vertex module] { forward(x) { return nn(x) } }
             |                 -- declared here
            ...
          11 |   output z = A[in_degree](get_vertex(paper.x))
             |                ^^^^^^^^^
        """ + "\n")
}

@Test func valuesGoToTheirNames() {
  #expect(
    messages(
      model(
        """
          x = get_vertex(paper.x)
          a = Linear[16, 8](x, x)
          b = Linear[16, 8](z: x)
          c = Linear[16, 8]()
          d = Linear[16, 8](x, x: x)
          e = Linear[16, 8](none)
          output y = Linear[16, 8](cites)
        """,
        modules: """
          vertex module Linear[inputs, outputs] {
            param weight: f32[outputs, inputs]
            forward(x: f32[inputs]) { return linear(x, weight) }
          }
          """))
        == """
        error[argument]: `Linear` takes one value
          m.gnn:13:24
           7 | vertex module Linear[inputs, outputs] {
             |               ------ declared here
            ...
          13 |   a = Linear[16, 8](x, x)
             |                        ^ one too many

        error[argument]: `Linear` takes no value `z`
          m.gnn:14:21
           7 | vertex module Linear[inputs, outputs] {
             |               ------ declared here
            ...
          14 |   b = Linear[16, 8](z: x)
             |                     ^
        help: it takes `x`

        error[argument]: `Linear` needs `x`
          m.gnn:15:7
           9 |   forward(x: f32[inputs]) { return linear(x, weight) }
             |           - declared here
            ...
          15 |   c = Linear[16, 8]()
             |       ^^^^^^^^^^^^^^^

        error[argument]: `x` of `Linear` is given twice
          m.gnn:16:24
          16 |   d = Linear[16, 8](x, x: x)
             |                        ^

        error[argument]: `x` of `Linear` cannot be `none`
          m.gnn:17:21
           9 |   forward(x: f32[inputs]) { return linear(x, weight) }
             |           - declared here
            ...
          17 |   e = Linear[16, 8](none)
             |                     ^^^^

        error[argument]: `x` is a computed value, not an edge set
          m.gnn:18:28
           9 |   forward(x: f32[inputs]) { return linear(x, weight) }
             |           - declared here
            ...
          18 |   output y = Linear[16, 8](cites)
             |                            ^^^^^
        """ + "\n")
}

@Test func namesAndValuesAreCounted() {
  #expect(
    messages(
      model(
        """
          x = get_vertex(paper.x)
          a, b = x
          c, d = transform(x, Three)
          e = transform(x, Three)
          output y = x
        """,
        modules: """
          vertex module Three { forward(x) { return x, x, x } }
          """))
        == """
        error[value]: 2 names for 1 value
          m.gnn:10:3
          10 |   a, b = x
             |   ^^^^^^^^

        error[value]: 2 names for 3 values
          m.gnn:11:3
          11 |   c, d = transform(x, Three)
             |   ^^^^^^^^^^^^^^^^^^^^^^^^^^

        error[value]: 3 values for one name
          m.gnn:12:7
          12 |   e = transform(x, Three)
             |       ^^^^^^^^^^^^^^^^^^^
        help: name each: `a, b = ...`
        """ + "\n")
}
