// swift-tools-version: 6.0
import PackageDescription

let package = Package(
  name: "gnnc",
  products: [.executable(name: "gnnc", targets: ["gnnc"])],
  targets: [
    // From a model's text to C text. Each module imports only those above it.
    .target(name: "Diagnostics"),
    // The interpreter judges all that tests compile: optimised in debug builds too.
    .target(
      name: "Program", dependencies: ["Diagnostics"],
      swiftSettings: [.unsafeFlags(["-O"], .when(configuration: .debug))]),
    .target(name: "Language", dependencies: ["Diagnostics", "Program"]),
    .target(name: "Passes", dependencies: ["Diagnostics", "Program"]),
    .target(name: "Stages", dependencies: ["Diagnostics", "Program"]),
    .target(name: "CBackend", dependencies: ["Diagnostics", "Program", "Stages"]),
    .target(name: "Library", resources: [.embedInCode("Layers")]),
    .target(
      name: "Compiler",
      dependencies: [
        "Diagnostics", "Language", "Program", "Passes", "Stages", "CBackend", "Library",
        "CRuntimeText",
      ]),
    .target(name: "CRuntimeText"),

    // Running a compiled model: nothing of the compiler.
    .target(
      name: "CRuntime", path: "runtime-c", exclude: ["tests"], sources: ["src"],
      publicHeadersPath: "include", cSettings: [.unsafeFlags(["-O2", "-ffp-contract=off"])]),
    .systemLibrary(name: "CMetis", path: "Sources/CMetis"),
    .target(name: "Graph", dependencies: ["Diagnostics", "CRuntime", "CMetis"]),
    .target(name: "Launcher", dependencies: ["Diagnostics", "CRuntime", "Graph"]),

    .executableTarget(
      name: "gnnc", dependencies: ["Diagnostics", "Compiler", "Graph", "Launcher", "CRuntime"]),

    .target(name: "TestSupport", dependencies: ["Program"], path: "Tests/TestSupport"),
    .testTarget(name: "DiagnosticsTests", dependencies: ["Diagnostics"]),
    .testTarget(name: "ProgramTests", dependencies: ["Program", "Diagnostics"]),
    .testTarget(name: "PassesTests", dependencies: ["Passes", "Program", "Diagnostics", "TestSupport"]),
    .testTarget(name: "LanguageTests", dependencies: ["Language", "Program", "Diagnostics", "Library"]),
    .testTarget(
      name: "StagesTests",
      dependencies: ["Stages", "Passes", "Program", "Language", "Library", "Diagnostics", "TestSupport"]),
    .testTarget(
      name: "CompilerTests",
      dependencies: [
        "Compiler", "Stages", "CBackend", "Passes", "Program", "Launcher", "Graph", "Diagnostics",
        "TestSupport",
      ],
      exclude: ["Resources"]),
    .testTarget(name: "GraphTests", dependencies: ["Graph", "Diagnostics", "CRuntime"]),
    .testTarget(
      name: "LauncherTests", dependencies: ["Launcher", "Graph", "Diagnostics", "CRuntime", "TestSupport"],
      exclude: ["Resources"]),
    .testTarget(
      name: "ParityTests",
      dependencies: [
        "Compiler", "Launcher", "Graph", "Language", "Program", "Passes", "Library", "Diagnostics",
      ]),
    .testTarget(name: "CommandTests", dependencies: ["Diagnostics"]),
  ]
)
