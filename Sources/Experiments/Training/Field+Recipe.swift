import Checkpoints
import Diagnostics
import Training

extension Field {
  /// A whole number within bounds.
  func integer(from least: Int, to most: Int = .max) throws -> Int {
    let value = try integer()
    guard value >= least, value <= most else {
      throw error(
        .badValue(
          path: path, value: "\(value)", expected: most == .max ? "\(least) or more" : "from \(least) to \(most)"))
    }
    return value
  }

  /// A number within bounds.
  func float(from least: Float, to most: Float = .infinity) throws -> Float {
    let value = try float()
    guard value >= least, value <= most else {
      throw error(
        .badValue(
          path: path, value: "\(value)", expected: most == .infinity ? "\(least) or more" : "from \(least) to \(most)"))
    }
    return value
  }

  /// The keys of a `patchbay` config, with the vocabulary's size from the tokenizer.
  func model(vocabulary: Int) throws -> (json: JSONObject, spec: TransformerSpec) {
    let content = try content()
    guard case .map(let members) = content else {
      throw error(
        .wrongType(path: path, found: content.description, expected: "a map with the keys of a patchbay config"))
    }
    var json = JSONObject()
    var hasSize = false
    for member in members {
      guard member.key != "model_type" else { continue }
      let value = try member.field.configValue()
      if member.key == "vocab_size" {
        hasSize = true
        guard value.integerValue == vocabulary else {
          throw member.field.error(
            .badValue(
              path: member.field.path, value: "\(value.integerValue.map(String.init) ?? "no number")",
              expected: "\(vocabulary), as many tokens as the tokenizer has; or left out"))
        }
      }
      json.append(key: member.key, value: value)
    }
    if !hasSize { json.append(key: "vocab_size", value: .integer(vocabulary)) }
    do {
      return (json, try PatchbayFamily.spec(Config(json, file: place.file)))
    } catch {
      throw ExperimentError.wrapping(error, at: place)
    }
  }

  private func configValue() throws -> JSONValue {
    switch try content() {
    case .null: return .null
    case .bool(let flag): return .bool(flag)
    case .integer(let number): return .integer(number)
    case .number(let number): return .number(number)
    case .text(let text): return .string(text)
    case let other: throw error(.wrongType(path: path, found: other.description, expected: "a single value"))
    }
  }

  func optimizer() throws -> OptimizerSpec {
    let keys = try map(.recipeOptimizer)
    var optimizer = OptimizerSpec()
    if let field = keys["learning_rate"] { optimizer.learningRate = try field.float(from: 0) }
    if let field = keys["warm_up"] { optimizer.warmUp = try field.integer(from: 0) }
    if let field = keys["decay"] { optimizer.decay = try field.choice(OptimizerSpec.Decay.self) }
    if let field = keys["final"] { optimizer.finalShare = try field.float(from: 0, to: 1) }
    if let field = keys["betas"] {
      let betas = try field.list(of: "two numbers").map { try $0.float(from: 0, to: 0.999_999) }
      guard betas.count == 2 else {
        throw field.error(.badValue(path: field.path, value: "\(betas.count) numbers", expected: "two numbers"))
      }
      (optimizer.beta1, optimizer.beta2) = (betas[0], betas[1])
    }
    if let field = keys["epsilon"] { optimizer.epsilon = try field.float(from: 1e-12) }
    if let field = keys["weight_decay"] { optimizer.weightDecay = try field.float(from: 0) }
    if let field = keys["clip"] {
      if case .text("none") = try field.content() {
        optimizer.clip = nil
      } else {
        optimizer.clip = try field.float(from: 0)
      }
    }
    return optimizer
  }

  func validation() throws -> Recipe.Validation {
    let keys = try map(.recipeValidation)
    var validation = Recipe.Validation()
    if let field = keys["every"] { validation.every = try field.integer(from: 1) }
    if let field = keys["documents"] { validation.documents = try field.integer(from: 1) }
    if let field = keys["tasks"] { validation.tasks = try field.list(of: "datasets").map { try $0.nonEmptyText() } }
    if let field = keys["examples"] { validation.taskExamples = try field.integer(from: 1) }
    return validation
  }
}
