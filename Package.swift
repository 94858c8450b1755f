// swift-tools-version: 6.0
import PackageDescription

/// Every target is built with the Swift 6 language mode; the C libraries come from the system's package manager.
let package = Package(
  name: "Patchbay",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "patchbay", targets: ["patchbay"]),
    .executable(name: "patchbay-bench", targets: ["patchbay-bench"]),
    .executable(name: "patchbay-bench-analysis", targets: ["patchbay-bench-analysis"]),
    .executable(name: "patchbay-fuzz", targets: ["patchbay-fuzz"]),
    .library(
      name: "Patchbay",
      targets: [
        "PatchbayKit", "Diagnostics", "LabelledArrays", "Tensors", "ModelGraph", "Checkpoints", "Tokenization",
        "Datasets", "Execution", "Interventions", "Patching", "ActivationStore", "Analysis", "Mazes", "Training",
        "Figures", "Reports", "ExperimentFile", "Workbenches", "Questions", "Analyses", "Runs", "Commands",
      ]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    .systemLibrary(
      name: "CHDF5", pkgConfig: "hdf5", providers: [.apt(["libhdf5-dev"]), .brew(["hdf5"])]),
    .systemLibrary(
      name: "COneDNN", providers: [.apt(["libdnnl-dev"]), .brew(["onednn"])]),
    .systemLibrary(
      name: "CLAPACK", pkgConfig: "lapacke",
      providers: [.apt(["liblapacke-dev", "libopenblas-pthread-dev"]), .brew(["lapack"])]),
    .systemLibrary(
      name: "CRsvg", pkgConfig: "cairo", providers: [.apt(["librsvg2-dev"]), .brew(["librsvg"])]),
    .systemLibrary(
      name: "COnig", pkgConfig: "oniguruma", providers: [.apt(["libonig-dev"]), .brew(["oniguruma"])]),
    .systemLibrary(
      name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .target(name: "CKernels", exclude: ["README.md"]),
    .target(name: "Diagnostics", exclude: ["README.md"]),
    .target(name: "LabelledArrays", dependencies: ["Diagnostics"], exclude: ["README.md"]),
    .target(
      name: "Hashing", dependencies: [.target(name: "COpenSSL", condition: .when(platforms: [.linux]))],
      exclude: ["README.md"]),
    .target(name: "BundledModels", exclude: ["README.md"], resources: [.copy("Models")]),
    .target(name: "Tensors", dependencies: ["COneDNN", "CKernels", "Diagnostics"], exclude: ["README.md"]),
    .target(name: "ModelGraph", dependencies: ["Diagnostics"], exclude: ["README.md"]),
    .target(name: "Mazes", dependencies: ["Diagnostics", "Tensors"], exclude: ["README.md"]),
    .target(name: "Figures", dependencies: ["CRsvg", "Diagnostics", "Mazes"], exclude: ["README.md"]),
    .target(
      name: "Execution", dependencies: ["Diagnostics", "Tensors", "ModelGraph"], exclude: ["README.md"]),
    .target(
      name: "Checkpoints",
      dependencies: ["CKernels", "Diagnostics", "Hashing", "Tensors", "ModelGraph", "Execution"],
      exclude: ["README.md"]),
    .target(name: "Tokenization", dependencies: ["COnig", "Diagnostics"], exclude: ["README.md"]),
    .target(name: "Datasets", dependencies: ["Diagnostics"], exclude: ["README.md"]),
    .target(
      name: "Interventions", dependencies: ["Diagnostics", "Tensors", "ModelGraph", "Execution"],
      exclude: ["README.md"]),
    .target(
      name: "Patching",
      dependencies: ["Diagnostics", "LabelledArrays", "Tensors", "ModelGraph", "Execution", "Interventions"],
      exclude: ["README.md"]),
    .target(
      name: "ActivationStore",
      dependencies: ["CHDF5", "CKernels", "Diagnostics", "LabelledArrays", "Tensors", "ModelGraph"],
      exclude: ["README.md"]),
    .target(
      name: "Analysis",
      dependencies: [
        "Diagnostics", "LabelledArrays", "Tensors", "ModelGraph", "Execution", "Interventions", "Patching",
        "ActivationStore", "CLAPACK",
      ],
      exclude: ["README.md"]),
    .target(
      name: "Training",
      dependencies: ["Diagnostics", "Tensors", "ModelGraph", "Execution", "Checkpoints"], exclude: ["README.md"]),
    .target(
      name: "Reports",
      dependencies: [
        "ActivationStore", "Analysis", "Diagnostics", "Figures", "LabelledArrays", "Mazes", "Patching", "Tensors",
      ],
      exclude: ["README.md"]),
    .executableTarget(
      name: "patchbay-bench",
      dependencies: [
        "Checkpoints", "Diagnostics", "Execution", "Interventions", "ModelGraph", "Patching", "Tensors", "Training",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      exclude: ["README.md"]),
    .executableTarget(
      name: "patchbay-bench-analysis",
      dependencies: [
        "ActivationStore", "Analysis", "ModelGraph", "Tensors",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      exclude: ["README.md"]),
    .target(
      name: "ExperimentFile", dependencies: ["Diagnostics", .product(name: "Yams", package: "Yams")],
      exclude: ["README.md"]),
    .target(
      name: "Workbenches",
      dependencies: [
        "ActivationStore", "BundledModels", "Checkpoints", "Datasets", "Diagnostics", "Execution", "ExperimentFile",
        "Interventions", "LabelledArrays", "Mazes", "ModelGraph", "Patching", "Tensors", "Tokenization",
      ],
      exclude: ["README.md"]),
    .target(
      name: "Questions",
      dependencies: [
        "ActivationStore", "Analysis", "Checkpoints", "Diagnostics", "Execution", "ExperimentFile", "Interventions",
        "LabelledArrays", "Mazes", "ModelGraph", "Patching", "Reports", "Tensors", "Workbenches",
      ],
      exclude: ["README.md"]),
    .target(
      name: "Analyses",
      dependencies: [
        "ActivationStore", "Analysis", "Diagnostics", "ExperimentFile", "Interventions", "LabelledArrays",
        "ModelGraph", "Workbenches",
      ],
      exclude: ["README.md"]),
    .target(
      name: "Runs",
      dependencies: [
        "ActivationStore", "Analyses", "Analysis", "Checkpoints", "Diagnostics", "Execution", "ExperimentFile",
        "Hashing", "Interventions", "LabelledArrays", "ModelGraph", "Patching", "Questions", "Tensors", "Workbenches",
      ],
      exclude: ["README.md"]),
    .target(
      name: "Commands",
      dependencies: [
        "ActivationStore", "Analyses", "Analysis", "BundledModels", "Checkpoints", "Datasets", "Diagnostics",
        "Execution", "ExperimentFile", "Interventions", "LabelledArrays", "Mazes", "ModelGraph", "Patching", "Reports",
        "Runs", "Tensors", "Tokenization", "Training", "Workbenches",
      ],
      exclude: ["README.md"]),
    .target(
      name: "PatchbayKit",
      dependencies: [
        "ActivationStore", "Analyses", "Analysis", "Checkpoints", "Commands", "Datasets", "Diagnostics", "Execution",
        "ExperimentFile", "Interventions", "LabelledArrays", "Mazes", "ModelGraph", "Patching", "Questions", "Reports",
        "Runs", "Tensors", "Tokenization", "Training", "Workbenches",
      ],
      exclude: ["README.md"]),
    .executableTarget(
      name: "patchbay-fuzz",
      dependencies: [
        "ActivationStore", "Analyses", "Analysis", "Checkpoints", "Commands", "Diagnostics", "Execution",
        "ExperimentFile", "Interventions", "LabelledArrays", "ModelGraph", "Reports", "Runs", "Tensors", "Tokenization",
        "Workbenches",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Yams", package: "Yams"),
      ],
      exclude: ["README.md"]),
    .executableTarget(
      name: "patchbay",
      dependencies: [
        "ActivationStore", "Analysis", "Commands", "Diagnostics", "Execution", "Interventions", "Runs", "Workbenches",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      exclude: ["README.md"]),
    .target(
      name: "TestSupport",
      dependencies: [
        "ActivationStore", "Checkpoints", "Diagnostics", "Execution", "Interventions", "ModelGraph", "Patching",
        "Tensors",
      ],
      path: "Tests/Support"),
    .testTarget(name: "HashingTests", dependencies: ["Hashing"]),
    .testTarget(name: "DiagnosticsTests", dependencies: ["TestSupport", "Diagnostics"]),
    .testTarget(name: "LabelledArraysTests", dependencies: ["Diagnostics", "LabelledArrays"]),
    .testTarget(name: "TensorsTests", dependencies: ["CKernels", "Patching", "Tensors"]),
    .testTarget(name: "ModelGraphTests", dependencies: ["Checkpoints", "Diagnostics", "ModelGraph", "TestSupport"]),
    .testTarget(name: "DatasetsTests", dependencies: ["Datasets", "Diagnostics", "TestSupport", "Tokenization"]),
    .testTarget(name: "TokenizationTests", dependencies: ["TestSupport", "Diagnostics", "Tokenization"]),
    .testTarget(
      name: "ActivationStoreTests",
      dependencies: ["TestSupport", "ActivationStore", "Diagnostics", "LabelledArrays", "Tensors", "ModelGraph"]),
    .testTarget(
      name: "CheckpointsTests",
      dependencies: [
        "ActivationStore", "TestSupport", "Checkpoints", "Diagnostics", "Execution", "ModelGraph", "Tensors",
      ]),
    .testTarget(
      name: "ExecutionTests",
      dependencies: [
        "ActivationStore", "Checkpoints", "Diagnostics", "Execution", "ModelGraph", "Patching", "Tensors",
        "TestSupport",
      ],
      exclude: ["Resources"]),
    .testTarget(
      name: "InterventionsTests",
      dependencies: [
        "Checkpoints", "Diagnostics", "Execution", "Interventions", "ModelGraph", "Tensors", "TestSupport",
      ]),
    .testTarget(
      name: "PatchingTests",
      dependencies: [
        "Checkpoints", "Diagnostics", "Execution", "Interventions", "LabelledArrays", "ModelGraph", "Patching",
        "Tensors", "TestSupport",
      ]),
    .testTarget(name: "FiguresTests", dependencies: ["TestSupport", "Diagnostics", "Figures", "Mazes", "Tensors"]),
    .testTarget(name: "MazesTests", dependencies: ["Diagnostics", "Mazes", "Tensors"]),
    .testTarget(
      name: "AnalysisTests",
      dependencies: [
        "ActivationStore", "Analysis", "Checkpoints", "Diagnostics", "Execution", "Interventions", "LabelledArrays",
        "ModelGraph", "Tensors", "TestSupport",
      ]),
    .testTarget(
      name: "TrainingTests",
      dependencies: ["TestSupport", "Checkpoints", "Diagnostics", "Execution", "ModelGraph", "Tensors", "Training"]),
    .testTarget(
      name: "ReportsTests",
      dependencies: [
        "ActivationStore", "Analysis", "Diagnostics", "Figures", "LabelledArrays", "Mazes", "Patching", "Reports",
        "Runs", "Tensors", "TestSupport",
      ]),
    .testTarget(
      name: "ExperimentsTests",
      dependencies: [
        "ActivationStore", "Analyses", "Analysis", "BundledModels", "Checkpoints", "Commands", "Datasets",
        "Diagnostics", "Execution", "ExperimentFile", "Interventions", "LabelledArrays", "Mazes", "ModelGraph",
        "Patching", "Questions", "Reports", "Runs", "Tensors", "TestSupport", "Tokenization", "Training", "Workbenches",
      ]),
    .testTarget(name: "PatchbayKitTests", dependencies: ["TestSupport", "PatchbayKit"]),
    .testTarget(name: "FuzzTests", dependencies: ["TestSupport", "patchbay-fuzz"]),
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "ActivationStore", "Analysis", "Checkpoints", "Commands", "Diagnostics", "Execution", "Interventions",
        "ModelGraph", "Patching", "Runs", "Tensors", "TestSupport", "Tokenization", "patchbay",
      ]),
  ]
)

/// The groups of modules, lowest first, each a folder of `Sources`. A module depends only on modules of its own group
/// and of the groups below it.
let groups: KeyValuePairs = [
  "Foundations": ["Diagnostics", "LabelledArrays", "Hashing", "COpenSSL"],
  "Numerics": ["CKernels", "COneDNN", "CLAPACK", "Tensors"],
  "Engine": ["ModelGraph", "Execution", "Interventions", "Patching"],
  "Models": ["Checkpoints", "COnig", "Tokenization", "BundledModels"],
  "Activations": ["CHDF5", "ActivationStore", "Analysis"],
  "Worlds": ["Datasets", "Mazes", "Training"],
  "Showing": ["Figures", "CRsvg", "Reports"],
  "Bench": ["ExperimentFile", "Workbenches", "Questions", "Analyses", "Runs"],
  "Entrances": ["Commands", "PatchbayKit", "patchbay"],
  "Tools": ["patchbay-bench", "patchbay-bench-analysis", "patchbay-fuzz"],
]
for (group, modules) in groups {
  for target in package.targets where modules.contains(target.name) { target.path = "Sources/\(group)/\(target.name)" }
}
