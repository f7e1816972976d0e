import Diagnostics
import Foundation
import Testing

@testable import Graph

@Suite struct SafetensorsTests {
  let folder = TestFolder()

  @discardableResult
  private func write(_ header: String, _ data: [UInt8], length: UInt64? = nil) -> String {
    folder.write(
      "w.safetensors", memory([length ?? UInt64(header.utf8.count)]) + Array(header.utf8) + data)
  }

  private func told(_ header: String, _ data: [UInt8], length: UInt64? = nil) -> [String] {
    let path = write(header, data, length: length)
    return messages { () throws(Failure) in _ = try Safetensors(path: path) }
  }

  @Test func tensorsAreReadAsFloat32() throws {
    let header = """
      {"__metadata__": {"format": "pt"}, "a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]},
       "b": {"dtype": "F64", "shape": [1, 1], "data_offsets": [8, 16]},
       "c": {"dtype": "BF16", "shape": [], "data_offsets": [16, 18]},
       "d": {"dtype": "F16", "shape": [1], "data_offsets": [18, 20]},
       "n": {"dtype": "I64", "shape": [], "data_offsets": [20, 28]}}
      """
    let data =
      memory([1.5, .nan] as [Float]) + memory([-2.0]) + memory([0x4049, 0x3C00] as [UInt16])
      + memory([7] as [Int64])
    let file = try Safetensors(path: write(header, data))
    #expect(file.names == ["a", "b", "c", "d", "n"])
    #expect(file.shape(of: "b") == [1, 1] && file.shape(of: "z") == nil)
    let a = try #require(try file.tensor("a"))
    #expect(a.base[0] == 1.5 && a.holdsNaN && a.count == 2)
    #expect(try file.tensor("b")?.base.pointee == -2)
    #expect(try file.tensor("c")?.base.pointee == 3.140625)
    #expect(try file.tensor("d")?.base.pointee == 1)
    #expect(try file.tensor("b")?.holdsNaN == false)
    #expect(try file.tensor("z")?.count == nil)
    #expect(
      messages { () throws(Failure) in _ = try file.tensor("n") } == [
        "`n` in w.safetensors holds I64 numbers; floats are wanted"
      ])
    withExtendedLifetime(file) {}
  }

  @Test func aHeaderThatLiesAboutItsSizeIsRefused() {
    #expect(
      told("{}", [], length: 1 << 40) == [
        "w.safetensors announces a header of 1099511627776 bytes; only 2 follow"
      ])
    #expect(told("{}", [], length: 1) == ["w.safetensors has a damaged header"])
    #expect(told("{}", [1, 2, 3, 4]) == ["w.safetensors announces 0 bytes of tensors and holds 4"])
  }

  @Test func placesAreChecked() {
    let one = "\"a\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": "
    let two = "\"b\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": "
    let data: [UInt8] = [0, 0, 0, 0]
    #expect(told("{\(one)[0, 8]}}", data) == ["w.safetensors places `a` at bytes 0 to 8 of 4"])
    #expect(told("{\(one)[8, 4]}}", data) == ["w.safetensors places `a` at bytes 8 to 4 of 4"])
    #expect(told("{\(one)[-4, 0]}}", data) == ["w.safetensors places `a` at bytes -4 to 0 of 4"])
    #expect(told("{\(one)[0, 4]}, \(two)[2, 6]}}", data + [0, 0]) == ["w.safetensors places `b` over `a`"])
    #expect(
      told("{\(one)[0, 4]}, \(two)[6, 10]}}", data + data + [0, 0]) == [
        "w.safetensors leaves a gap before `b`"
      ])
    #expect(
      told("{\(one)[0, 2]}}", [0, 0])
        == ["w.safetensors gives `a` 2 bytes, which is not what [1] of F32 takes"])
    #expect(told("{\(one)[0, 4]}, \(one)[0, 4]}}", data) == ["w.safetensors names `a` twice"])
    #expect(told("{\"a\": 5}", []) == ["w.safetensors has a damaged header"])
    #expect(
      told("{\"a\": {\"dtype\": \"F32\", \"shape\": [4294967296, 4294967296], \"data_offsets\": [0, 0]}}", [])
        == ["w.safetensors has a damaged header"])
  }

  @Test func aPyTorchFileIsAnsweredWithTheConversion() {
    let conversion = """
      in Python, where the model is:
        from safetensors.torch import save_file
        weights = {key: value.contiguous() for key, value in model.state_dict().items()}
        save_file(weights, "model.safetensors")
      """
    for start: [UInt8] in [[0x50, 0x4B, 3, 4, 0, 0], [0x80, 2, 0x8A, 0x0A]] {
      let path = folder.write("model.pt", start + [UInt8](repeating: 0, count: 40))
      let open = { () throws(Failure) in _ = try Safetensors(path: path) }
      #expect(messages(open) == ["model.pt was saved by PyTorch; weights are read from safetensors files"])
      #expect(help(open) == conversion)
    }
  }

  @Test func otherFilesAreRefused() {
    for bytes: [UInt8] in [[], [1, 2, 3], Array("hello, this is text".utf8)] {
      let path = folder.write("w.safetensors", bytes)
      #expect(
        messages { () throws(Failure) in _ = try Safetensors(path: path) }
          == ["w.safetensors is not a safetensors file"])
    }
  }
}
