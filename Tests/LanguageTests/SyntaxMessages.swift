import Testing

@testable import Language

@Test func aStrayCharacterIsNamed() {
  #expect(
    messages(
      model(
        """
          x = 3 $ 4
          output y = x # note
        """))
        == """
        error[character]: `$` has no meaning here
          m.gnn:9:9
          9 |   x = 3 $ 4
            |         ^

        error[character]: `#` has no meaning here
          m.gnn:10:16
          10 |   output y = x # note
             |                ^
        help: a comment begins with `//`
        """ + "\n")
}

@Test func aTextWithoutItsClosingQuoteEndsWithTheLine() {
  #expect(
    messages(
      model(
        """
          s = "abc
          output y = get_vertex(paper.x)
        """))
        == """
        error[text]: a text has no closing quote on its line
          m.gnn:9:7
          9 |   s = "abc
            |       ^^^^ opened here
        """ + "\n")
}

@Test func aNumberThatRunsIntoANameIsNeither() {
  #expect(
    messages(
      model(
        """
          output y = get_vertex(paper.x) * 3px
        """))
        == """
        error[number]: `3px` is neither a number nor a name
          m.gnn:9:36
          9 |   output y = get_vertex(paper.x) * 3px
            |                                    ^^^
        """ + "\n")
}

@Test func aHugeNumberIsOutOfRange() {
  #expect(
    messages(
      model(
        """
          output y = get_vertex(paper.x) * 1e999
        """))
        == """
        error[number]: a number of 5 characters is out of range
          m.gnn:9:36
          9 |   output y = get_vertex(paper.x) * 1e999
            |                                    ^^^^^
        """ + "\n")
}

@Test func anOpenParenthesisIsShownWhereItOpens() {
  #expect(
    messages(
      model(
        """
          x = relu(get_vertex(paper.x)
          y = x +
          output y = x
        """))
        == """
        error[syntax]: `(` is never closed
          m.gnn:9:11
          9 |   x = relu(get_vertex(paper.x)
            |           ^ opened here

        error[syntax]: expected a value
          m.gnn:10:10
          10 |   y = x +
             |          ^ the line ends
        """ + "\n")
}

@Test func aMissingValueAtTheEndOfALine() {
  #expect(
    messages(
      model(
        """
          x = get_vertex(paper.x)
          output y = x + 
          z = x *
        """))
        == """
        error[syntax]: expected a value
          m.gnn:10:17
          10 |   output y = x + 
             |                 ^ the line ends

        error[syntax]: expected a value
          m.gnn:11:10
          11 |   z = x *
             |          ^ the line ends
        """ + "\n")
}

@Test func twoStatementsOnOneLine() {
  #expect(
    messages(
      model(
        """
          x = get_vertex(paper.x) y = x
          output y = x
        """))
        == """
        error[syntax]: expected the end of the statement, found `y`
          m.gnn:9:27
          9 |   x = get_vertex(paper.x) y = x
            |                           ^
        help: each statement has a line of its own, or ends with `;`
        """ + "\n")
}

@Test func aWordOfTheLanguageIsNoName() {
  #expect(
    messages(
      model(
        """
          layer = get_vertex(paper.x)
          output y = 1
        """))
        == """
        error[syntax]: `layer` is a word of the language and cannot be a name
          m.gnn:9:3
          9 |   layer = get_vertex(paper.x)
            |   ^^^^^
        help: for example `layer_`
        """ + "\n")
}

@Test func aValueThatIsDropped() {
  #expect(
    messages(
      model(
        """
          x = get_vertex(paper.x)
          relu(x)
          output y = x
        """))
        == """
        error[syntax]: this value is computed and dropped
          m.gnn:10:3
          10 |   relu(x)
             |   ^^^^^^^
        help: give it a name: `y = ...`
        """ + "\n")
}

@Test func aLineCannotBeginWithAnOperator() {
  #expect(
    messages(
      model(
        """
          x = get_vertex(paper.x)
            + 1
          output y = x
        """))
        == """
        error[syntax]: a line cannot begin with `+`
          m.gnn:10:5
          10 |     + 1
             |     ^
        help: a statement goes on after an operator at the end of a line, or inside parentheses
        """ + "\n")
}

@Test func comparisonsAreNotChained() {
  #expect(
    messages(
      model(
        """
          output y = where(1 < 2 < 3, 1, 2)
        """))
        == """
        error[syntax]: comparisons cannot be chained
          m.gnn:9:26
          9 |   output y = where(1 < 2 < 3, 1, 2)
            |                          ^
        help: write `a < b and b < c`
        """ + "\n")
}

