import Checkpoints
import Datasets
import Diagnostics
import Foundation
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
  /// - Throws: `ExperimentError` at the line at fault, `TokenizerError`, `DatasetError`.
  public init(file: String, seed: UInt64? = nil) throws {
    let text = try readText(file)
    let place = Place(file: file, line: 1)
    guard let node = try compose(text, file: file) else {
      throw ExperimentError.inFile(
        place, .missingKey(key: "model", of: "", meaning: "the keys of a patchbay config.json"))
    }
    let keys = try Field(source: .yaml(node), place: place, path: "").map(.recipe)
    let data = try keys.required("data").map(.recipeData).exactlyOne(of: KeyTable.recipeData.keys.map(\.name))
    let parts = try RecipeTokenizer(
      keys["tokenizer"], isGrammar: data.key == "grammar", folder: folder(of: file), at: place)
    let model = try keys.required("model").model(vocabulary: parts.tokenizer.vocabularySize)
    let text_ = try RecipeText(data, folder: folder(of: file), tokenizer: parts.tokenizer)
    (source, validation) = (text_.source, text_.validation)
    let measured = try keys["validation"].map { try $0.validation() } ?? Recipe.Validation()
    recipe = Recipe(
      model: model.json, spec: model.spec, data: "\(text_.description); \(parts.description)",
      steps: try keys.required("steps").integer(from: 1),
      batchTokens: try keys["batch_tokens"].map { try $0.integer(from: 2) } ?? 4096,
      shards: try keys["shards"].map { try $0.integer(from: 1, to: 1024) } ?? 4,
      seed: try seed ?? keys["seed"].map { UInt64(try $0.integer(from: 0)) } ?? 0,
      optimizer: try keys["optimizer"].map { try $0.optimizer() } ?? OptimizerSpec(), validation: measured,
      checkpointEvery: try keys["checkpoint_every"].map { try $0.integer(from: 1) } ?? 500)
    let tokenizer = parts.tokenizer
    tasks = try measured.tasks.map { name in
      guard let task = TaskDataset(rawValue: name) else { throw DatasetError.unknownTask(name) }
      let sample = try task.sample(count: measured.taskExamples, seed: 0) { try tokenizer.encode($0) }
      return (name, try sample.items.map { try $0.tokenized(tokenizer) })
    }
    files = parts.files + [("recipe.yaml", Array(text.utf8))]
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

/// The tokenizer of a recipe and the files that it is made of.
private struct RecipeTokenizer {
  let tokenizer: Tokenizer
  let files: [(name: String, bytes: [UInt8])]
  let description: String

  private static let names = ["tokenizer.json", "vocab.json", "merges.txt", "tokenizer_config.json"]

  init(_ field: Field?, isGrammar: Bool, folder: String, at place: Place) throws {
    guard let field else {
      guard isGrammar else {
        throw ExperimentError.inFile(
          place,
          .missingKey(key: "tokenizer", of: "", meaning: "a folder with a tokenizer; only the grammar has its own"))
      }
      let json = Array(GrammarTokenizer.json().utf8)
      let configuration = Array("{\"eos_token\": \"\(GrammarTokenizer.endOfText)\"}\n".utf8)
      tokenizer = try Tokenizer(json: json, configuration: configuration)
      files = [("tokenizer.json", json), ("tokenizer_config.json", configuration)]
      description = "the grammar's tokenizer"
      return
    }
    let path = resolvedPath(try field.nonEmptyText(), relativeTo: folder)
    do {
      guard let found = try Tokenizer.load(folder: path) else {
        throw field.error(.badValue(path: field.path, value: path, expected: "a folder with a tokenizer.json"))
      }
      tokenizer = found
    } catch let error as TokenizerError {
      throw ExperimentError.wrapping(error, at: field.place)
    }
    files = try Self.names.filter { FileManager.default.fileExists(atPath: "\(path)/\($0)") }.map {
      ($0, try readBytes("\(path)/\($0)"))
    }
    description = "tokenizer \(fingerprint(files.map(\.bytes)))"
  }
}

/// The text of a recipe as tokens.
private struct RecipeText {
  let source: TokenSource
  let validation: TokenSource
  let description: String

  init(_ data: Field.Member, folder: String, tokenizer: Tokenizer) throws {
    let end = tokenizer.endOfText.map { [$0] } ?? []
    if data.key == "grammar" {
      let keys = try data.field.map(.recipeGrammar)
      let seed = UInt64(try keys["seed"].map { try $0.integer(from: 0) } ?? 0)
      let (text, held) = (GrammarText(seed: seed), GrammarText(seed: ~seed))
      source = TokenSource { try tokenizer.encode(text.document($0)) + end }
      validation = TokenSource { try tokenizer.encode(held.document($0)) + end }
      description = "grammar, seed \(seed)"
      return
    }
    let file = resolvedPath(try data.field.nonEmptyText(), relativeTo: folder)
    let documents: [String]
    do {
      documents = try Self.documents(file)
    } catch let error as ExperimentError where error.kind == .inputNotFound {
      throw ExperimentError.nested(data.field.place, error.kind, error.message)
    }
    let tokens = try documents.map { try tokenizer.encode($0) + end }
    // One in fifty is kept for validation, spread over the file.
    let kept = Set(stride(from: 0, to: tokens.count, by: 50)).filter { $0 > 0 }
    let training = tokens.indices.filter { !kept.contains($0) }.map { tokens[$0] }
    let others = kept.isEmpty ? training : kept.sorted().map { tokens[$0] }
    source = TokenSource(count: training.count) { training[$0] }
    validation = TokenSource(count: others.count) { others[$0] }
    description = "\(tokens.count) documents, text \(fingerprint(documents.map { Array($0.utf8) }))"
  }

  private static func documents(_ file: String) throws -> [String] {
    let lines = try readText(file).split(separator: "\n", omittingEmptySubsequences: false)
    var documents: [String] = []
    for (index, line) in lines.enumerated() where !line.allSatisfy(\.isWhitespace) {
      guard file.hasSuffix(".jsonl") else {
        documents.append(String(line))
        continue
      }
      let place = Place(file: file, line: index + 1)
      let value: JSONValue
      do {
        value = try JSONValue(parsing: Array(line.utf8))
      } catch {
        throw ExperimentError.brokenJSON(
          file: file, JSONError(line: index + 1, column: error.column, problem: error.problem))
      }
      guard let text = value["text"]?.stringValue else {
        throw ExperimentError.inFile(place, .missingKey(key: "text", of: "", meaning: "the document, as a text"))
      }
      documents.append(text)
    }
    guard !documents.isEmpty else { throw ExperimentError.noPrompts(file: file) }
    return documents
  }
}

/// A short number that tells contents apart (FNV-1a, 64 bits).
private func fingerprint(_ parts: [[UInt8]]) -> String {
  var hash: UInt64 = 0xCBF2_9CE4_8422_2325
  for part in parts {
    for byte in part { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    hash = (hash ^ 0xFFFF) &* 0x100_0000_01B3
  }
  return String(hash, radix: 16)
}
