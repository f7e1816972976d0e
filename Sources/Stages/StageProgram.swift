import Program

/// A program cut into stages: which rows each sweep gathers, what it computes on a tile while that is in cache, and
/// where every stored value lies. All that remains is to write it down in C.
package struct StageProgram: Sendable {
  package let program: Program
  package let settings: StageSettings
  package var tensors: [Tensor]
  /// The in-edges that stages sweep over: one entry for each edge type and direction.
  package var edgeSets: [SweptEdges]
  package var buffers: [Buffer]
  /// What stages read of the weights, computed when weights are packed.
  package var packed: [PackedConstant]
  /// In the order in which they run; those of one level read nothing of each other.
  package var stages: [Stage]
  /// What becomes of the contributions of all partitions, after the stages of a level.
  package var finishes: [Finish]
  package var outputs: [StoredOutput]
  /// Where each `source` of rounded rows finds them; others are where the value is.
  package var gatherPlaces: [ValueID: Location]
  /// Values whose numbers are rounded to bfloat16: those that stages store so, and what edges gather of inputs.
  package var rounded: Set<ValueID>

  /// Whether stages walk along the rows of an edge set in plain order.
  package func isOrdered(edges: Int) -> Bool {
    stages.contains { $0.recurrences.contains { $0.gates.edges == edges } }
  }
}

/// Choices that hold for a whole model.
package struct StageSettings: Hashable, Sendable {
  /// Rows of a tile: what is computed between two gathers for so many vertices stays in the first-level caches. A whole
  /// number of blocks of every micro-kernel.
  package var tileRows = 48
  /// Edges of one target that are looked at together.
  package var blockEdges = 32
  /// Edges of a tile that are looked at together where they go through products: a whole number of blocks of every
  /// micro-kernel.
  package var productEdges = 48
  /// Parts of a row that are narrower are written down though they are zeros: a product of so few numbers takes no longer
  /// than looking for them.
  package var narrowestPart = 32
  /// How rows that cross edges are held.
  package var store = Store()

  package init() {}
}

/// How wide float32 rows that stages gather are held in memory. Whatever is computed of them is float32 again.
package struct Store: Hashable, Sendable {
  package var number = Tensor.Number.f32
  /// Values of fewer numbers stay float32. The default saves a cache line of each row: 16 floats are one as they are.
  package var narrowest = 17

  package init() {}
}

/// The in-edges of an edge type in one direction.
package struct SweptEdges: Hashable, Sendable {
  package let type: EdgeTypeID
  package let direction: EdgeSet.Direction

  package init(type: EdgeTypeID, direction: EdgeSet.Direction) {
    self.type = type
    self.direction = direction
  }
}

/// Rows of numbers in memory, one for each vertex or edge.
package struct Tensor: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    /// A feature of the graph, by its place in the schema.
    case vertexFeature(VertexTypeID, Int)
    /// A feature of the graph in the order of `StageProgram.edgeSets[edges]`.
    case edgeFeature(edges: Int, Int)
    /// A weight with a row for each vertex.
    case vertexWeight(VertexTypeID, ParameterID)
    /// Written by the stages of one level.
    case stored(VertexTypeID)
    /// Written by the stages of one level, a row for each edge in the order of `StageProgram.edgeSets[edges]`.
    case storedEdges(edges: Int)
    /// One row for the whole graph, written after the stages of one level.
    case graph
    /// A row for each partition: what its vertices contribute to a value of the whole graph.
    case partial
  }

  /// What a number is in memory.
  package enum Number: String, Hashable, Sendable {
    case f32, bf16, i32, i64, bool

    package init(_ element: Element) {
      switch element {
      case .f32: self = .f32
      case .i32: self = .i32
      case .i64: self = .i64
      case .bool: self = .bool
      }
    }

    package var bytes: Int {
      switch self {
      case .f32, .i32: 4
      case .bf16: 2
      case .i64: 8
      case .bool: 1
      }
    }
  }

  package let name: String
  package let kind: Kind
  package let number: Number
  /// Numbers in a row that mean something.
  package let width: Int
  /// Numbers from one row to the next.
  package let stride: Int
  package let isPrologue: Bool
  /// Whether it may be handed over as sparse rows: a feature that only products read, at their own vertex.
  package var takesSparse = false
  /// The values that lie side by side in a row, and their first columns.
  package var columns: [Column]
  /// The buffer of a stored tensor.
  package var buffer: Int?
  /// Where its numbers say which row of something else is read: all must lie below this.
  package var limit: Int?

  package struct Column: Hashable, Sendable {
    package let value: ValueID
    package let first: Int
  }
}

