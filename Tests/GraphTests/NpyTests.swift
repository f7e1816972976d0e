import Diagnostics
import Foundation
import Testing

@testable import Graph

@Suite struct NpyTests {
  let folder = TestFolder()

  private func read(_ name: String) -> [String] {
    messages { () throws(Failure) in _ = try NpyArray(path: "\(folder.path)/\(name)") }
  }

  @Test func allThreeVersionsAreRead() throws {
    for version: UInt8 in 1...3 {
      let path = folder.writeNpy(
        "x.npy", "<f4", "(2, 3)", memory([1, 2, 3, 4, 5, 6] as [Float]), version: version)
      let array = try NpyArray(path: path)
      #expect(array.shape == [2, 3])
      #expect(array.floats() == [1, 2, 3, 4, 5, 6])
    }
  }

  @Test func everyFloatIsReadAsFloat32() throws {
    #expect(
      try NpyArray(path: folder.writeNpy("d.npy", [0.1, .infinity] as [Double], [2])).floats() == [
        0.1, .infinity,
      ])
    #expect(
      try NpyArray(path: folder.writeNpy("h.npy", "<f2", "(2,)", memory([0x3C00, 0xC000] as [UInt16])))
        .floats()
        == [1, -2])
    #expect(try NpyArray(path: folder.writeNpy("i.npy", [1] as [Int32], [1])).floats() == nil)
  }

  @Test(arguments: [1, 3])
  func piecesWrittenSideBySideStandInOrder(threads: Int) throws {
    let path = "\(folder.path)/pieces.npy"
    let numbers = (0..<1000).map(Float.init)
    let writer = try NpyWriter(path: path, element: .float32, shape: [1000])
    // Two calls, pieces that do not divide them, and bytes in between.
    for rows in [0..<600, 600..<999] {
      try writer.append(count: rows.count * 4, piece: 28 * 4, threads: threads) { place, memory in
        let first = rows.lowerBound + place / 4
        memory.copyBytes(from: numbers[first..<(first + memory.count / 4)].withUnsafeBytes { Array($0) })
      }
    }
    try numbers[999...].withUnsafeBytes { try writer.append($0) }
    try writer.finish()
    #expect(try NpyArray(path: path).floats() == numbers)
  }

  @Test func elementsAreStoredWithoutLoss() throws {
    #expect(try NpyArray(path: folder.writeNpy("a.npy", [1] as [Int8], [1])).stored == .int32)
    #expect(try NpyArray(path: folder.writeNpy("b.npy", [1] as [UInt32], [1])).stored == .int64)
    #expect(try NpyArray(path: folder.writeNpy("c.npy", [1] as [Int64], [1])).stored == .int64)
    #expect(try NpyArray(path: folder.writeNpy("d.npy", [true] as [Bool], [1])).stored == .bool)
  }

  @Test func numbersThatAreNotAlignedAreRead() throws {
    let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)}\n"
    let bytes = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8)
    #expect(bytes.count % 4 != 0)
    #expect(try NpyArray(path: folder.write("x.npy", bytes + memory([2.5] as [Float]))).floats() == [2.5])
  }

  @Test func fortranOrderIsRefusedUnlessItMakesNoDifference() throws {
    folder.writeNpy("x.npy", "<f4", "(2, 2)", memory([1, 2, 3, 4] as [Float]), fortran: true)
    #expect(read("x.npy") == ["x.npy is in Fortran order; rows must be contiguous"])
    folder.writeNpy("y.npy", "<f4", "(2, 1)", memory([1, 2] as [Float]), fortran: true)
    #expect(read("y.npy") == [])
  }

  @Test func sizesAreChecked() {
    folder.writeNpy("x.npy", "<f4", "(2, 3)", memory([1, 2, 3] as [Float]))
    #expect(read("x.npy") == ["x.npy is truncated: its header announces 24 bytes of numbers and 12 follow"])
    folder.writeNpy("x.npy", "<f4", "(2,)", memory([1, 2, 3] as [Float]))
    #expect(read("x.npy") == ["x.npy is too long: its header announces 8 bytes of numbers and 12 follow"])
    folder.writeNpy("x.npy", "<f4", "(-2,)", [])
    #expect(read("x.npy") == ["x.npy has the shape [-2]; a length cannot be negative"])
    folder.writeNpy("x.npy", "<f4", "(4611686018427387904, 16)", [])
    #expect(read("x.npy") == ["x.npy has a damaged header"])
  }

  @Test func otherNumbersAreRefused() {
    folder.writeNpy("x.npy", "<c8", "(1,)", [0, 0, 0, 0, 0, 0, 0, 0])
    #expect(read("x.npy") == ["x.npy holds numbers of the type '<c8', which is not read"])
    folder.writeNpy("x.npy", ">f4", "(1,)", [0, 0, 0, 0])
    #expect(read("x.npy") == ["x.npy holds big-endian numbers ('>f4')"])
    let header = "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }"
    folder.write(
      "x.npy",
      [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8) + [0, 0, 0, 0])
    #expect(read("x.npy") == ["x.npy is a structured array; plain numbers are wanted"])
  }

  @Test func otherFilesAreRefused() {
    folder.write("x.npy", "not numbers at all")
    #expect(read("x.npy") == ["x.npy is not an npy file"])
    folder.write("x.npy", "")
    #expect(read("x.npy") == ["x.npy is not an npy file"])
    folder.writeNpy("x.npy", "<f4", "(0,)", [], version: 9)
    #expect(read("x.npy") == ["x.npy has npy version 9.0; versions 1 to 3 are read"])
    folder.write("x.npy", [0x93] + Array("NUMPY".utf8) + [1, 0, 200, 0] + Array("{'descr'".utf8))
    #expect(read("x.npy") == ["x.npy has a damaged header"])
    #expect(read("none.npy") == ["cannot open \(folder.path)/none.npy: No such file or directory"])
  }

  @Test func whatIsWrittenIsReadAgain() throws {
    let path = "\(folder.path)/out.npy"
    let writer = try NpyWriter(path: path, element: .float32, shape: [2, 2])
    #expect(!FileManager.default.fileExists(atPath: path))
    let bytes = memory([1, 2, 3, 4] as [Float])
    try bytes.withUnsafeBytes { try writer.append($0) }
    try writer.finish()
    let array = try NpyArray(path: path)
    #expect(array.shape == [2, 2] && array.floats() == [1, 2, 3, 4])
    #expect(folder.names == ["out.npy"])
  }

  @Test func anUnfinishedFileLeavesNothing() throws {
    _ = try NpyWriter(path: "\(folder.path)/out.npy", element: .int64, shape: [5])
    #expect(folder.names == [])
  }

  @Test func whatCannotBeWrittenIsNamedByItsLaterPlace() throws {
    let staged = try StagedDirectory(for: "\(folder.path)/out", holding: [], existing: .refuse)
    #expect(
      messages { () throws(Failure) in _ = try FileWriter("\(staged.path)/a/b", appears: .atOnce) }
        == ["cannot write \(folder.path)/out/a/b: No such file or directory"])
  }

  @Test func aFullDiskIsSaidInASentence() {
    let told = messages { () throws(Failure) in
      let file = try FileWriter("/dev/full", appears: .atOnce)
      try file.append("some letters")
      try file.finish()
    }
    #expect(told == ["no room left on the disk for /dev/full"])
  }
}
