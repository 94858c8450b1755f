// swift-tools-version: 6.0
import PackageDescription

/// Every target is built with the Swift 6 language mode; the two C libraries come from the system's package manager.
let package = Package(
  name: "Patchbay",
  platforms: [.macOS(.v14)],
  products: [
    .library(name: "Patchbay", targets: ["Tokenization", "ActivationStore"])
  ],
  targets: [
    .systemLibrary(
      name: "CHDF5", pkgConfig: "hdf5", providers: [.apt(["libhdf5-dev"]), .brew(["hdf5"])]),
    .systemLibrary(
      name: "COneDNN", providers: [.apt(["libdnnl-dev"]), .brew(["onednn"])]),
    .target(name: "CKernels", exclude: ["README.md"]),
    .target(name: "Diagnostics", exclude: ["README.md"]),
    .target(name: "Tensors", dependencies: ["COneDNN", "CKernels", "Diagnostics"], exclude: ["README.md"]),
    .target(name: "ModelGraph", dependencies: ["Diagnostics"], exclude: ["README.md"]),
    .target(name: "Tokenization", dependencies: ["Diagnostics"], exclude: ["README.md"]),
    .target(
      name: "ActivationStore", dependencies: ["CHDF5", "Diagnostics", "Tensors", "ModelGraph"],
      exclude: ["README.md"]),
    .testTarget(name: "DiagnosticsTests", dependencies: ["Diagnostics"]),
    .testTarget(name: "TokenizationTests", dependencies: ["Tokenization"]),
    .testTarget(name: "ActivationStoreTests", dependencies: ["ActivationStore", "Tensors", "ModelGraph"]),
  ]
)
