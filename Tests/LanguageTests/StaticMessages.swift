import Testing

@testable import Language

@Test func conditionsAreStatic() {
  #expect(
    messages(
      model(
        """
          x = get_vertex(paper.x)
          if x > 0 { h = x }
          output y = h
          output z = if sum(x) { x } else { x }
        """))
        == """
        error[static]: a condition is `true` or `false` before the model runs, not a computed value
          m.gnn:10:6
          10 |   if x > 0 { h = x }
             |      ^^^^^
        help: `where(condition, a, b)` decides for each vertex or edge

        error[static]: a condition is `true` or `false` before the model runs, not a computed value
          m.gnn:12:17
          12 |   output z = if sum(x) { x } else { x }
             |                 ^^^^^^
        help: `where(condition, a, b)` decides for each vertex or edge
        """ + "\n")
}

@Test func repetitionIsStatic() {
  #expect(
    messages(
      model(
        """
          x = get_vertex(paper.x)
          repeat x { x = x + 1 }
          repeat -1 { x = x + 1 }
          k = for i in 3 collect i
          l = 3 ..< 1
          output y = x
        """))
        == """
        error[static]: `repeat` takes a whole number, not a computed value
          m.gnn:10:10
          10 |   repeat x { x = x + 1 }
             |          ^

        error[static]: `repeat` takes a whole number, not the whole number -1
          m.gnn:11:10
          11 |   repeat -1 { x = x + 1 }
             |          ^^

        error[static]: `for` runs over a list, not the whole number 3
          m.gnn:12:16
          12 |   k = for i in 3 collect i
             |                ^
        help: `0 ..< 4` is the list of 0, 1, 2, 3

        error[static]: there is no range from 3 up to 1
          m.gnn:13:7
          13 |   l = 3 ..< 1
             |       ^^^^^^^
        """ + "\n")
}

@Test func numbersHaveLimits() {
  #expect(
    messages(
      model(
        """
          a = 9000000000000000000 * 3
          b = 1 / 0
          c = zeros[7 / 2]
          d = [1, 2][5]
          e = 1 and true
          output y = get_vertex(paper.x)
        """))
        == """
        error[static]: the number is too large
          m.gnn:9:7
          9 |   a = 9000000000000000000 * 3
            |       ^^^^^^^^^^^^^^^^^^^^^^^

        error[static]: division by zero
          m.gnn:10:7
          10 |   b = 1 / 0
             |       ^^^^^

        error[static]: a size is a whole number, not the number 3.5
          m.gnn:11:13
          11 |   c = zeros[7 / 2]
             |             ^^^^^

        error[shape]: there is no element 5 of 2
          m.gnn:12:14
          12 |   d = [1, 2][5]
             |              ^

        error[value]: `and` has no meaning for the whole number 1 and `true`
          m.gnn:13:9
          13 |   e = 1 and true
             |         ^^^
        """ + "\n")
}

@Test func aRequirementIsShownAtTheUse() {
  #expect(
    messages(
      model(
        """
          output y = Heads[16, 3](get_vertex(paper.x))
        """,
        modules: """
          vertex module Heads[width, heads] {
            require width % heads == 0, "{heads} heads do not divide {width}"
            forward(x) { return reshape(x, [heads, width / heads]) }
          }
          """))
        == """
        error[requirement]: 3 heads do not divide 16
          m.gnn:12:14
           8 |   require width % heads == 0, "{heads} heads do not divide {width}"
             |   ----------------------------------------------------------------- required here
            ...
          12 |   output y = Heads[16, 3](get_vertex(paper.x))
             |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        """ + "\n")
}