/// Memory that stored tensors share, one after the other.
package struct Buffer: Hashable, Sendable {
  package enum Owner: Hashable, Sendable {
    case vertices(VertexTypeID)
    /// The edges of `StageProgram.edgeSets[...]`.
    case edges(Int)
  }

  package let owner: Owner
  /// Bytes for each vertex or edge.
  package var rowBytes: Int
}

/// Values of the whole graph, computed once when all partitions have run the stages of a level.
package struct Finish: Hashable, Sendable {
  package let level: Int
  package let isPrologue: Bool
  /// In order; each has a tensor, and each reduction another one of contributions.
  package let values: [ValueID]
  package let places: [ValueID: Location]
  package let partials: [ValueID: Int]
}

/// A result: columns `first ..< first + width` of a tensor.
package struct StoredOutput: Hashable, Sendable {
  package let name: String
  package let tensor: Int
  package let first: Int
  package let shape: [Int]
  /// Of a value over edges: how it is read there.
  package let edges: Edges?

  package struct Edges: Hashable, Sendable {
    package let loops: EdgeSet.Loops
    /// The values of added self-loops, a row for each vertex.
    package let loopTensor: Int?
  }
}

/// A constant as stages read it.
package struct PackedConstant: Hashable, Sendable {
  package enum Layout: Hashable, Sendable {
    /// Row-major float32.
    case plain
    /// A matrix [batch, out, in] as panels for the dense micro-kernel.
    case panels(batch: Int, out: Int, in: Int)
  }

  package let value: ValueID
  package let layout: Layout

  package init(value: ValueID, layout: Layout) {
    self.value = value
    self.layout = layout
  }
}

/// One sweep over the rows of a vertex type, between two exchanges.
package struct Stage: Sendable {
  package let name: String
  /// Stages of one level read nothing of each other.
  package let level: Int
  /// Depends on the graph alone: run once, counted apart.
  package let isPrologue: Bool
  package let vertexType: VertexTypeID
  package var sections: [Section]
  /// Values of the whole graph to which it contributes, and the tensors of contributions.
  package var sums: [ValueID: Int]
  /// Scratch for one tile of rows.
  package var tileBuffers: [ScratchBuffer]
  /// Scratch for the in-edges of one tile.
  package var keptRows: [KeptRows]
  /// Where each value that is in memory during this stage is found; reshapes are looked through.
  package var places: [ValueID: Location]
  /// Tensors whose rows are read at other vertices.
  package var gathers: [Int]
  /// Tensors read at the same vertex or edge.
  package var reads: [Int]
  package var writes: [Int]
  package var cost: StageCost

  /// The edge sets that it sweeps over, as numbers into `StageProgram.edgeSets`, each once.
  package var sweptEdges: [Int] {
    var found: [Int] = []
    for section in sections {
      switch section {
      case .rows: continue
      case .sweep(let sweep): if !found.contains(sweep.edges) { found.append(sweep.edges) }
      case .recurrence(let walk): if !found.contains(walk.gates.edges) { found.append(walk.gates.edges) }
      }
    }
    return found
  }

  package var sweeps: [Sweep] {
    sections.compactMap { if case .sweep(let sweep) = $0 { sweep } else { nil } }
  }

  package var recurrences: [Recurrence] {
    sections.compactMap { if case .recurrence(let walk) = $0 { walk } else { nil } }
  }
}

