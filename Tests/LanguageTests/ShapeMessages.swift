import Testing

@testable import Language

@Test func widthsThatDifferAreShownWhereTheyComeFrom() {
  #expect(
    messages(
      model(
        """
          x = get_vertex(paper.x)
          h = transform(x, Linear[16, 8])
          skip = 2 * x
          output y = h + skip
        """,
        modules: """
          vertex module Linear[inputs, outputs] {
            param weight: f32[outputs, inputs]
            forward(x: f32[inputs]) { return linear(x, weight) }
          }
          """))
        == """
        error[shape]: widths differ: 8 and 16
          m.gnn:15:16
          13 |   h = transform(x, Linear[16, 8])
             |       --------------------------- 8 wide, from here
          14 |   skip = 2 * x
             |          ----- 16 wide, from here
          15 |   output y = h + skip
             |                ^ both sides need one width
        """ + "\n")
}

@Test func shapesOfSeveralAxesThatDiffer() {
  #expect(
    messages(
      model(
        """
          x = reshape(get_vertex(paper.x), [2, 8])
          output y = x * zeros[3, 8]
        """))
        == """
        error[shape]: shapes differ: [2, 8] and [3, 8]
          m.gnn:10:16
           9 |   x = reshape(get_vertex(paper.x), [2, 8])
             |       ------------------------------------ [2, 8], from here
          10 |   output y = x * zeros[3, 8]
             |                ^ both sides need one shape
             |                  ----------- [3, 8], from here
        """ + "\n")
}

@Test func aWeightThatDoesNotFit() {
  #expect(
    messages(
      model(
        """
          x = get_vertex(paper.x)
          output y = linear(x, zeros[4, 8])
        """))
        == """
        error[shape]: a weight of [4, 8] does not fit a value that is 16 wide
          m.gnn:10:14
           9 |   x = get_vertex(paper.x)
             |       ------------------- 16 wide, from here
          10 |   output y = linear(x, zeros[4, 8])
             |              ^^^^^^^^^^^^^^^^^^^^^^
             |                        ----------- [4, 8], from here
        help: a weight is [outputs, inputs], and the value's last axis is `inputs` wide
        """ + "\n")
}

@Test func aMatrixThatDoesNotFit() {
  #expect(
    messages(
      model(
        """
          x = get_vertex(paper.x)
          output y = x @ zeros[8, 4]
        """))
        == """
        error[shape]: a matrix of [8, 4] does not fit a row that is 16 wide
          m.gnn:10:16
           9 |   x = get_vertex(paper.x)
             |       ------------------- 16 wide, from here
          10 |   output y = x @ zeros[8, 4]
             |                ^
             |                  ----------- [8, 4], from here
        help: `x @ w` takes x [..., k] and w [..., k, n]
        """ + "\n")
}

@Test func anArgumentOfAnotherWidthIsShownAtTheUse() {
  #expect(
    messages(
      model(
        """
          x = get_vertex(paper.x)
          output y = transform(x, Linear[32, 8])
        """,
        modules: """
          vertex module Linear[inputs, outputs] {
            param weight: f32[outputs, inputs]
            forward(x: f32[inputs]) { return linear(x, weight) }
          }
          """))
        == """
        error[shape]: `x` of `Linear` is 32 wide, and this is 16 wide
          m.gnn:13:24
           9 |   forward(x: f32[inputs]) { return linear(x, weight) }
             |           - declared here
            ...
          12 |   x = get_vertex(paper.x)
             |       ------------------- 16 wide, from here
          13 |   output y = transform(x, Linear[32, 8])
             |                        ^
        """ + "\n")
}

@Test func oneWrongSizeIsOneMessage() {
  #expect(
    messages(
      model(
        """
          x = get_vertex(paper.x)
          output y = message_passing(cites, Mean[8], h: x, t: x)
        """,
        modules: """
          message module Mean[width] {
            forward(source h: f32[width], target t: f32[width], edge w: f32 = none) {
              return incoming.mean(if w is none { h } else { h * w }) + t
            }
          }
          """))
        == """
        error[shape]: `h` of `Mean` is 8 wide, and this is 16 wide
          m.gnn:14:49
           8 |   forward(source h: f32[width], target t: f32[width], edge w: f32 = none) {
             |                  - declared here
            ...
          13 |   x = get_vertex(paper.x)
             |       ------------------- 16 wide, from here
          14 |   output y = message_passing(cites, Mean[8], h: x, t: x)
             |                                                 ^
        """ + "\n")
}

@Test func partsToConcatenateDifferElsewhere() {
  #expect(
    messages(
      model(
        """
          x = reshape(get_vertex(paper.x), [2, 8])
          output y = concat(x, zeros[3, 4], axis: -1)
        """))
        == """
        error[shape]: shapes differ outside axis 1: [2, 8] and [3, 4]
          m.gnn:10:14
           9 |   x = reshape(get_vertex(paper.x), [2, 8])
             |       ------------------------------------ [2, 8], from here
          10 |   output y = concat(x, zeros[3, 4], axis: -1)
             |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
             |                        ----------- [3, 4], from here
        """ + "\n")
}

