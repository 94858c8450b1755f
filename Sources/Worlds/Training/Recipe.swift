import Checkpoints
import Diagnostics

/// Everything that determines the result of a training run: on one machine, two runs of the same recipe end with the
/// same weights, bit for bit.
public struct Recipe: Sendable {
  /// The model, as the keys of its config.json other than `model_type`, which is the spec's family.
  public var model: JSONObject
  public var spec: any ModelSpec
  /// The training data, in words that differ if the text or its tokens do.
  public var data: String
  public var steps: Int
  /// The minimum number of tokens in a step (the document that reaches it is the last one), or the number of pictures.
  public var batchTokens: Int
  /// How many parts a batch is cut into. Parts are computed in parallel and added in order, so this number, not the
  /// number of processors, determines how sums round.
  public var shards: Int
  /// Determines the initial weights and the order of the text.
  public var seed: UInt64
  public var optimizer: OptimizerSpec
  public var validation: Validation
  /// Steps between checkpoints.
  public var checkpointEvery: Int
  /// The steps after which the current model is kept as a folder of its own; 0 is before the first.
  public var snapshots: [Int]

  /// What is measured during training.
  public struct Validation: Sendable, Hashable {
    /// Steps between measurements.
    public var every: Int
    /// How many documents or pictures the validation loss is over.
    public var documents: Int
    /// The tasks whose held-out pairs are scored, and how many of each.
    public var tasks: [String]
    public var taskExamples: Int

    public init(every: Int = 500, documents: Int = 256, tasks: [String] = [], taskExamples: Int = 200) {
      self.every = every
      self.documents = documents
      self.tasks = tasks
      self.taskExamples = taskExamples
    }
  }

  public init(
    model: JSONObject, spec: any ModelSpec, data: String, steps: Int, batchTokens: Int = 4096, shards: Int = 4,
    seed: UInt64 = 0,
    optimizer: OptimizerSpec = OptimizerSpec(), validation: Validation = Validation(), checkpointEvery: Int = 500,
    snapshots: [Int] = []
  ) {
    self.model = model
    self.spec = spec
    self.data = data
    self.steps = steps
    self.batchTokens = batchTokens
    self.shards = shards
    self.seed = seed
    self.optimizer = optimizer
    self.validation = validation
    self.checkpointEvery = checkpointEvery
    self.snapshots = snapshots
  }
}

extension Recipe {
  /// Everything that determines the weights, by its key in a recipe file; stored in checkpoints.
  var settings: [(key: String, value: String)] {
    model.members.map { ("model.\($0.key)", $0.value.shown) } + [
      ("data", data), ("steps", "\(steps)"), ("batch_tokens", "\(batchTokens)"), ("shards", "\(shards)"),
      ("seed", "\(seed)"),
    ] + optimizer.settings
  }
}

extension JSONValue {
  /// A setting's value as a person would write it.
  fileprivate var shown: String {
    switch self {
    case .null: "null"
    case .bool(let flag): "\(flag)"
    case .integer(let number): "\(number)"
    case .number(let number): "\(number)"
    case .string(let text): text
    case .array, .object: "\(self)"
    }
  }
}
