import Testing

@testable import Language

@Test func aLayersArgumentIsShownAtTheUse() {
  #expect(
    messages(
      """
      use Conv
      graph { vertex paper { x: f32[16] } edge cites: paper -> paper }
      model {
        x = get_vertex(paper.x)
        output y = Conv[32, 8](cites, x) at "conv1"
      }

      """,
      library: [
        "Conv": """
        layer Conv[inputs, outputs, heads = 1](edges, x: f32[inputs], target y = x) {
          param weight: f32[outputs, inputs] at "lin.weight"
          require outputs % heads == 0, "{heads} heads do not divide {outputs} outputs"
          return linear(message_passing(with_self_loops(edges), Sum, h: x), weight) + y[:1]
        }
        message module Sum { forward(source h) { return incoming.sum(h) } }

        """
      ])
        == """
        error[shape]: `x` of `Conv` is 32 wide, and this is 16 wide
          m.gnn:5:33
          4 |   x = get_vertex(paper.x)
            |       ------------------- 16 wide, from here
          5 |   output y = Conv[32, 8](cites, x) at "conv1"
            |                                 ^
          library/Conv.gnn:1:47
          1 | layer Conv[inputs, outputs, heads = 1](edges, x: f32[inputs], target y = x) {
            |                                               - declared here
        """ + "\n")
}

@Test func aMistakeFoundInALayerPointsAtTheUseToo() {
  #expect(
    messages(
      """
      use Conv
      graph {
        vertex paper { x: f32[16] }
        vertex author { x: f32[8] }
        edge writes: author -> paper
      }
      model {
        output y = Conv[8, 8](writes, get_vertex(author.x), get_vertex(paper.x)) at "conv1"
      }

      """,
      library: [
        "Conv": """
        layer Conv[inputs, outputs, heads = 1](edges, x: f32[inputs], target y = x) {
          param weight: f32[outputs, inputs] at "lin.weight"
          require outputs % heads == 0, "{heads} heads do not divide {outputs} outputs"
          return linear(message_passing(with_self_loops(edges), Sum, h: x), weight) + y[:1]
        }
        message module Sum { forward(source h) { return incoming.sum(h) } }

        """
      ])
        == """
        error[space]: `with_self_loops` needs edges between vertices of one type
          library/Conv.gnn:4:33
          4 |   return linear(message_passing(with_self_loops(edges), Sum, h: x), weight) + y[:1]
            |                                 ^^^^^^^^^^^^^^^^^^^^^^ `writes` goes from `author` to `paper`
          m.gnn:8:14
          8 |   output y = Conv[8, 8](writes, get_vertex(author.x), get_vertex(paper.x)) at "conv1"
            |              ------------------------------------------------------------------------ in this use of `Conv`
        """ + "\n")
}

@Test func aTargetIsNeededBetweenTwoTypes() {
  #expect(
    messages(
      """
      use Conv
      graph {
        vertex paper { x: f32[16] }
        vertex author { x: f32[8] }
        edge writes: author -> paper
      }
      model {
        output y = Conv[8, 8](writes, get_vertex(author.x)) at "conv1"
      }

      """,
      library: [
        "Conv": """
        layer Conv[inputs, outputs, heads = 1](edges, x: f32[inputs], target y = x) {
          param weight: f32[outputs, inputs] at "lin.weight"
          require outputs % heads == 0, "{heads} heads do not divide {outputs} outputs"
          return linear(message_passing(with_self_loops(edges), Sum, h: x), weight) + y[:1]
        }
        message module Sum { forward(source h) { return incoming.sum(h) } }

        """
      ])
        == """
        error[space]: `y` must be over vertices of `paper`, the targets of `writes`, and this is over vertices of `author`
          m.gnn:8:14
          8 |   output y = Conv[8, 8](writes, get_vertex(author.x)) at "conv1"
            |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          library/Conv.gnn:1:70
          1 | layer Conv[inputs, outputs, heads = 1](edges, x: f32[inputs], target y = x) {
            |                                               - vertices of `author`, from here
            |                                                                      - declared here
        """ + "\n")
}

@Test func aLayersRequirementIsShownAtTheUse() {
  #expect(
    messages(
      """
      use Conv
      graph { vertex paper { x: f32[16] } edge cites: paper -> paper }
      model {
        output y = Conv[16, 8, heads: 3](cites, get_vertex(paper.x)) at "conv1"
      }

      """,
      library: [
        "Conv": """
        layer Conv[inputs, outputs, heads = 1](edges, x: f32[inputs], target y = x) {
          param weight: f32[outputs, inputs] at "lin.weight"
          require outputs % heads == 0, "{heads} heads do not divide {outputs} outputs"
          return linear(message_passing(with_self_loops(edges), Sum, h: x), weight) + y[:1]
        }
        message module Sum { forward(source h) { return incoming.sum(h) } }

        """
      ])
        == """
        error[requirement]: 3 heads do not divide 8 outputs
          m.gnn:4:14
          4 |   output y = Conv[16, 8, heads: 3](cites, get_vertex(paper.x)) at "conv1"
            |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          library/Conv.gnn:3:3
          3 |   require outputs % heads == 0, "{heads} heads do not divide {outputs} outputs"
            |   ----------------------------------------------------------------------------- required here
        """ + "\n")
}
