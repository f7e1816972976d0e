import Testing

@testable import Language

@Test func unknownNamesOfferTheNearest() {
  #expect(
    messages(
      model(
        """
          x = get_vertex(paper.x)
          h = relo(x)
          output y = h + xx + heads
        """))
        == """
        error[name]: nothing is called `relo`
          m.gnn:10:7
          10 |   h = relo(x)
             |       ^^^^
        help: the nearest name is `relu`

        error[name]: nothing is called `xx`
          m.gnn:11:18
          11 |   output y = h + xx + heads
             |                  ^^
        help: the nearest name is `x`

        error[name]: nothing is called `heads`
          m.gnn:11:23
          11 |   output y = h + xx + heads
             |                       ^^^^^
        """ + "\n")
}

@Test func anUnknownModuleAsksForUse() {
  #expect(
    messages(
      model(
        """
          output y = GATConv[16, 8](cites, get_vertex(paper.x))
        """))
        == """
        error[name]: no module or layer is called `GATConv`
          m.gnn:9:14
          9 |   output y = GATConv[16, 8](cites, get_vertex(paper.x))
            |              ^^^^^^^
        help: a layer of the library is brought in by `use GATConv`
        """ + "\n")
}

@Test func aNearModuleIsOffered() {
  #expect(
    messages(
      model(
        """
          output y = Lineer[16](get_vertex(paper.x))
        """,
        modules: """
          vertex module Linear[n] { forward(x) { return x } }
          """))
        == """
        error[name]: no module or layer is called `Lineer`
          m.gnn:9:14
          9 |   output y = Lineer[16](get_vertex(paper.x))
            |              ^^^^^^
        help: the nearest name is `Linear`
        """ + "\n")
}

@Test func anUnknownLibraryLayer() {
  #expect(
    messages(
      """
      use GATKonv
      use "other.gnn"

      """)
        == """
        error[name]: the library has no `GATKonv`
          m.gnn:1:1
          1 | use GATKonv
            | ^^^^^^^^^^^
        help: a file of your own is used by its path: `use "GATKonv.gnn"`

        error[name]: cannot read `other.gnn`
          m.gnn:2:1
          2 | use "other.gnn"
            | ^^^^^^^^^^^^^^^
        """ + "\n")
}

@Test func aModelWithoutGraph() {
  #expect(
    messages(
      """
      vertex module A { forward(x) { return x } }

      """)
        == """
        error[name]: there is no `graph { ... }`
          m.gnn
        help: declare the vertex and edge types: `graph { vertex paper { x: f32[16] } }`

        error[name]: there is no `model { ... }`
          m.gnn
        help: a model gives at least one output: `model { output y = ... }`
        """ + "\n")
}

@Test func aModuleDeclaredTwice() {
  #expect(
    messages(
      model(
        """
          output y = get_vertex(paper.x)
        """,
        modules: """
          vertex module A { forward(x) { return x } }
          vertex module A { forward(x) { return x } }
          """))
        == """
        error[name]: `A` is declared twice
          m.gnn:8:15
          7 | vertex module A { forward(x) { return x } }
            |               - first here
          8 | vertex module A { forward(x) { return x } }
            |               ^ again here
        """ + "\n")
}

@Test func twoModels() {
  #expect(
    messages(
      """
      graph { vertex paper { x: f32 } }
      model { output y = get_vertex(paper.x) }
      model { output y = get_vertex(paper.x) }

      """)
        == """
        error[name]: a text has one `model`
          m.gnn:3:1
          2 | model { output y = get_vertex(paper.x) }
            | ----- first here
          3 | model { output y = get_vertex(paper.x) }
            | ^^^^^ again here
        """ + "\n")
}

@Test func twoFeaturesOfOneName() {
  #expect(
    messages(
      """
      graph {
        vertex paper { x: f32, x: f32[3] }
        vertex paper
        edge cites: paper -> papre
      }
      model { output y = get_vertex(paper.x) }

      """)
        == """
        error[name]: `paper` is declared twice
          m.gnn:3:10
          2 |   vertex paper { x: f32, x: f32[3] }
            |          ----- first here
          3 |   vertex paper
            |          ^^^^^ again here

        error[name]: `x` is declared twice
          m.gnn:2:26
          2 |   vertex paper { x: f32, x: f32[3] }
            |                          ^ again here
            |                  - first here

        error[name]: nothing is called `papre`
          m.gnn:4:24
          4 |   edge cites: paper -> papre
            |                        ^^^^^
        help: the nearest name is `paper`
        """ + "\n")
}

