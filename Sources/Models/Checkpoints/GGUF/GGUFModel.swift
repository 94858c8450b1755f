import Diagnostics
import ModelGraph
import Tensors

/// A GGUF file as a model: its metadata as a family's config, its tensors as the graph's weights.
struct GGUFModel: Sendable {
  let file: GGUFFile
  let architecture: GGUFArchitecture
  /// The metadata in the form of a `config.json`.
  let config: JSONObject
  /// The names in the file of the keys of `config`, for messages.
  let keyNames: [String: String]

  /// - Throws: `splitGGUF`, `unsupportedArchitecture`, `missingConfigKey`, `invalidConfigValue`, `missingWeight`.
  init(_ file: GGUFFile) throws(CheckpointError) {
    self.file = file
    guard let name = try file.text("general.architecture") else {
      throw .missingConfigKey(key: "general.architecture", file: file.path)
    }
    guard let architecture = GGUFArchitecture.all.first(where: { $0.name == name }) else {
      throw .unsupportedArchitecture(file: file.path, found: name, supported: GGUFArchitecture.names)
    }
    if let parts = try file.integer("split.count"), parts > 1 {
      throw .splitGGUF(file: file.path, part: try file.integer("split.no").map { $0 &+ 1 } ?? 1, of: parts)
    }
    self.architecture = architecture
    let keys = GGUFKeys(file: file, architecture: name)
    try keys.checkThatNothingElseIsMeant()
    guard let embeddings = file.tensor(named: "token_embd.weight") else {
      throw .missingWeight(tensor: "token_embd.weight", place: file.path, available: file.tensors.map(\.name))
    }
    var members: [(String, JSONValue)] = [
      ("model_type", .string(architecture.modelType)), ("vocab_size", .integer(embeddings.shape.first ?? 0)),
      ("tie_word_embeddings", .bool(!keys.hasTensor("output.weight"))),
    ]
    var keyNames: [String: String] = [:]
    for key in architecture.keys {
      keyNames[key.config] = keys.key(key.gguf)
      if let value = try keys.json(key.gguf) {
        members.append((key.config, value))
      } else if key.isNeeded {
        throw .missingConfigKey(key: keys.key(key.gguf), file: file.path)
      }
    }
    members += try architecture.more(keys)
    var ends: [Int] = []
    for name in Self.ends {
      if let id = try file.integer("tokenizer.ggml.\(name)") { ends.append(id) }
    }
    if !ends.isEmpty {
      members.append(("eos_token_id", .array(ends.map(JSONValue.integer))))
      keyNames["eos_token_id"] = "tokenizer.ggml.\(Self.ends[0])"
    }
    if let scaling = try keys.ropeScaling() { members.append(("rope_scaling", scaling)) }
    var config = JSONObject()
    for (key, value) in members { config.append(key: key, value: value) }
    self.config = config
    self.keyNames = keyNames
  }

  /// Keys of the tokens that end a text: the vocabulary's own, and those that end a turn or a message.
  private static let ends = ["eos_token_id", "eot_token_id", "eom_token_id"]

  /// The config by name and type.
  var settings: Config { Config(config, file: file.path, keyNames: keyNames) }

  /// The network. Norms are stored with their full gains (Gemma's too), matrices as [outputs, inputs] (GPT-2's too).
  func spec() throws -> TransformerSpec {
    let settings = settings
    guard var spec = try ModelFamilies.family(of: settings).spec(settings) as? TransformerSpec else {
      preconditionFailure("architectures of GGUF files are families of transformers")
    }
    spec.norm.gainOffset = 0
    spec.orientation = .outputsByInputs
    if case .rotary(let rotary) = spec.positions, let divisors = try frequencyDivisors(rotary) {
      spec.positions = .rotary(
        RotarySpec(
          dimensions: rotary.dimensions, inverseFrequencies: zip(rotary.inverseFrequencies, divisors).map { $0 / $1 },
          amplitude: rotary.amplitude))
    }
    return spec
  }

  /// What the frequencies of rotation are divided by: llama.cpp's form of Llama 3.1's long-context rule.
  private func frequencyDivisors(_ rotary: RotarySpec) throws -> [Float]? {
    let name = "rope_freqs.weight"
    guard let tensor = file.tensor(named: name) else { return nil }
    let expected = [rotary.inverseFrequencies.count]
    guard tensor.shape == expected else {
      throw CheckpointError.wrongShape(tensor: name, file: file.path, expected: expected, found: tensor.shape)
    }
    let divisors = Tensor(shape: expected, borrowing: try file.storage(named: name)).values
    guard divisors.allSatisfy({ $0 > 0 }) else {
      throw CheckpointError.invalidConfigValue(
        key: name, value: "a tensor with numbers of 0 or less", expected: "numbers above 0", file: file.path)
    }
    return divisors
  }

  /// The weights of a graph, in its order.
  /// - Throws: `missingWeight`, `wrongShape`, `unreadType`, `nonFiniteWeight`; `unusedTensor` for a tensor that the
  ///   graph does not read, since the file is then of a different network.
  func weights(of graph: ModelGraph, spec: TransformerSpec) throws -> [Matrix] {
    var reader = GGUFWeightReader(file: file, spec: spec, pairsRotatedRows: architecture.pairsRotatedRows)
    let matrices = try graph.weights.map { try reader.matrix($0) }
    if let unused = file.tensors.first(where: { !reader.isUsed($0.name) }) {
      throw CheckpointError.unusedTensor(tensor: unused.name, file: file.path, architecture: architecture.name)
    }
    return matrices
  }
}
