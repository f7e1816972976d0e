import CRuntime
import Diagnostics
import Foundation
import Graph

/// What a run will take of memory, before it takes it.
package struct MemoryPlan: Sendable, Hashable {
  package enum Holding: String, Sendable, Hashable {
    /// Memory of the process; it must be there.
    case process
    /// Files in memory; the system may drop and read again what does not fit.
    case files
  }

  package struct Entry: Sendable, Hashable {
    package let name: String
    package let bytes: UInt64
    package let holding: Holding
  }

  package let entries: [Entry]

  package func total(_ holding: Holding) -> UInt64 {
    entries.filter { $0.holding == holding }.reduce(0) { $0 + $1.bytes }
  }

  /// Refuses what cannot fit; warns of what will be slow. Nil `available` checks nothing.
  package func check(available: UInt64?) throws(Failure) -> [Diagnostic] {
    guard let available else { return [] }
    let wanted = total(.process)
    guard wanted <= available else {
      throw LaunchError.tooLittleMemory(wanted: wanted, available: available).failure
    }
    let touched = wanted + total(.files)
    return touched <= available ? [] : [LaunchError.warning(filesWanting: touched, available: available)]
  }
}

extension MemoryPlan {
  package init(_ fitted: Fitted, threads: Int, outputs: [ModelTables.Output]) {
    let (tables, summary) = (fitted.tables, fitted.graph.summary)
    func count(_ type: Int) -> UInt64 { fitted.vertexCount(type) }

    var edgeBytes: UInt64 = 0
    for set in tables.edgeSets.indices {
      let edges = summary.edgeSet(tables.key(of: set))?.edges.reduce(0, +) ?? 0
      edgeBytes += edges * 4 + count(tables.target(of: set)) * 8
      if tables.edgeSets[set].isOrdered { edgeBytes += edges * (edges >> 32 == 0 ? 4 : 8) }
    }
    var featureBytes: UInt64 = 0
    var denseBytes: UInt64 = 0
    for tensor in tables.tensors {
      switch tensor.kind {
      case .vertexFeature(let type):
        let rowBytes = count(type) * UInt64(tensor.rowBytes)
        switch fitted.vertexFeature(tensor, of: type) {
        case .dense: featureBytes += rowBytes
        case .sparse(let stored):
          featureBytes += stored.bytes
          if !tensor.takesSparse { denseBytes += rowBytes }
        }
      case .edgeFeature(let set):
        let edges = summary.edgeSet(tables.key(of: set))?.edges.reduce(0, +) ?? 0
        featureBytes += edges * UInt64(tensor.rowBytes)
      case .stored, .storedEdges, .vertexWeight, .graphValue, .partial: break
      }
    }
    let buffers = tables.buffers.reduce(0) { $0 + $1.rowBytes * fitted.count($1.owner) }
    let rows = tables.tensors.reduce(UInt64(0)) { sum, tensor in
      tables.counted(tensor).map { sum + count($0.by.vertexType) * UInt64(tensor.rowBytes) } ?? sum
    }
    let widest = outputs.map { OutputWriter.workingBytes($0, fitted) }.max() ?? 0
    var read = [
      Entry(name: "edges", bytes: edgeBytes, holding: .files),
      Entry(name: "features", bytes: featureBytes, holding: .files),
    ]
    if denseBytes > 0 {
      read.append(Entry(name: "features made dense", bytes: denseBytes, holding: .process))
    }
    let made = [
      Entry(name: "weights", bytes: UInt64(tables.packedBytes), holding: .process),
      Entry(name: "stored tensors", bytes: buffers + rows, holding: .process),
      Entry(
        name: "scratch of \(threads) threads", bytes: UInt64(threads * tables.arenaBytes), holding: .process),
      Entry(name: "scratch for the longest row", bytes: UInt64(Self.hubBytes(fitted)), holding: .process),
      Entry(name: "writing outputs", bytes: widest, holding: .process),
    ]
    entries = read + made
  }

  /// Scratch for the chunks of the longest row that any stage meets in any partition.
  static func hubBytes(_ fitted: Fitted) -> Int {
    let tables = fitted.tables
    let chunk = UInt64(GNNC_CHUNK)
    let chunks = tables.stages.flatMap { stage in
      (0..<fitted.graph.summary.parts).map { part in
        stage.edgeSets.reduce(UInt64(0)) { sum, set in
          sum + max((fitted.graph.longestRow(of: tables.key(of: set), part: part) + chunk - 1) / chunk, 1)
        }
      }
    }
    return Int(chunks.max() ?? 0) * tables.hubBytesPerChunk
  }
}

extension MemoryPlan {
  /// A table for people, one line for each entry and the sums.
  package var text: String {
    let sums = [
      Entry(name: "memory", bytes: total(.process), holding: .process),
      Entry(name: "mapped files", bytes: total(.files), holding: .files),
    ]
    let width = (entries + sums).map(\.name.count).max() ?? 0
    func line(_ entry: Entry) -> String {
      let name = entry.name.padding(toLength: width, withPad: " ", startingAt: 0)
      let bytes = Units.bytes(entry.bytes)
      let indent = String(repeating: " ", count: max(0, 10 - bytes.count))
      return "\(name)  \(indent)\(bytes)\(entry.holding == .files ? "  mapped" : "")"
    }
    let rule = String(repeating: "-", count: width + 12)
    return (entries.map(line) + [rule] + sums.map(line)).joined(separator: "\n")
  }
}

/// What this process may still take: the system's available memory, or what a control group leaves of it.
package enum AvailableMemory {
  package static var bytes: UInt64? {
    guard let system = systemBytes else { return nil }
    return min(system, groupBytes ?? system)
  }

  private static var systemBytes: UInt64? {
    guard let text = try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8) else { return nil }
    let line = text.split(separator: "\n").first { $0.hasPrefix("MemAvailable:") }
    return line?.split(separator: " ").dropFirst().first.flatMap { UInt64($0) }.map { $0 * 1024 }
  }

  /// A group's use counts the files in memory, which it may drop; only what is its own counts here.
  private static var groupBytes: UInt64? {
    guard let limit = number("/sys/fs/cgroup/memory.max"),
      let statistics = try? String(contentsOfFile: "/sys/fs/cgroup/memory.stat", encoding: .utf8),
      let line = statistics.split(separator: "\n").first(where: { $0.hasPrefix("anon ") }),
      let used = UInt64(line.dropFirst(5))
    else { return nil }
    return limit > used ? limit - used : 0
  }

  private static func number(_ path: String) -> UInt64? {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
    return UInt64(text.trimmingCharacters(in: .whitespacesAndNewlines))
  }
}
