import Diagnostics
import ModelGraph

/// What a config describes: a network of some kind, from which its graph is built.
public protocol ModelSpec: Sendable {
  /// The family's name (`gpt2`).
  var family: String { get }

  /// The graph of this network.
  func graph(_ options: GraphOptions) -> ModelGraph

  /// The same network with an unembedding of its own, if this one's is the embedding; nil otherwise.
  var untied: Self? { get }
}

extension ModelSpec {
  /// The graph without options.
  public func graph() -> ModelGraph { graph(GraphOptions()) }

  public var untied: Self? { nil }
}

/// A kind of model that can be loaded: how to read its config as a spec, and where its weights are stored.
///
/// A new family is one file with a type like this and one entry in `ModelFamilies.all`.
public protocol ModelFamily: Sendable {
  associatedtype Spec: ModelSpec

  /// The values of `model_type` in config.json that it handles.
  static var modelTypes: [String] { get }

  /// The network that the config describes.
  /// - Throws: `CheckpointError.missingConfigKey` or `.invalidConfigValue`.
  static func spec(_ config: Config) throws -> Spec

  /// Where a weight of the graph is stored, by the graph's own name for it (`blocks.3.attn.q.weight`).
  /// - Parameter stored: the names in the checkpoint, for families that are published under several prefixes.
  static func source(of weight: String, spec: Spec, stored: Set<String>) -> WeightSource
}

/// Where the numbers of a weight are in a checkpoint.
public enum WeightSource: Sendable, Hashable {
  /// A whole tensor.
  case whole(String)
  /// Columns of a fused [rows, total] matrix, or a part of a fused vector of `total` numbers.
  case columns(String, Range<Int>, total: Int)
  /// Rows of a fused [total, columns] matrix, or a part of a fused vector of `total` numbers.
  case rows(String, Range<Int>, total: Int)
  /// Rows of a fused matrix, or numbers of a fused vector, that has `groups` groups of `size` rows: the range of each
  /// group, one group after the other. GPT-NeoX has a group per head: its query, its key, its value.
  case groupedRows(String, Range<Int>, of: Int, groups: Int)
  /// A [rows, inner] table times a linear map: a stored matrix of [columns, inner], or of [inner, columns] if
  /// `transposed` is false (OPT-350M).
  case product(String, by: String, inner: Int, transposed: Bool)
  /// Nothing is stored, and every number is 1: the gain of a norm without gains.
  case ones

  /// The names of the tensors that are read; the first is the weight's own.
  public var tensors: [String] {
    switch self {
    case .whole(let name), .columns(let name, _, _), .rows(let name, _, _), .groupedRows(let name, _, _, _): [name]
    case .product(let name, let map, _, _): [name, map]
    case .ones: []
    }
  }
}

/// The families that can be loaded.
public enum ModelFamilies {
  public static let all: [any ModelFamily.Type] = [
    GPT2Family.self, LlamaFamily.self, GPTNeoXFamily.self, Qwen3Family.self, Gemma2Family.self, Gemma3Family.self,
    OLMo2Family.self, Phi3Family.self, GPTNeoFamily.self, GPTJFamily.self, OPTFamily.self, FalconFamily.self,
    PatchbayFamily.self, ImpalaFamily.self,
  ]

  /// All values of `model_type` that can be loaded.
  public static var modelTypes: [String] { all.flatMap { $0.modelTypes } }

  /// The family that handles a config's `model_type`.
  /// - Throws: `CheckpointError.unsupportedModelType`, naming those that are supported.
  public static func family(of config: Config) throws -> any ModelFamily.Type {
    let type = try config.string("model_type")
    guard let family = all.first(where: { $0.modelTypes.contains(type) }) else {
      throw CheckpointError.unsupportedModelType(found: type, supported: modelTypes, file: config.file)
    }
    return family
  }
}
