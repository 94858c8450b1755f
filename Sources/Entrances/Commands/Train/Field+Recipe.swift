import Checkpoints
import Datasets
import Diagnostics
import ExperimentFile
import Foundation
import Training

extension Field {
  /// The keys of a `patchbay` config, with the vocabulary's size from the tokenizer.
  /// - Throws: `ExperimentError` for an invalid config, or one that cannot be trained to predict the next token.
  func model(vocabulary: Int) throws -> (json: JSONObject, spec: TransformerSpec) {
    let content = try content()
    guard case .map(let members) = content else {
      throw error(
        .wrongType(path: path, found: content.description, expected: "a map with the keys of a patchbay config"))
    }
    var json = JSONObject()
    for member in members {
      let value = try member.field.configValue()
      if member.key == "model_type" {
        _ = try member.field.choice(of: PatchbayFamily.modelTypes)
        continue
      }
      if member.key == "vocab_size", value.integerValue != vocabulary {
        throw member.field.error(
          .badValue(
            path: member.field.path, value: try member.field.content().description,
            expected: "\(vocabulary), the number of tokens of the tokenizer; or leave it out"))
      }
      json.append(key: member.key, value: value)
    }
    json.append(key: "vocab_size", value: .integer(vocabulary))
    do {
      let spec = try PatchbayFamily.spec(Config(json, file: path))
      try checkTrainable(spec)
      return (json, spec)
    } catch let error as CheckpointError {
      let culprit = members.first { $0.key == error.configKey }?.field.place
      throw ExperimentError.wrapping(error, at: culprit ?? place)
    }
  }

  private func checkTrainable(_ spec: TransformerSpec) throws {
    let keys = KeyedFields(members: try content().members, place: place, path: path)
    func fail(_ key: String, _ value: String, _ expected: String) throws -> Never {
      throw (keys[key] ?? self).error(.badValue(path: "\(path).\(key)", value: value, expected: expected))
    }
    if !spec.isCausal {
      try fail("causal", "false", "true: a model that sees the next token has nothing to predict")
    }
    if let context = spec.context, context < 2 {
      try fail("n_ctx", "\(context)", "2 or more: the first token of a document has nothing to be predicted from")
    }
    // Weights, two moments, and the gradients of at least two shards.
    let bytes = spec.approximateParameters * 4 * 5
    guard bytes <= Double(ProcessInfo.processInfo.physicalMemory) else {
      throw error(
        .badValue(
          path: path, value: "a model of \(decimal(spec.approximateParameters / 1e6, 0)) million parameters",
          expected: "one whose training fits this machine's memory"))
    }
  }

  func configValue() throws -> JSONValue {
    switch try content() {
    case .null: return .null
    case .bool(let flag): return .bool(flag)
    case .integer(let number): return .integer(number)
    case .number(let number): return .number(number)
    case .text(let text): return .string(text)
    case let other: throw error(.wrongType(path: path, found: other.description, expected: "a single value"))
    }
  }

  /// A number above 0.
  private func positive() throws -> Float {
    let value = try float()
    guard value > 0 else { throw error(.badValue(path: path, value: "\(value)", expected: "more than 0")) }
    return value
  }

  /// - Parameter steps: the total number of steps.
  func optimizer(steps: Int) throws -> OptimizerSpec {
    let keys = try map(.recipeOptimizer)
    var optimizer = OptimizerSpec()
    if let field = keys["learning_rate"] { optimizer.learningRate = try field.positive() }
    optimizer.warmUp =
      try keys["warm_up"].map { try $0.integer(from: 0, to: steps) } ?? min(optimizer.warmUp, steps / 10)
    if let field = keys["decay"] { optimizer.decay = try field.choice(OptimizerSpec.Decay.self) }
    if let field = keys["final"] { optimizer.finalShare = try field.float(from: 0, to: 1) }
    if let field = keys["betas"] {
      let betas = try field.list(of: "two numbers").map { try $0.float(from: 0, to: 0.999_999) }
      guard betas.count == 2 else {
        throw field.error(.badValue(path: field.path, value: "\(betas.count) numbers", expected: "two numbers"))
      }
      (optimizer.beta1, optimizer.beta2) = (betas[0], betas[1])
    }
    if let field = keys["epsilon"] { optimizer.epsilon = try field.positive() }
    if let field = keys["weight_decay"] { optimizer.weightDecay = try field.float(from: 0) }
    if let field = keys["clip"] {
      if case .text("none") = try field.content() {
        optimizer.clip = nil
      } else {
        optimizer.clip = try field.positive()
      }
    }
    return optimizer
  }

  /// The settings, and the field of each task.
  func validation() throws -> (settings: Recipe.Validation, tasks: [(task: TaskDataset, field: Field)]) {
    let keys = try map(.recipeValidation)
    var validation = Recipe.Validation()
    if let field = keys["every"] { validation.every = try field.integer(from: 1) }
    if let field = keys["documents"] { validation.documents = try field.integer(from: 1, to: 1 << 20) }
    if let field = keys["examples"] { validation.taskExamples = try field.integer(from: 1, to: 1 << 20) }
    guard let field = keys["tasks"] else { return (validation, []) }
    let tasks = try field.words(TaskDataset.self, of: "datasets")
    validation.tasks = tasks.map(\.rawValue)
    return (validation, Array(zip(tasks, try field.list(of: "datasets"))))
  }
}

extension Field.Content {
  /// The members of a map; empty for anything else.
  fileprivate var members: [Field.Member] {
    if case .map(let members) = self { members } else { [] }
  }
}

extension CheckpointError {
  /// The invalid key of a config.
  var configKey: String? {
    switch self {
    case .missingConfigKey(let key, _), .unknownConfigKey(let key, _, _), .invalidConfigValue(let key, _, _, _): key
    default: nil
    }
  }
}

extension TransformerSpec {
  /// How many numbers the matrices have; a float, because a recipe may request more than any integer.
  fileprivate var approximateParameters: Double {
    let (width, layers) = (Double(dModel), Double(layers))
    let attention = width * Double(dHead) * 2 * (Double(heads) + Double(keyValueHeads))
    let mlp = width * Double(dMlp) * (isGated ? 3 : 2)
    let tables = Double(vocabulary) * (tiesEmbeddings ? 1 : 2) + (positions == .learned ? Double(context ?? 0) : 0)
    return layers * (attention + mlp) + width * tables
  }
}
