import Diagnostics
import Program
import Testing

@testable import Language

let gat = """
  graph {
    vertex paper { x: f32[1433] }
    edge cites: paper -> paper
  }

  vertex module Project[inputs: size, heads: size, width: size] {
    param weight: f32[heads * width, inputs] at "lin.weight" or "lin_src.weight"
    param att_src: f32[1, heads, width] at "att_src"
    param att_dst: f32[1, heads, width] at "att_dst"

    forward(x: f32[inputs]) {
      h = reshape(linear(x, weight), [heads, width])
      return h, sum(h * att_src[0], axis: -1), sum(h * att_dst[0], axis: -1)
    }
  }

  message module Attend[heads: size, width: size] {
    forward(source h: f32[heads, width], source from: f32[heads], target to: f32[heads]) {
      alpha = incoming.softmax(leaky_relu(from + to, 0.2))     // over the in-edges of one target
      return incoming.sum(alpha[..., new] * h)
    }
  }

  vertex module Finish[heads, width, concat = true] {
    param bias: f32[if concat { heads * width } else { width }] at "bias"
    forward(z: f32[heads, width]) {
      return if concat { reshape(z, [heads * width]) } else { mean(z, axis: 0) } + bias
    }
  }

  layer GAT1[inputs, width, heads = 1, concat = true](edges, x: f32[inputs]) {
    h, from, to = transform(x, Project[inputs, heads, width])
    z = message_passing(with_self_loops(edges), Attend[heads, width], h: h, from: from, to: to)
    return transform(z, Finish[heads, width, concat: concat])
  }

  model {
    x = get_vertex(paper.x)
    h = elu(GAT1[1433, 8, heads: 8](cites, x) at "conv1")
    output logits = log_softmax(GAT1[64, 7, heads: 8, concat: false](cites, h) at "conv2")
  }
  """

@Test func aGATBecomesAProgram() throws {
  let program = try elaborate(gat)
  #expect(program.outputs.map(\.name) == ["logits"])
  #expect(program[program.outputs[0].value].type == Type(.vertices(VertexTypeID(0)), .f32, [7]))
  #expect(program.parameters.map(\.keys)[0] == ["conv1.lin.weight", "conv1.lin_src.weight"])
}
