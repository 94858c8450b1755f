import Checkpoints
import Datasets
import Diagnostics
import Tokenization
import Training

/// A training recipe as a YAML file, read, with the text and the tokenizer that it names.
public struct RecipeFile: Sendable {
  public let recipe: Recipe
  public let source: TokenSource
  public let validation: TokenSource
  public let tasks: [(name: String, examples: [TaskExample])]
  /// What becomes part of the model's folder: the tokenizer's files and the recipe itself.
  public let files: [(name: String, bytes: [UInt8])]

  /// - Parameters:
  ///   - file: a YAML file; paths in it are relative to its folder.
  ///   - seed: instead of the recipe's own.
  /// - Throws: `ExperimentError` at the line at fault.
  public init(file: String, seed: UInt64? = nil) throws {
    let text = try readText(file)
    let place = Place(file: file, line: 1)
    guard let node = try compose(text, file: file) else {
      throw ExperimentError.inFile(
        place, .missingKey(key: "model", of: "", meaning: "the keys of a patchbay config.json"))
    }
    let keys = try Field(source: .yaml(node), place: place, path: "").map(.recipe)
    let data = try keys.required("data").map(.recipeData).exactlyOne(of: KeyTable.recipeData.keys.map(\.name))
    let steps = try keys.required("steps").integer(from: 1)
    let optimizer = try keys["optimizer"].map { try $0.optimizer(steps: steps) }
    let measured = try keys["validation"].map { try $0.validation() } ?? (settings: Recipe.Validation(), tasks: [])
    let batchTokens = try keys["batch_tokens"].map { try $0.integer(from: 2, to: 1 << 24) } ?? 4096
    let shards = try keys["shards"].map { try $0.integer(from: 1, to: 1024) } ?? 4
    let ownSeed = UInt64(try keys["seed"].map { try $0.integer(from: 0) } ?? 0)
    let checkpointEvery = try keys["checkpoint_every"].map { try $0.integer(from: 1) } ?? 500
    let snapshots =
      try keys["snapshots"].map { field in
        try field.list(of: "steps").map { try $0.integer(from: 0, to: steps) }
      } ?? []

    let vocabulary = try RecipeTokenizer(
      keys["tokenizer"], isGrammar: data.key == "grammar", folder: folder(of: file), at: place)
    let tokenizer = vocabulary.tokenizer
    let model = try keys.required("model").model(vocabulary: tokenizer.vocabularySize)
    tasks = try measured.tasks.map { task, field in
      (task.rawValue, try field.examples(of: task, measured.settings.taskExamples, tokenizer, model.spec.context))
    }
    let documents = try RecipeText(data, folder: folder(of: file), tokenizer: tokenizer)
    (source, validation) = (documents.source, documents.validation)
    recipe = Recipe(
      model: model.json, spec: model.spec, data: "\(documents.description); \(vocabulary.description)", steps: steps,
      batchTokens: batchTokens, shards: shards, seed: seed ?? ownSeed,
      optimizer: optimizer ?? OptimizerSpec(warmUp: min(100, steps / 10)), validation: measured.settings,
      checkpointEvery: checkpointEvery, snapshots: snapshots)
    let overridden = seed.map { $0 == ownSeed ? "" : "# trained with --seed \($0)\n" } ?? ""
    files = vocabulary.files + [("recipe.yaml", Array((overridden + text).utf8))]
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