@Test func functionsAreCalledAsTheyAre() {
  #expect(
    messages(
      model(
        """
          x = get_vertex(paper.x)
          a = relu(x, x)
          b = sum(x, axes: 1)
          c = leaky_relu(x, slope: x)
          d = concat()
          e = relu(cites)
          f = where(x > 0, 1)
          output y = x(3)
        """))
        == """
        error[argument]: `relu` is not used like this
          m.gnn:10:15
          10 |   a = relu(x, x)
             |               ^
        help: `relu(x)`

        error[argument]: `sum` takes no `axes`
          m.gnn:11:14
          11 |   b = sum(x, axes: 1)
             |              ^^^^
        help: the nearest name is `axis`

        error[value]: `leaky_relu` takes a static number here, not a computed value
          m.gnn:12:28
          12 |   c = leaky_relu(x, slope: x)
             |                            ^

        error[value]: `concat` of nothing
          m.gnn:13:7
          13 |   d = concat()
             |       ^^^^^^^^

        error[value]: `relu` takes a value here, not an edge set
          m.gnn:14:12
          14 |   e = relu(cites)
             |            ^^^^^

        error[argument]: `where` is not used like this
          m.gnn:15:7
          15 |   f = where(x > 0, 1)
             |       ^^^^^^^^^^^^^^^
        help: `where(condition, yes, no)`

        error[value]: a computed value cannot be called
          m.gnn:16:14
          16 |   output y = x(3)
             |              ^
        """ + "\n")
}

@Test func modulesCannotUseThemselvesWithoutEnd() {
  #expect(
    messages(
      model(
        """
          output y = A(get_vertex(paper.x))
        """,
        modules: """
          vertex module A { forward(x) { return A(x) } }
          """))
        == """
        error[module]: more than 40 modules use each other, down to `A`
          m.gnn:7:39
          7 | vertex module A { forward(x) { return A(x) } }
            |                                       ^^^^
           ...
          9 |   output y = A(get_vertex(paper.x))
            |              ---------------------- in this use of `A`
        help: a module cannot use itself without end
        """ + "\n")
}

@Test func oneWeightHasOneShape() {
  #expect(
    messages(
      model(
        """
          x = get_vertex(paper.x)
          a = transform(x, Linear[16, 8] at "lin")
          output y = transform(x, Linear[16, 4] at "lin")
        """,
        modules: """
          vertex module Linear[inputs, outputs] {
            param weight: f32[outputs, inputs]
            forward(x: f32[inputs]) { return linear(x, weight) }
          }
          """))
        == """
        error[key]: `lin.weight` is asked for as f32[4, 16], and elsewhere as f32[8, 16]
          m.gnn:8:9
           8 |   param weight: f32[outputs, inputs]
             |         ^^^^^^
            ...
          13 |   a = transform(x, Linear[16, 8] at "lin")
             |       ------------------------------------ elsewhere
          14 |   output y = transform(x, Linear[16, 4] at "lin")
             |              ------------------------------------ in this use of `Linear`
        help: two uses of one weight agree; two weights have different prefixes
        """ + "\n")
}

@Test func aPrefixBelongsToAModule() {
  #expect(
    messages(
      model(
        """
          x = get_vertex(paper.x) at "x"
          output y = relu(x) at "p"
        """))
        == """
        error[key]: `at` belongs to a module or layer, not to the function `get_vertex`
          m.gnn:9:7
          9 |   x = get_vertex(paper.x) at "x"
            |       ^^^^^^^^^^^^^^^^^^^^^^^^^^

        error[key]: `at` belongs to a module or layer, not to the function `relu`
          m.gnn:10:14
          10 |   output y = relu(x) at "p"
             |              ^^^^^^^^^^^^^^
        """ + "\n")
}

@Test func aTypesNameNeedsAType() {
  #expect(
    messages(
      model(
        """
          output y = get_vertex(paper.x) + transform(zeros[16], B)
        """,
        modules: """
          vertex module B {
            param bias: f32[16] at "bias.{vertex}"
            forward(x) { return x + bias }
          }
          """))
        == """
        error[key]: there is no one vertex type here that `{vertex}` could mean
          m.gnn:8:33
           8 |   param bias: f32[16] at "bias.{vertex}"
             |                                 ^^^^^^
            ...
          12 |   output y = get_vertex(paper.x) + transform(zeros[16], B)
             |                                    ----------------------- in this use of `B`
        """ + "\n")
}

