import Foundation
import Testing

@testable import Launcher

/// Memory that is a file's.
struct PagesTests {
  @Test func whatWasGivenBackIsReadAgain() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "gnnc-pages-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let bytes = Data((0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
    try bytes.write(to: URL(fileURLWithPath: path))
    let map = try FileMap(path)
    #expect(Data(map.bytes) == bytes)
    // From within a page to within another, and less than a page.
    FileMap.release(map.bytes.baseAddress! + 100, bytes: 90_000)
    FileMap.release(map.bytes.baseAddress! + 100, bytes: 10)
    #expect(Data(map.bytes) == bytes)
  }
}
