import Passes
import Program
import Stages
import TestSupport
import Testing

/// What must hold of the stages of any program, so that they may run one after the other over any partitioning.
@Suite struct ScheduleTests {
  private static let seeds: [UInt64] = Array(0..<60)

  private func stages(_ seed: UInt64) throws -> StageProgram {
    var program = try RandomProgram.make(seed: seed, steps: 40, breadth: seed % 2 == 0 ? .all : .usual)
    program.outputs = program.outputs.filter { [program] output in
      if case .vertices = program[output.value].type.space { true } else { false }
    }
    return try StageProgram(try optimize(program).last!.program, StageSettings())
  }

  @Test(arguments: seeds) func whatIsGatheredWasWrittenByAnEarlierLevel(seed: UInt64) throws {
    let program = try stages(seed)
    for (number, stage) in program.stages.enumerated() {
      for tensor in stage.gathers {
        guard case .stored = program.tensors[tensor].kind else { continue }
        let writers = program.stages.indices.filter { program.stages[$0].writes.contains(tensor) }
        #expect(!writers.isEmpty)
        for writer in writers {
          let before = program.stages[writer]
          #expect(writer < number)
          #expect((before.isPrologue, before.level) != (stage.isPrologue, stage.level))
        }
      }
    }
  }

  @Test(arguments: seeds) func whatIsReadAtTheSameVertexWasWrittenBefore(seed: UInt64) throws {
    let program = try stages(seed)
    for (number, stage) in program.stages.enumerated() {
      for tensor in stage.reads {
        guard case .stored = program.tensors[tensor].kind else { continue }
        #expect(
          program.stages[...number].contains { $0.writes.contains(tensor) }, "\(program.tensors[tensor].name)"
        )
      }
    }
  }

  @Test(arguments: seeds) func tensorsInOneBufferAreNeverNeededAtOnce(seed: UInt64) throws {
    let program = try stages(seed)
    struct Life {
      let tensor: Int
      let buffer: Int
      let written: ClosedRange<Int>
      let lastRead: Int
      let lastGathered: Int

      /// Over before another is written; or read for the last time by the stage that writes the other in its place.
      func isOver(before other: Life, in program: StageProgram) -> Bool {
        let (old, new) = (program.tensors[tensor], program.tensors[other.tensor])
        let levels = program.stages.map(\.level)
        return lastRead < other.written.lowerBound
          || lastRead == other.written.lowerBound && old.stride == new.stride
            && (lastGathered < 0 || levels[lastGathered] < levels[lastRead])
      }
    }
    let lives = program.tensors.indices.compactMap { tensor -> Life? in
      guard case .stored = program.tensors[tensor].kind, let buffer = program.tensors[tensor].buffer
      else { return nil }
      let writers = program.stages.indices.filter { program.stages[$0].writes.contains(tensor) }
      let readers = program.stages.indices.filter {
        program.stages[$0].gathers.contains(tensor) || program.stages[$0].reads.contains(tensor)
      }
      guard let first = writers.first, let last = writers.last else { return nil }
      let isOutput = program.outputs.contains { $0.tensor == tensor }
      return Life(
        tensor: tensor, buffer: buffer, written: first...last,
        lastRead: isOutput ? Int.max : max(last, readers.last ?? last),
        lastGathered: program.stages.indices.last { program.stages[$0].gathers.contains(tensor) } ?? -1)
    }
    for a in lives {
      for b in lives where a.tensor < b.tensor && a.buffer == b.buffer {
        let isApart = a.isOver(before: b, in: program) || b.isOver(before: a, in: program)
        #expect(isApart, "\(program.tensors[a.tensor].name) and \(program.tensors[b.tensor].name)")
      }
    }
  }

  @Test(arguments: seeds) func everyOutputHasColumnsOfATensor(seed: UInt64) throws {
    let program = try stages(seed)
    #expect(program.outputs.map(\.name) == program.program.outputs.map(\.name))
    for output in program.outputs {
      let tensor = program.tensors[output.tensor]
      #expect(output.first + output.shape.reduce(1, *) <= tensor.width && tensor.width <= tensor.stride)
    }
  }
}
