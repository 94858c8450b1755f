// swift-tools-version: 6.0
import PackageDescription

/// Every target is built with the Swift 6 language mode; the two C libraries come from the system's package manager.
let package = Package(
  name: "Patchbay",
  platforms: [.macOS(.v14)],
  products: [
    .library(name: "Patchbay", targets: ["Tokenization"])
  ],
  targets: [
    .target(name: "Diagnostics", exclude: ["README.md"]),
    .target(name: "Tokenization", dependencies: ["Diagnostics"], exclude: ["README.md"]),
    .testTarget(name: "DiagnosticsTests", dependencies: ["Diagnostics"]),
    .testTarget(name: "TokenizationTests", dependencies: ["Tokenization"]),
  ]
)
