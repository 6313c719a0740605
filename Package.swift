// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "simscope",
  products: [.executable(name: "simscope", targets: ["simscope"])],
  targets: [
    // C: libraries from Debian, and our own hot loops
    .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    // comes with libpng
    .systemLibrary(name: "CZlib"),
    .systemLibrary(name: "CNcurses", providers: [.apt(["libncursesw5-dev"])]),
    .target(name: "CKernels", cSettings: [.define("_GNU_SOURCE")], linkerSettings: [.linkedLibrary("pthread")]),
    .target(name: "CTerminal", cSettings: [.define("_GNU_SOURCE")]),
    .target(name: "CStart", cSettings: [.define("_GNU_SOURCE")]),

    // learning
    .target(name: "Basics", dependencies: ["CKernels"]),
    .target(name: "Tensors", dependencies: ["Basics", "CKernels", "COpenBLAS"]),
    .target(name: "Networks", dependencies: ["Basics", "CKernels", "Tensors"]),
    .target(name: "Images", dependencies: ["Basics", "CKernels", "CPNG", "CZlib"]),
    .target(name: "Telemetry", dependencies: ["Basics"]),
    .target(name: "Training", dependencies: ["Basics", "CKernels", "Networks", "Tensors", "Images", "Telemetry"]),

    // screen
    .target(name: "Canvas"),
    .target(name: "Dashboard", dependencies: ["Canvas", "Telemetry"]),
    .target(name: "Curses", dependencies: ["Basics", "Canvas", "CNcurses", "CTerminal", "CZlib"]),

    // program
    .executableTarget(
      name: "simscope",
      dependencies: [
        "Basics", "Tensors", "Networks", "Images", "Telemetry", "Training", "Canvas", "Dashboard", "Curses",
        "CTerminal", "CStart",
      ]),

    // tests mirror the targets
    .target(name: "CTestSupport", path: "Tests/CTestSupport", cSettings: [.define("_GNU_SOURCE")]),
    .target(name: "TestSupport", dependencies: ["CTestSupport"], path: "Tests/TestSupport"),
    .testTarget(name: "BasicsTests", dependencies: ["Basics", "TestSupport"]),
    .testTarget(name: "TensorsTests", dependencies: ["Tensors", "Basics", "CKernels", "COpenBLAS", "TestSupport"]),
    .testTarget(
      name: "NetworksTests", dependencies: ["Networks", "Tensors", "Basics", "TestSupport"], exclude: ["Golden"]),
    .testTarget(
      name: "ImagesTests", dependencies: ["Images", "Networks", "Tensors", "Basics", "TestSupport"], exclude: ["Golden"]
    ),
    .testTarget(name: "TelemetryTests", dependencies: ["Telemetry", "TestSupport"]),
    .target(name: "CAllocations", path: "Tests/CAllocations"),
    .testTarget(
      name: "TrainingTests",
      dependencies: [
        "Training", "Networks", "Tensors", "Images", "Telemetry", "Dashboard", "Basics", "CAllocations", "TestSupport",
      ]),
    .testTarget(name: "CanvasTests", dependencies: ["Canvas", "TestSupport"]),
    .testTarget(
      name: "DashboardTests", dependencies: ["Dashboard", "Canvas", "Telemetry", "TestSupport"], exclude: ["Golden"]),
    .testTarget(name: "CursesTests", dependencies: ["Curses", "Canvas", "CZlib", "TestSupport"]),
    .target(name: "CPeers", path: "Tests/CPeers", cSettings: [.define("_GNU_SOURCE")]),
    .testTarget(
      name: "ProgramTests", dependencies: ["simscope", "Networks", "Basics", "TestSupport", "CTerminal", "CPeers"]),
  ],
  swiftLanguageModes: [.v6]
)