/// What a stage does with a tile: turns of work on its rows, and sweeps over their in-edges or walks along them.
package enum Section: Sendable {
  case rows([Kernel])
  case sweep(Sweep)
  case recurrence(Recurrence)
}

/// An LSTM over the in-edges of each row of a tile, in plain order: all rows of the tile take a step together.
package struct Recurrence: Sendable {
  package let value: ValueID
  /// Numbers of the state.
  package let width: Int
  /// Makes the gates of one edge.
  package let gates: Sweep
  /// The recurrent weights as panels, and the gates of a padded step, in `StageProgram.packed`.
  package let weights: Int
  package let padding: Int
  package let scratch: Scratch

  /// Tile buffers, with a row for each row on its way.
  package struct Scratch: Sendable {
    package let gates: Int
    package let product: Int
    package let hidden: Int
    package let cell: Int
    /// The result of a row without in-edges, once a thread has met one: row 0.
    package let rest: Int
  }
}

/// One pass over the in-edges of each row of a tile, a block of edges at a time.
package struct Sweep: Sendable {
  package enum Extent: Hashable, Sendable {
    case allEdges
    /// The row's own last self-loop alone, where it has one.
    case lastLoop
    /// One edge, or one added self-loop, at a time.
    case oneEdge
  }

  package let set: EdgeSet
  /// The number of its edges in `StageProgram.edgeSets`.
  package let edges: Int
  package let extent: Extent
  package var kernels: [Kernel]
  /// Edge values whose rows in a block are stored.
  package var keeps: [Keep]
  package var blockBuffers: [ScratchBuffer]
  package var accumulators: [Accumulator]
  /// Where the edge values that have rows are found; the same value may have others in another sweep.
  package var places: [ValueID: Location]

  /// Whether the edges of all rows of a tile go through it together, because a product is as fast as it has rows.
  ///
  /// A block may then begin anywhere in a row. Where a result takes two messages of each edge, which go in one after the
  /// other for each block, it must not.
  package var isOverTile: Bool {
    guard extent == .allEdges, set.loops != .added else { return false }
    let results = kernels.flatMap { kernel -> [ValueID] in
      if case .loop(let loop) = kernel { loop.roots.filter(\.isAccumulated).map(\.result) } else { [] }
    }
    let hasProduct = kernels.contains { if case .dense = $0 { true } else { false } }
    return hasProduct && Set(results).count == results.count
  }
}

/// An edge value that is stored: its block's rows go to the rows of the edges, and that of an added self-loop to the
/// vertex's.
package struct Keep: Hashable, Sendable {
  package let value: ValueID
  package let tensor: Int
  package let loopTensor: Int?
  package let width: Int
}

/// The running result of a reduction over in-edges, in the value's own row.
package struct Accumulator: Hashable, Sendable {
  package let value: ValueID
  package let reduction: Reduction
  package let width: Int
  /// What the row holds before the first edge.
  package let start: Double
  /// Whether this sweep is the first to write it: a joint reduction goes on in the sweeps over other edge sets.
  package let isFirst: Bool
  /// The parts of the row that only edges with something for them fill.
  package var parts: Parts? = nil
}

/// Runs of a row, all of one width, of which those that are zeros need not be written down: a byte for each says which
/// are.
package struct Parts: Hashable, Sendable {
  package let count: Int
  /// The tile buffer of these bytes.
  package let filled: Int
}

/// Scratch with a row for each row of a tile, or each edge of a block.
package struct ScratchBuffer: Hashable, Sendable {
  package let name: String
  package let width: Int
  package let stride: Int
  package var number = Tensor.Number.f32
  /// Of a block: the stage's kept rows that it is a part of, because a later sweep reads them again.
  package var kept: Int?
}

