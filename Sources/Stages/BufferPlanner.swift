import Program

/// Gives stored tensors memory: a buffer is used again when all that was in it has been read, and a tensor takes the rows
/// of another in place where the stage that writes it is done with those, row by row.
struct BufferPlanner {
  /// A stored tensor, from the stage that writes it to the last that reads it.
  struct Claim {
    let tensor: Int
    let owner: Buffer.Owner
    /// Of a row.
    let bytes: Int
    let written: Int
    let lastRead: Int
    /// The last stage that reads its rows at other vertices; -1 if none does.
    let lastGathered: Int
  }

  private(set) var buffers: [Buffer] = []
  /// The buffer of each tensor that has one.
  private(set) var assigned: [Int: Int] = [:]
  /// What each buffer holds now.
  private var holders: [Claim] = []
  /// The first stage of each stage's level: stages of one level may run in any order.
  private let levelStart: [Int]

  /// `inPlace` says for each tensor whose rows its own may take.
  init(_ claims: [Claim], _ contents: [StageContent], inPlace: [Int: Set<Int>]) {
    levelStart = contents.indices.map { turn in
      contents.firstIndex { $0.level == contents[turn].level }!
    }
    for claim in claims {
      let buffer = inPlace[claim.tensor].flatMap { holder(among: $0, for: claim) } ?? free(for: claim)
      if let buffer {
        buffers[buffer].rowBytes = max(buffers[buffer].rowBytes, claim.bytes)
        holders[buffer] = claim
      } else {
        buffers.append(Buffer(owner: claim.owner, rowBytes: claim.bytes))
        holders.append(claim)
      }
      assigned[claim.tensor] = buffer ?? buffers.count - 1
    }
  }

  /// The buffer of a tensor whose rows nobody reads any more but the stage that writes `claim`, each before it writes
  /// that row.
  private func holder(among tensors: Set<Int>, for claim: Claim) -> Int? {
    buffers.indices.first {
      tensors.contains(holders[$0].tensor) && holders[$0].lastRead == claim.written
        && holders[$0].lastGathered < levelStart[claim.written]
    }
  }

  /// The narrowest buffer that is wide enough of those that all have read, else the widest: it grows least.
  private func free(for claim: Claim) -> Int? {
    let candidates = buffers.indices.filter {
      buffers[$0].owner == claim.owner && holders[$0].lastRead < levelStart[claim.written]
    }
    return candidates.min { a, b in
      let (x, y) = (buffers[a].rowBytes, buffers[b].rowBytes)
      if (x >= claim.bytes) != (y >= claim.bytes) { return x >= claim.bytes }
      return x >= claim.bytes ? x < y : x > y
    }
  }
}
