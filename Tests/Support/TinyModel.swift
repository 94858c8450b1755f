import Checkpoints
import Diagnostics
import Foundation
import Patching
import Tensors

/// A small model of the `patchbay` family with seeded random weights, written as a folder: config.json,
/// model.safetensors and a tokenizer that knows a few words.
public struct TinyModel: Sendable {
  /// The tokenizer's words; a word's id is its index.
  public static let words = [
    "<unk>", "When", "Mary", "John", "Tom", "and", "went", "to", "the", "store", "gave", "a", "drink", "said", "saw",
    "park",
  ]

  public var layers = 2
  public var heads = 2
  public var dModel = 16
  public var dMlp = 32
  public var context = 24
  public var seed: UInt64 = 1
  public var hasTokenizer = true

  public init() {}

  /// The text of config.json.
  public var config: String {
    """
    {"model_type": "patchbay", "n_layers": \(layers), "n_heads": \(heads), "d_model": \(dModel), "d_mlp": \(dMlp),
     "vocab_size": \(Self.words.count), "n_ctx": \(context)}
    """
  }

  /// The text of tokenizer.json.
  public static var tokenizer: String {
    let vocabulary = words.enumerated().map { "\"\($1)\": \($0)" }.joined(separator: ", ")
    return """
      {"version": "1.0", "added_tokens": [], "normalizer": null, "pre_tokenizer": {"type": "WhitespaceSplit"},
       "post_processor": null, "decoder": null,
       "model": {"type": "WordLevel", "unk_token": "<unk>", "vocab": {\(vocabulary)}}}
      """
  }

  /// The weights by name: gains of norms near 1, everything else around 0.
  public func weights() throws -> [(name: String, tensor: Tensor)] {
    guard let json = try JSONValue(parsing: Array(config.utf8)).objectValue else { return [] }
    let config = Config(json, file: "config.json")
    let graph = try ModelFamilies.family(of: config).spec(config).graph()
    var generator = SplitMix64(seed: seed)
    return graph.weights.map { declaration in
      let isGain = declaration.name.contains("ln") && declaration.name.hasSuffix("weight")
      let tensor = Tensor(shape: declaration.shape) { numbers in
        for index in numbers.indices {
          numbers.initializeElement(at: index, to: Float.random(in: -0.5...0.5, using: &generator) + (isGain ? 1 : 0))
        }
      }
      return (declaration.name, tensor)
    }
  }

  /// Creates and writes the folder.
  /// - Parameter change: changes a weight before it is written; nil leaves it out.
  public func write(
    to folder: String, changing change: (String, Tensor) -> Tensor? = { $1 }
  ) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data(config.utf8).write(to: URL(fileURLWithPath: "\(folder)/config.json"))
    if hasTokenizer { try Data(Self.tokenizer.utf8).write(to: URL(fileURLWithPath: "\(folder)/tokenizer.json")) }
    var writer = SafetensorsWriter(metadata: ["format": "pt"])
    for (name, tensor) in try weights() {
      if let changed = change(name, tensor) { try writer.add(name, changed) }
    }
    try writer.write(to: "\(folder)/model.safetensors")
  }
}
