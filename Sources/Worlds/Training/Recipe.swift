import Checkpoints
import Diagnostics

/// Everything that decides what a training run ends with: two runs of one recipe end with the same weights, bit for bit, on one machine.
public struct Recipe: Sendable {
  /// The model, as the keys of its config.json but for `model_type`, which is the spec's family.
  public var model: JSONObject
  public var spec: any ModelSpec
  /// What is trained on, in words that differ where the text or its tokens do.
  public var data: String
  public var steps: Int
  /// How many tokens a step has at least, the document that reaches it being the last one; or how many pictures.
  public var batchTokens: Int
  /// How many parts a batch is cut into. Parts are computed side by side and added in order, so this number, and not that of the processors, decides
  /// how sums round.
  public var shards: Int
  /// Decides the first weights and the order of the text.
  public var seed: UInt64
  public var optimizer: OptimizerSpec
  public var validation: Validation
  /// Steps between checkpoints.
  public var checkpointEvery: Int
  /// After which steps the model as it is then is kept as a folder of its own; 0 is before the first.
  public var snapshots: [Int]

  /// What is measured on the way.
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
  /// Everything that decides the weights, by its key in a recipe file: what a checkpoint remembers.
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
