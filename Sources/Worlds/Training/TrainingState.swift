import Tensors

/// The state of a training run: with the recipe, all that the rest of it depends on.
public struct TrainingState: Sendable {
  /// In the order of the graph's declarations.
  public internal(set) var weights: [Tensor]
  var first: [Tensor]
  var second: [Tensor]
  /// How many steps have been done.
  public internal(set) var step = 0
  /// The index of the next document.
  public internal(set) var document = 0
  /// How many tokens have been predicted.
  public internal(set) var tokens = 0
  public internal(set) var history: [TrainingRecord] = []
  /// The summed loss of the tokens since the last record, in nats, and their number.
  var lossSum = 0.0
  var lossTokens = 0

  init(weights: [Tensor]) {
    self.weights = weights
    first = weights.map { Tensor(shape: $0.shape) }
    second = first
  }

  /// Whether every weight and moment is a finite number.
  func isFinite(threads: Int) -> Bool {
    let all = weights + first + second
    let flags = WorkerPool.map(count: all.count, threads: threads) { all[$0].squaredSum.isFinite }
    return flags.allSatisfy { $0 }
  }
}

/// What was measured at a step.
public struct TrainingRecord: Sendable, Hashable {
  /// How many steps had been done.
  public let step: Int
  /// How many tokens had been predicted.
  public let tokens: Int
  public let learningRate: Float
  /// Mean cross-entropy in nats over the tokens since the last record.
  public let trainingLoss: Double
  public let validationLoss: Double
  public let tasks: [TaskScore]

  public init(
    step: Int, tokens: Int, learningRate: Float, trainingLoss: Double, validationLoss: Double, tasks: [TaskScore]
  ) {
    self.step = step
    self.tokens = tokens
    self.learningRate = learningRate
    self.trainingLoss = trainingLoss
    self.validationLoss = validationLoss
    self.tasks = tasks
  }
}

/// How well a model does a task.
public struct TaskScore: Sendable, Hashable {
  public let name: String
  /// The share of examples whose answers' mean logit is above that of the wrong tokens.
  public let accuracy: Double
  /// The mean difference of the two.
  public let logitDifference: Double
  /// The share of examples whose highest logit of all is an answer's.
  public let top: Double

  public init(name: String, accuracy: Double, logitDifference: Double, top: Double) {
    self.name = name
    self.accuracy = accuracy
    self.logitDifference = logitDifference
    self.top = top
  }
}

/// A prompt with the tokens that should and should not follow.
public struct TaskExample: Sendable, Hashable {
  public let prompt: [Int32]
  public let answers: [Int32]
  public let wrongs: [Int32]

  /// - Precondition: none of them is empty.
  public init(prompt: [Int32], answers: [Int32], wrongs: [Int32]) {
    precondition(!prompt.isEmpty && !answers.isEmpty && !wrongs.isEmpty, "a prompt, an answer and a wrong one")
    self.prompt = prompt
    self.answers = answers
    self.wrongs = wrongs
  }
}
