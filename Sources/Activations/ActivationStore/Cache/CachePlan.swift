import LabelledArrays
import ModelGraph

/// What a cache file will hold, all known before the first activation is written.
public struct CachePlan: Sendable {
  /// How numbers are stored.
  public enum Precision: String, Sendable, Hashable, CaseIterable {
    case float32
    /// Half the size; finite values beyond 65504 are an error.
    case float16
  }

  /// One activation and the layout of its values.
  public struct Hook: Sendable, Hashable {
    public var name: HookName
    public var layout: Layout

    public init(_ name: HookName, _ layout: Layout) {
      self.name = name
      self.layout = layout
    }
  }

  /// `[.sole]`, or `.clean`, `.corrupted` or both.
  public var runs: [StoredRun]
  /// The activations of each run.
  public var hooks: [Hook]
  /// How many prompts there are.
  public var examples: Int
  /// The number of tokens of the longest prompt.
  public var longestPrompt: Int
  public var promptColumns: PromptColumns
  public var precision: Precision
  /// Byte shuffle and deflate: smaller, and several times slower.
  public var compress: Bool

  public init(
    runs: [StoredRun] = [.sole], hooks: [Hook], examples: Int, longestPrompt: Int,
    promptColumns: PromptColumns = PromptColumns(),
    precision: Precision = .float32, compress: Bool = false
  ) {
    self.runs = runs
    self.hooks = hooks
    self.examples = examples
    self.longestPrompt = longestPrompt
    self.promptColumns = promptColumns
    self.precision = precision
    self.compress = compress
  }
}

/// What the root of a cache file says about where the activations come from.
public struct CacheHeader: Sendable, Hashable {
  /// The model as the command or experiment names it.
  public var model: String
  /// The SHA-256 of its weights, in hexadecimal.
  public var modelSHA256: String
  public var patchbayVersion: String
  /// Any other attributes, under names of the caller's choice.
  public var attributes: [String: Attribute]

  public init(model: String, modelSHA256: String, patchbayVersion: String, attributes: [String: Attribute] = [:]) {
    self.model = model
    self.modelSHA256 = modelSHA256
    self.patchbayVersion = patchbayVersion
    self.attributes = attributes
  }

  /// All of it as root attributes.
  var rootAttributes: [String: Attribute] {
    let own: [String: Attribute] = [
      Schema.Root.model: .text(model), Schema.Root.modelSHA256: .text(modelSHA256),
      Schema.Root.patchbayVersion: .text(patchbayVersion),
    ]
    return attributes.merging(own) { $1 }
  }
}