@Test func aMessageModulesValueNeedsARole() {
  #expect(
    messages(
      model(
        """
          output y = get_vertex(paper.x)
        """,
        modules: """
          message module A { forward(h, e: edge f32) { return incoming.sum(h * e) } }
          """))
        == """
        error[name]: `h` needs a role in a message module
          m.gnn:7:28
          7 | message module A { forward(h, e: edge f32) { return incoming.sum(h * e) } }
            |                            ^
        help: write `source h`, `target h` or `edge h`
        """ + "\n")
}

@Test func aVertexModulesValueHasNoRole() {
  #expect(
    messages(
      model(
        """
          output y = get_vertex(paper.x)
        """,
        modules: """
          vertex module A { forward(source h) { return h } }
          """))
        == """
        error[name]: `h` cannot have the role `source` here
          m.gnn:7:34
          7 | vertex module A { forward(source h) { return h } }
            |                                  ^
        help: a vertex module sees one vertex, or one edge, at a time; roles belong to message modules and layers
        """ + "\n")
}

@Test func outputsBelongToTheModel() {
  #expect(
    messages(
      model(
        """
          param w: f32
          return 3
        """,
        modules: """
          vertex module A { forward(h) { output y = h } }
          """))
        == """
        error[name]: `output y` stands outside the model
          m.gnn:7:39
          7 | vertex module A { forward(h) { output y = h } }
            |                                       ^
        help: use `return` here

        error[name]: `param w` stands outside a module or layer
          m.gnn:9:9
          9 |   param w: f32
            |         ^
        help: put it into a vertex module, which `transform` uses

        error[name]: a model does not return
          m.gnn:10:3
          10 |   return 3
             |   ^^^^^^^^
        help: write `output name = ...`
        """ + "\n")
}

@Test func anUnknownFeatureOffersTheNearest() {
  #expect(
    messages(
      model(
        """
          w = get_edge(cites.wieght)
          output y = get_vertex(paper.features)
        """))
        == """
        error[name]: `cites` has no feature `wieght`
          m.gnn:9:22
          9 |   w = get_edge(cites.wieght)
            |                      ^^^^^^
        help: the nearest name is `weight`

        error[name]: `paper` has no feature `features`
          m.gnn:10:31
          10 |   output y = get_vertex(paper.features)
             |                               ^^^^^^^^
        help: it has `x`
        """ + "\n")
}

@Test func aNameThatIsSetLaterIsNotSetYet() {
  #expect(
    messages(
      model(
        """
          a = b + 1
          b = get_vertex(paper.x)
          if false { c = b }
          output y = c
        """))
        == """
        error[name]: `b` is not set here
          m.gnn:9:7
          9 |   a = b + 1
            |       ^
        help: it gets its value later, or only in a branch that is not taken

        error[name]: `c` is not set here
          m.gnn:12:14
          12 |   output y = c
             |              ^
        help: it gets its value later, or only in a branch that is not taken
        """ + "\n")
}

@Test func anUnknownTypeOfNumbers() {
  #expect(
    messages(
      """
      graph { vertex paper { x: float[3] } }
      model { output y = get_vertex(paper.x) }

      """)
        == """
        error[type]: there is no type `float`
          m.gnn:1:27
          1 | graph { vertex paper { x: float[3] } }
            |                           ^^^^^
        help: a type is `f32`, `i32`, `i64` or `bool`, with sizes in brackets
        """ + "\n")
}

@Test func anotherFilesModelIsNotUsed() {
  #expect(
    messages(
      """
      use "part.gnn"
      graph { vertex paper { x: f32 } }
      model { output y = get_vertex(paper.x) }

      """,
      library: [
        "part.gnn": """
        model { output y = 1 }

        """
      ])
        == """
        error[name]: a text that is used holds no `model`
          part.gnn:1:1
          1 | model { output y = 1 }
            | ^^^^^
        """ + "\n")
}

@Test func aLibraryTextThatDoesNotDeclareItsLayer() {
  #expect(
    messages(
      """
      use Foo
      graph { vertex paper { x: f32 } }
      model { output y = get_vertex(paper.x) }

      """,
      library: [
        "Foo": """
        layer Bar(edges, x) { return x }

        """
      ])
        == """
        error[name]: the library's text for `Foo` does not declare it
          m.gnn:1:1
          1 | use Foo
            | ^^^^^^^
        """ + "\n")
}