@Test func classesOfEdgesAndValuesOfTheWholeGraphAreAskedForInFull() {
  #expect(
    messages(
      model(
        """
          x = get_vertex(paper.x)
          b = graph.median(x)
          c = message_passing(cites, By, h: x)
          d = graph.mean(3)
          output y = F(x)
        """,
        modules: """
          message module By { forward(source h) { return incoming.mean(h, by: h) } }
          vertex module F { param w: f32[count(paper), count(paper)]; forward(x) { return x * w } }
          """))
        == """
        error[name]: `graph` has no `median`
          m.gnn:11:13
          11 |   b = graph.median(x)
             |             ^^^^^^
        help: the nearest is `graph.mean`

        error[argument]: a row for each class of edges needs the class of each, and how many there are
          m.gnn:7:48
           7 | message module By { forward(source h) { return incoming.mean(h, by: h) } }
             |                                                ^^^^^^^^^^^^^^^^^^^^^^^
            ...
          12 |   c = message_passing(cites, By, h: x)
             |       -------------------------------- in this use of `By`
        help: `incoming.mean(x, by: relation, of: 8)`

        error[value]: `graph.mean` takes a value over vertices or edges, not the whole number 3
          m.gnn:13:18
          13 |   d = graph.mean(3)
             |                  ^

        error[type]: only one dimension of a weight may count vertices
          m.gnn:8:46
           8 | vertex module F { param w: f32[count(paper), count(paper)]; forward(x) { return x * w } }
             |                                              ^^^^^^^^^^^^
            ...
          14 |   output y = F(x)
             |              ---- in this use of `F`
        """ + "\n")
}

@Test func theClassOfAnEdgeIsAWholeNumberOnIt() {
  #expect(
    messages(
      model(
        """
          output y = message_passing(cites, By, h: get_vertex(paper.x))
        """,
        modules: """
          message module By { forward(source h) { return incoming.mean(h, by: h, of: 3) } }
          """))
        == """
        error[value]: the class of an edge is one whole number (`i32` or `i64`) on the edge, not a computed value
          m.gnn:7:69
          7 | message module By { forward(source h) { return incoming.mean(h, by: h, of: 3) } }
            |                                                                     ^
           ...
          9 |   output y = message_passing(cites, By, h: get_vertex(paper.x))
            |              -------------------------------------------------- in this use of `By`
        help: an integer feature of the edges, taken in the role `edge`
        """ + "\n")
}

@Test func aModelHasAnOutput() {
  #expect(
    messages(
      model(
        """
          x = get_vertex(paper.x)
        """))
        == """
        error[output]: the model has no output
          m.gnn:8:1
          8 | model {
            | ^^^^^
        help: add `output y = ...`
        """ + "\n")
}

@Test func twoOutputsOfOneName() {
  #expect(
    messages(
      model(
        """
          output y = get_vertex(paper.x)
          output y = get_vertex(paper.x)
        """))
        == """
        error[output]: two outputs are called `y`
          m.gnn:10:10
           9 |   output y = get_vertex(paper.x)
             |          - first here
          10 |   output y = get_vertex(paper.x)
             |          ^
        """ + "\n")
}

@Test func aModuleReturns() {
  #expect(
    messages(
      model(
        """
          output y = A(get_vertex(paper.x))
        """,
        modules: """
          vertex module A { forward(x) { y = x } }
          """))
        == """
        error[value]: `A` does not return anything
          m.gnn:7:15
          7 | vertex module A { forward(x) { y = x } }
            |               ^
           ...
          9 |   output y = A(get_vertex(paper.x))
            |              ---------------------- in this use of `A`
        """ + "\n")
}
