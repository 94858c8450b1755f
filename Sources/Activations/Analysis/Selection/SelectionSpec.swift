import ActivationStore
import Interventions

/// Which activations an analysis is of, as it is written; caches decide what that comes to.
public struct SelectionSpec: Sendable, Hashable {
  /// Names of caches; nil for all.
  public var caches: [String]?
  /// nil: the clean run of pairs.
  public var runs: [StoredRun]?
  /// Patterns of hook names; nil for all that have vectors.
  public var hooks: [String]?
  public var layers: Selector
  /// Heads one by one; nil: side by side as one vector.
  public var heads: Selector?
  /// nil: the last token.
  public var positions: [PositionRule]?
  /// The values of labels that count.
  public var examples: [String: [String]]

  public init(
    caches: [String]? = nil, runs: [StoredRun]? = nil, hooks: [String]? = nil, layers: Selector = .all,
    heads: Selector? = nil, positions: [PositionRule]? = nil, examples: [String: [String]] = [:]
  ) {
    self.caches = caches
    self.runs = runs
    self.hooks = hooks
    self.layers = layers
    self.heads = heads
    self.positions = positions
    self.examples = examples
  }
}

/// Where the class or number of each example comes from.
public enum LabelSource: Sendable, Hashable {
  /// A label of the prompt.
  case key(String)
  /// The run that the activation comes from; examples of both are pooled.
  case run
  /// The cache that the activation comes from; examples of all are pooled.
  case cache
  /// The token itself.
  case token
  /// The token's number in its prompt.
  case position
  /// A column of a table, by the number of the prompt.
  case column(String, values: [Int: String])

  /// What messages and results call it.
  public var name: String {
    switch self {
    case .key(let key): key
    case .run: "run"
    case .cache: "cache"
    case .token: "token"
    case .position: "position"
    case .column(let name, _): name
    }
  }
}

/// Labels, and which of their values are classes.
public struct LabelSpec: Sendable, Hashable {
  public var source: LabelSource
  /// The classes that count, the positive one last; nil for all, in alphabetical order.
  public var classes: [String]?

  public init(_ source: LabelSource, classes: [String]? = nil) {
    self.source = source
    self.classes = classes
  }
}
