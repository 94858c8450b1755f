import Checkpoints
import Datasets
import Diagnostics
import ExperimentFile
import Tokenization
import Training

/// A training recipe from a YAML file, with its text and tokenizer loaded.
public struct RecipeFile: Sendable {
  public let recipe: Recipe
  public let data: TrainingData
  public let tasks: [(name: String, examples: [TaskExample])]
  /// The additional files of the model's folder: the tokenizer's files and the recipe itself.
  public let files: [(name: String, bytes: [UInt8])]

  /// - Parameters:
  ///   - file: a YAML file; paths in it are relative to its folder.
  /// - seed: replaces the recipe's own.
  /// - Throws: `ExperimentError` at the line at fault.
  public init(file: String, seed: UInt64? = nil) throws {
    let text = try readText(file)
    let place = Place(file: file, line: 1)
    guard let root = try Field(yaml: text, file: file) else {
      throw ExperimentError.inFile(
        place, .missingKey(key: "model", of: "", meaning: "the keys of a patchbay config.json"))
    }
    let keys = try root.map(.recipe)
    let data = try keys.required("data").map(.recipeData).exactlyOne(of: KeyTable.recipeData.keys.map(\.name))
    let steps = try keys.required("steps").integer(from: 1)
    let optimizer = try keys["optimizer"].map { try $0.optimizer(steps: steps) }
    let measured = try keys["validation"].map { try $0.validation() } ?? (settings: Recipe.Validation(), tasks: [])
    let isOfMazes = data.key == "mazes"
    let batch = (key: isOfMazes ? "batch_mazes" : "batch_tokens", usual: isOfMazes ? 128 : 4096)
    for key in ["batch_tokens", "batch_mazes", "tokenizer"] {
      guard let field = keys[key], key != batch.key, isOfMazes || key == "batch_mazes" else { continue }
      throw field.error(.cannotCombine(key: key, other: "data.\(data.key)", path: ""))
    }
    let batchSize =
      try keys[batch.key].map { try $0.integer(from: isOfMazes ? 1 : 2, to: 1 << 24) } ?? batch.usual
    let shards = try keys["shards"].map { try $0.integer(from: 1, to: 1024) } ?? 4
    let ownSeed = UInt64(try keys["seed"].map { try $0.integer(from: 0) } ?? 0)
    let checkpointEvery = try keys["checkpoint_every"].map { try $0.integer(from: 1) } ?? 500
    let snapshots =
      try keys["snapshots"].map { field in
        try field.list(of: "steps").map { try $0.integer(from: 0, to: steps) }
      } ?? []

    let model: (json: JSONObject, spec: any ModelSpec)
    let description: String
    var tokenizerFiles: [(name: String, bytes: [UInt8])] = []
    if isOfMazes {
      model = try keys.required("model").policy()
      let mazes = try data.field.mazes()
      (self.data, description) = (mazes.data, mazes.description)
      if let task = measured.tasks.first {
        throw task.field.error(.cannotCombine(key: "validation.tasks", other: "data.mazes", path: ""))
      }
      tasks = []
    } else {
      let vocabulary = try RecipeTokenizer(
        keys["tokenizer"], isGrammar: data.key == "grammar", folder: folder(of: file), at: place)
      let tokenizer = vocabulary.tokenizer
      let transformer = try keys.required("model").model(vocabulary: tokenizer.vocabularySize)
      model = (transformer.json, transformer.spec)
      tasks = try measured.tasks.map { task, field in
        let count = measured.settings.taskExamples
        return (task.rawValue, try field.examples(of: task, count, tokenizer, transformer.spec.context))
      }
      let documents = try RecipeText(data, folder: folder(of: file), tokenizer: tokenizer)
      self.data = .documents(documents.source, validation: documents.validation)
      description = "\(documents.description); \(vocabulary.description)"
      tokenizerFiles = vocabulary.files
    }
    recipe = Recipe(
      model: model.json, spec: model.spec, data: description, steps: steps,
      batchTokens: batchSize, shards: shards, seed: seed ?? ownSeed,
      optimizer: optimizer ?? OptimizerSpec(warmUp: min(100, steps / 10)), validation: measured.settings,
      checkpointEvery: checkpointEvery, snapshots: snapshots)
    let overridden = seed.map { $0 == ownSeed ? "" : "# trained with --seed \($0)\n" } ?? ""
    files = tokenizerFiles + [("recipe.yaml", Array((overridden + text).utf8))]
  }
}

extension Field {
  /// A task's held-out pairs as tokens.
  fileprivate func examples(
    of task: TaskDataset, _ count: Int, _ tokenizer: Tokenizer, _ context: Int?
  ) throws -> [TaskExample] {
    let examples: [TaskExample]
    do {
      examples = try task.sample(count: count, seed: 0) { try tokenizer.encode($0) }.items.map {
        try $0.tokenized(tokenizer)
      }
    } catch {
      throw ExperimentError.wrapping(error, at: place)
    }
    let longest = examples.map(\.prompt.count).max() ?? 0
    if let context, longest > context {
      throw error(
        .badValue(
          path: path, value: "'\(task.rawValue)', whose prompts have up to \(longest) tokens",
          expected: "a dataset that fits the model's n_ctx of \(context)"))
    }
    return examples
  }
}

extension DatasetItem {
  /// The clean prompt with its answers.
  fileprivate func tokenized(_ tokenizer: Tokenizer) throws -> TaskExample {
    let prompt = try tokenizer.encode(clean)
    func last(_ answers: [String]) throws -> [Int32] {
      try answers.compactMap { try tokenizer.encode(clean + $0).last }
    }
    return TaskExample(prompt: prompt, answers: try last(answers), wrongs: try last(wrongs))
  }
}