/// Rows of an edge value that a later sweep of the same stage reads again, for the in-edges of a tile or of a hub's chunk:
/// scores that are costly to make, above all.
package struct KeptRows: Hashable, Sendable {
  package let name: String
  package let stride: Int
  /// The number of the edges in `StageProgram.edgeSets`.
  package let edges: Int
}

/// Where a value's rows are.
package enum Location: Hashable, Sendable {
  /// Columns of a tensor from `first` on.
  case tensor(Int, first: Int)
  case tile(Int)
  case block(Int)
  /// Rows of a tensor in the order of edges; of an added self-loop, the row of its vertex in another tensor.
  case edges(Int, loops: Int?)
}

/// A loop nest, or a product, over the rows of a tile or the edges of a block.
package enum Kernel: Sendable {
  case loop(Loop)
  case dense(Dense)
  /// Gives rows without any in-edge the result that the reduction has there.
  case finishEmpty(value: ValueID, sets: [EdgeSet])
  /// Adds the rows of `operand` to what the partition contributes to a value of the whole graph.
  case contribute(value: ValueID, operand: ValueID)
  /// Puts a value's rows, which are scratch, where others gather them: columns of a bfloat16 tensor from `first` on.
  case round(value: ValueID, tensor: Int, first: Int)
  /// The reverse, for what takes whole rows of float32.
  case widen(value: ValueID, tensor: Int, first: Int)
}

/// For each row, for each index of `domain`: one expression, or several with the same indices.
package struct Loop: Hashable, Sendable {
  package enum Mode: Hashable, Sendable {
    case store
    /// Reduces axis `axis` of the expression's shape, which is the domain.
    case reduceAxis(AxisReduction, axis: Int)
    /// Over the edges of a block, into an accumulator.
    case accumulate(Reduction)
    /// Of a block of one edge, into an accumulator.
    case replace
  }

  package struct Root: Hashable, Sendable {
    /// The expression to evaluate at each index.
    package let value: ValueID
    /// The value whose place is written.
    package let result: ValueID
    package let mode: Mode
    /// Where in the result the domain begins, and its strides there: a part of a concatenation.
    package let offset: Int
    package let strides: [Int]

    package var isAccumulated: Bool { if case .accumulate = mode { true } else { false } }

    package init(value: ValueID, result: ValueID, mode: Mode, offset: Int, strides: [Int]) {
      self.value = value
      self.result = result
      self.mode = mode
      self.offset = offset
      self.strides = strides
    }
  }

  package var domain: [Int]
  package var roots: [Root]
  /// The rows of a block that it runs over.
  package var rows: Rows
  /// The parts of a row that it passes over where they are left out; others of its indices are within one part.
  package var parts: Parts?

  package init(domain: [Int], roots: [Root], rows: Rows = .all, parts: Parts? = nil) {
    self.domain = domain
    self.roots = roots
    self.rows = rows
    self.parts = parts
  }

  package enum Rows: Hashable, Sendable {
    case all
    /// Of a block of edges: not the loop that was added.
    case withoutLoop
    /// Of a block of edges: the loop that was added, alone.
    case loopOnly
  }
}

/// y[row, b, e, o] = sum over k of x[row, b, e, k] * w[b, o, k].
package struct Dense: Hashable, Sendable {
  package let value: ValueID
  package let input: ValueID
  /// The number of the weights in `StageProgram.packed`.
  package let weights: Int
  package let batch: Int
  package let extra: Int
  package let inputs: Int
  package let outputs: Int
  /// The elementwise value that is made of the sums while they are in registers: its rows are written in the place of the
  /// product's, which has none then.
  package var epilogue: ValueID?
  /// The parts of the input's rows that may be left out.
  package var parts: Parts? = nil

  /// The value whose rows it writes.
  package var result: ValueID { epilogue ?? value }
}