@Test func anIfThatGivesAValueHasTwoBranches() {
  #expect(
    messages(
      model(
        """
          x = if true { 1 }
          output y = get_vertex(paper.x)
        """))
        == """
        error[syntax]: expected `else` after the first branch of an `if` that gives a value
          m.gnn:9:20
          9 |   x = if true { 1 }
            |                    ^ the line ends
        """ + "\n")
}

@Test func aModuleWithoutForward() {
  #expect(
    messages(
      model(
        """
          output y = get_vertex(paper.x)
        """,
        modules: """
          vertex module A[n] { param w: f32[n] }
          """))
        == """
        error[syntax]: `A` has no `forward`
          m.gnn:7:15
          7 | vertex module A[n] { param w: f32[n] }
            |               ^
        help: add `forward(x) { return x }`
        """ + "\n")
}

@Test func aModuleWithTwoForwards() {
  #expect(
    messages(
      model(
        """
          output y = get_vertex(paper.x)
        """,
        modules: """
          vertex module A {
            forward(x) { return x }
            forward(x) { return x }
          }
          """))
        == """
        error[syntax]: a module has one `forward`
          m.gnn:9:3
          9 |   forward(x) { return x }
            |   ^^^^^^^
        """ + "\n")
}

@Test func anUnknownItemIsNamed() {
  #expect(
    messages(
      """
      modle { }
      graph { vertex paper { x: f32 } }
      model { output y = get_vertex(paper.x) }

      """)
        == """
        error[syntax]: expected an item, found `modle`
          m.gnn:1:1
          1 | modle { }
            | ^^^^^
        help: a file holds `use`, `graph`, `vertex module`, `message module`, `layer` and `model`
        """ + "\n")
}

@Test func severalSyntaxErrorsInOneGo() {
  #expect(
    messages(
      """
      graph {
        vertx paper
        edge cites paper -> paper
      }
      model {
        output = 3
        repeat { }
      }

      """)
        == """
        error[syntax]: expected `vertex` or `edge`
          m.gnn:2:3
          2 |   vertx paper
            |   ^^^^^ found `vertx`

        error[syntax]: expected `:` and the two vertex types after the edge type's name
          m.gnn:3:14
          3 |   edge cites paper -> paper
            |              ^^^^^ found `paper`

        error[syntax]: expected the output's name
          m.gnn:6:10
          6 |   output = 3
            |          ^ found `=`

        error[syntax]: expected a value
          m.gnn:7:10
          7 |   repeat { }
            |          ^ found `{`
        """ + "\n")
}

@Test func anOpenBraceIsShownWhereItOpens() {
  #expect(
    messages(
      """
      graph { vertex paper { x: f32 } }
      model {
        output y = get_vertex(paper.x)

      """)
        == """
        error[syntax]: `{` is never closed
          m.gnn:2:7
          2 | model {
            |       ^ opened here
        """ + "\n")
}

@Test func aHoleThatIsNeverClosed() {
  #expect(
    messages(
      model(
        """
          output y = transform(get_vertex(paper.x), A at "a.{i")
        """,
        modules: """
          vertex module A { forward(x) { return x } }
          """))
        == """
        error[syntax]: `{` is never closed in this text
          m.gnn:9:53
          9 |   output y = transform(get_vertex(paper.x), A at "a.{i")
            |                                                     ^
        help: a brace itself is written `{{` or `}}`
        """ + "\n")
}

@Test func aKindThatDoesNotExist() {
  #expect(
    messages(
      model(
        """
          output y = get_vertex(paper.x)
        """,
        modules: """
          vertex module A[n: integer] { forward(x) { return x } }
          """))
        == """
        error[syntax]: expected a kind (`size`, `bool`, `number`, `text`, `one of ...`, `vertex module`, `message module` or `layer`)
          m.gnn:7:20
          7 | vertex module A[n: integer] { forward(x) { return x } }
            |                    ^^^^^^^ found `integer`
        """ + "\n")
}

@Test func nestingHasALimit() {
  #expect(
    messages(
      model(
        """
          output y = ((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((1))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))
        """))
        == """
        error[syntax]: more than 100 levels of nesting
          m.gnn:9:113
          9 | (((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((1))))))))))))))))))))))))))))
            |                                         ^
        help: give parts of it names of their own
        """ + "\n")
}

@Test func aLongChainOfOperatorsIsTooDeep() {
  #expect(
    messages(
      model(
        """
          output y = get_vertex(paper.x) + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1
        """))
        == """
        error[syntax]: more than 100 levels of nesting
          m.gnn:9:14
          9 |   output y = get_vertex(paper.x) + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1
            |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        help: give parts of it names of their own
        """ + "\n")
}
