import ActivationStore
import Foundation
import Runs

/// Sound files of every kind for damaging, in folders `KIND/CASE`: small models, tokenizers, experiments and HDF5
/// files. They must be sound themselves, which `patchbay-fuzz` checks first.
enum Corpus {
  /// Writes all cases.
  /// - Parameter root: an existing folder.
  static func write(to root: String) throws {
    for (name, config) in TinyCheckpoint.configs {
      for kind in [Kind.safetensors, .config] {
        // A policy's weights are two megabytes; its config is small.
        if kind == .safetensors, name == "impala" { continue }
        try TinyCheckpoint.write(config, to: "\(root)/\(kind)/\(name)")
      }
      if ["gpt2", "llama"].contains(name) {
        for kind in [Kind.safetensors, .index] {
          try TinyCheckpoint.write(config, to: "\(root)/\(kind)/\(name)-sharded", shards: 2)
        }
      }
    }
    for (name, bytes) in GGUFCases.all {
      let folder = "\(root)/\(Kind.gguf)/\(name)"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/model.gguf"))
    }
    for (name, files) in TokenizerCases.all {
      let isJSON = files.contains { $0.name == "tokenizer.json" }
      try write(files, to: "\(root)/\(isJSON ? Kind.tokenizer : .vocabulary)/\(name)")
    }
    try writeStores(to: root)
    for (kind, cases) in TextCases.all {
      for (name, text) in cases {
        let folder = "\(root)/\(kind)/\(name)"
        try copyInputs(from: "\(root)/inputs", to: folder)
        try write([("main.yaml", text)], to: folder)
      }
    }
  }

  /// Links the models and files that text cases refer to.
  private static func copyInputs(from inputs: String, to folder: String) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for name in try FileManager.default.contentsOfDirectory(atPath: inputs) {
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder)/\(name)", withDestinationPath: "\(inputs)/\(name)")
    }
  }

  static func write(_ files: [(name: String, text: String)], to folder: String) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for (name, text) in files { try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)")) }
  }

  /// Writes results, a cache, an analysis and vectors as the commands do, by running an experiment on a tiny model.
  private static func writeStores(to root: String) throws {
    let inputs = "\(root)/inputs"
    try TinyCheckpoint.write(TinyCheckpoint.experimental, to: "\(inputs)/model")
    try TinyCheckpoint.write(TinyCheckpoint.policy, to: "\(inputs)/policy")
    try write(
      [("made.yaml", TextCases.made), ("prompts.jsonl", TextCases.prompts), ("labels.csv", TextCases.labels)],
      to: inputs)
    try write([("vector.json", "[[1, 0.5, 0, 0, -1, 2, 0, 0], [0, 0, 1, 0, 0, 0.25, 1e-3, 3]]")], to: inputs)
    try numpyVector().write(to: URL(fileURLWithPath: "\(inputs)/vector.npy"))
    let run = try ExperimentRun(try Experiment(file: "\(inputs)/made.yaml"), threads: 1)
    let outcome = try run.run(into: inputs)
    let sha256 = try run.loaded.folder.sha256()
    for (name, isSequence) in [("steering.h5", false), ("sequence.h5", true)] {
      let vector = SteeringVector(
        model: "model", modelSHA256: sha256, site: "resid_pre", method: isSequence ? "difference" : "mean-difference",
        prompts: "prompts.jsonl", position: "-1", pairs: 2, patchbayVersion: PatchbayVersion.text, layers: [0, 1],
        values: (0..<2).map { layer in
          (0..<(isSequence ? 3 : 1)).map { place in (0..<8).map { Float($0 + layer + place) / 8 } }
        }, isSequence: isSequence, activationNorms: [1, 2])
      let file = try ArraysFile(creating: "\(inputs)/\(name)", format: .vector, attributes: vector.attributes)
      try file.write(vector.arrays)
      try file.finish()
    }
    let stores: [(kind: Kind, file: String)] = [
      (.results, outcome.results), (.cache, outcome.cache ?? ""), (.directions, outcome.analysis?.path ?? ""),
      (.steering, "\(inputs)/steering.h5"), (.steering, "\(inputs)/sequence.h5"),
    ]
    let cases =
      stores.enumerated().map { (kind: $1.kind, file: $1.file, name: "\($1.kind)-\($0)") }
      + [
        (.results, try stoppedRun(inputs), underWay), (.results, try laidOutByHand(inputs), "results-by-hand"),
      ]
    for store in cases {
      let folder = "\(root)/\(store.kind)/\(store.name)"
      try copyInputs(from: inputs, to: folder)
      try replace("\(folder)/\(store.kind.endings[0])", by: store.file)
      try write([("main.yaml", TextCases.reading[store.kind] ?? "")], to: folder)
    }
    for kind in [Kind.prompts, .vectors] {
      let folder = "\(root)/\(kind)/\(kind)"
      try copyInputs(from: inputs, to: folder)
      for ending in kind.endings { try replace("\(folder)/\(ending)", by: "\(inputs)/\(ending)") }
      try write([("main.yaml", TextCases.reading[kind] ?? "")], to: folder)
    }
  }

  /// Replaces a link by a file.
  private static func replace(_ path: String, by source: String) throws {
    unlink(path)
    try FileManager.default.copyItem(atPath: source, toPath: path)
  }

  /// [2, 8] float32.
  private static func numpyVector() -> Data {
    var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 8), }"
    header += String(repeating: " ", count: (64 - (10 + header.utf8.count + 1) % 64) % 64) + "\n"
    var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
    bytes += [UInt8(header.utf8.count & 0xFF), UInt8(header.utf8.count >> 8)] + header.utf8
    for number in 0..<16 { withUnsafeBytes(of: Float(number).bitPattern.littleEndian) { bytes += $0 } }
    return Data(bytes)
  }
}
