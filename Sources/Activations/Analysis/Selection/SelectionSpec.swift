import ActivationStore
import Interventions

/// The activations to analyse, as written in the analysis file; the caches determine what that selects.
public struct SelectionSpec: Sendable, Hashable {
  /// Names of caches; nil for all.
  public var caches: [String]?
  /// nil for the clean run of pairs.
  public var runs: [StoredRun]?
  /// Patterns of hook names; nil for all with vectors.
  public var hooks: [String]?
  public var layers: Selector
  /// Heads one by one; nil to join their vectors.
  public var heads: Selector?
  /// nil for the last token.
  public var positions: [PositionRule]?
  /// For each label, the values of the examples to use.
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
  /// The run that the activation comes from; the examples of both are pooled.
  case run
  /// The cache that the activation comes from; the examples of all are pooled.
  case cache
  /// The token itself.
  case token
  /// The token's number in its prompt.
  case position
  /// A column of a table, looked up by the prompt's number.
  case column(String, values: [Int: String])

  /// Its name in messages and results.
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
  /// The classes to use, the positive one last; nil for all, in alphabetical order.
  public var classes: [String]?

  public init(_ source: LabelSource, classes: [String]? = nil) {
    self.source = source
    self.classes = classes
  }
}
