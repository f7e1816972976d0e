import Foundation
import Testing

/// What C compilers and their sanitizers say of emitted C: nothing. Every model also has to give the right numbers.
@Suite struct EmittedCTests {
  /// Reads beyond an array, of freed or of misaligned memory, overflowing shifts and indices.
  private static let sanitizers = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]

  @Test func libraryModelsPassTheSanitizers() throws {
    try expectAgreement(of: LibraryModels.cases(), compiler: "gcc", flags: Self.sanitizers)
  }

  @Test func modelsOfRoundedRowsPassTheSanitizers() throws {
    let random = try (0..<12).map { try RandomPrograms.make(seed: 7_000_000 + $0, store: .allRounded) }
    let cases = try LibraryModels.cases(store: .allRounded) + random
    try expectAgreement(of: cases, compiler: "gcc", flags: Self.sanitizers)
  }

  @Test func randomProgramsPassTheSanitizers() throws {
    let cases = try (0..<12).map { try RandomPrograms.make(seed: 5_000_000 + $0) }
    try expectAgreement(of: cases, compiler: "gcc", flags: Self.sanitizers)
  }

  @Test(arguments: [["-O3"], ["-O3", "-DGNNC_LANES=4", "-mprefer-vector-width=128"]])
  func libraryModelsAreWorthNoWarningOfGcc(flags: [String]) throws {
    try expectAgreement(of: LibraryModels.cases(), compiler: "gcc", flags: flags)
  }

  @Test(.enabled(if: Self.hasClang, "clang-14 is not installed"))
  func modelsOfRoundedRowsAreWorthNoWarningOfClang() throws {
    let cases = try LibraryModels.cases(store: .allRounded)
    try expectAgreement(of: cases, compiler: "clang-14", flags: ["-O3"])
    try expectAgreement(of: cases, compiler: "clang-14", flags: ["-O3", "-DGNNC_LANES=4"])
  }

  @Test(.enabled(if: Self.hasClang, "clang-14 is not installed"))
  func libraryModelsAreWorthNoWarningOfClang() throws {
    try expectAgreement(of: LibraryModels.cases(), compiler: "clang-14", flags: ["-O3"])
  }

  @Test(.enabled(if: Self.hasClang, "clang-14 is not installed"))
  func randomProgramsAreWorthNoWarningOfClang() throws {
    let cases = try (0..<12).map { try RandomPrograms.make(seed: 6_000_000 + $0) }
    try expectAgreement(of: cases, compiler: "clang-14")
  }

  private static let hasClang = FileManager.default.isExecutableFile(atPath: "/usr/bin/clang-14")
}
