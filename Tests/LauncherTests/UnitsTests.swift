import Testing

@testable import Launcher

struct UnitsTests {
  @Test func bytesHaveTwoOrThreeDigits() {
    #expect(Units.bytes(0) == "0 bytes")
    #expect(Units.bytes(1) == "1 byte")
    #expect(Units.bytes(999) == "999 bytes")
    #expect(Units.bytes(1500) == "1.5 kB")
    #expect(Units.bytes(123_456_789) == "123 MB")
    #expect(Units.bytes(999_999) == "1.0 MB")
    #expect(Units.bytes(5_100_000_000) == "5.1 GB")
  }

  @Test func secondsFitTheirSize() {
    #expect(Units.seconds(0.000_42) == "0.42 ms")
    #expect(Units.seconds(0.334) == "0.33 s")
    #expect(Units.seconds(15.62) == "15.6 s")
    #expect(Units.seconds(185) == "3 min 05 s")
    #expect(Units.seconds(7260) == "2 h 01 min")
  }
}