@Test func aReshapeKeepsTheCount() {
  #expect(
    messages(
      model(
        """
          output y = reshape(get_vertex(paper.x), [3, -1])
          output z = reshape(get_vertex(paper.x), [3, 5])
        """))
        == """
        error[shape]: 16 wide cannot become [3, -1]: there are 16 numbers
          m.gnn:9:14
          9 |   output y = reshape(get_vertex(paper.x), [3, -1])
            |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            |                      ------------------- 16 wide, from here

        error[shape]: 16 wide cannot become [3, 5]: there are 16 numbers
          m.gnn:10:14
          10 |   output z = reshape(get_vertex(paper.x), [3, 5])
             |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
             |                      ------------------- 16 wide, from here
        """ + "\n")
}

@Test func anAxisThatIsNotThere() {
  #expect(
    messages(
      model(
        """
          output y = sum(get_vertex(paper.x), axis: 1)
          output z = transpose(get_vertex(paper.x))
        """))
        == """
        error[shape]: there is no axis 1 in [16]
          m.gnn:9:45
          9 |   output y = sum(get_vertex(paper.x), axis: 1)
            |                                             ^

        error[shape]: there is no axis -2 in [16]
          m.gnn:10:14
          10 |   output z = transpose(get_vertex(paper.x))
             |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        """ + "\n")
}

@Test func anIndexOutside() {
  #expect(
    messages(
      model(
        """
          x = get_vertex(paper.x)
          output y = x[16]
          output z = x[0, 1]
        """))
        == """
        error[shape]: there is no element 16 of 16
          m.gnn:10:16
          10 |   output y = x[16]
             |                ^^

        error[shape]: 2 indices for [16]
          m.gnn:11:14
           9 |   x = get_vertex(paper.x)
             |       ------------------- 16 wide, from here
            ...
          11 |   output z = x[0, 1]
             |              ^^^^^^^
        """ + "\n")
}

@Test func aBroadcastThatDoesNotFit() {
  #expect(
    messages(
      model(
        """
          output y = broadcast(get_vertex(paper.x), [4, 8])
          output z = permute(get_vertex(paper.x), [1, 0])
        """))
        == """
        error[shape]: 16 wide does not broadcast to [4, 8]
          m.gnn:9:14
          9 |   output y = broadcast(get_vertex(paper.x), [4, 8])
            |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            |                        ------------------- 16 wide, from here

        error[shape]: [1, 0] is no order of the axes of [16]
          m.gnn:10:43
          10 |   output z = permute(get_vertex(paper.x), [1, 0])
             |                                           ^^^^^^
        """ + "\n")
}

@Test func wholeNumbersAreNotComputedWith() {
  #expect(
    messages(
      model(
        """
          k = get_edge(cites.kind)
          output y = k + 1
          output z = relu(k)
          output c = k == 1
        """))
        == """
        error[type]: this takes `f32`, not `i64`
          m.gnn:10:16
          10 |   output y = k + 1
             |                ^

        error[type]: this takes `f32`, not `i64`
          m.gnn:11:19
          11 |   output z = relu(k)
             |                   ^
        """ + "\n")
}

@Test func aConditionOfWhereIsBoolean() {
  #expect(
    messages(
      model(
        """
          x = get_vertex(paper.x)
          output y = where(x, 1, 0)
          output z = relu(x > 0)
        """))
        == """
        error[type]: a condition is `bool`, not `f32`
          m.gnn:10:14
          10 |   output y = where(x, 1, 0)
             |              ^^^^^^^^^^^^^^
        help: compare it: `x > 0`

        error[type]: this takes `f32`, not `bool`
          m.gnn:11:19
          11 |   output z = relu(x > 0)
             |                   ^^^^^
        help: `where(condition, 1, 0)` makes numbers of it
        """ + "\n")
}

@Test func aRowHasALimit() {
  #expect(
    messages(
      model(
        """
          output y = get_vertex(paper.x) + zeros[1000000, 1000000, 1000000]
        """))
        == """
        error[limit]: a row of 1000000 x 1000000 x 1000000 numbers is too large
          m.gnn:9:36
          9 |   output y = get_vertex(paper.x) + zeros[1000000, 1000000, 1000000]
            |                                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        help: a row holds at most 2^31 numbers
        """ + "\n")
}

@Test func aWrongMistakeDoesNotSpread() {
  #expect(
    messages(
      model(
        """
          x = get_vertex(paper.x)
          a = x + zeros[3]
          b = relu(a) * 2
          c, d = transform(b, Linear[3, 4])
          output y = concat(c, d)
        """,
        modules: """
          vertex module Linear[inputs, outputs] {
            param weight: f32[outputs, inputs]
            forward(x: f32[inputs]) { return linear(x, weight) }
          }
          """))
        == """
        error[shape]: widths differ: 16 and 3
          m.gnn:13:9
          12 |   x = get_vertex(paper.x)
             |       ------------------- 16 wide, from here
          13 |   a = x + zeros[3]
             |         ^ both sides need one width
             |           -------- 3 wide, from here
        """ + "\n")
}
