import Checkpoints
import Commands
import Diagnostics
import Foundation
import TestSupport
import Testing
import Tokenization
import Training

/// A folder with a tokenizer of a few words, a text in both forms, and recipes.
final class RecipePlace {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try FileManager.default.createDirectory(atPath: "\(folder.path)/tokenizer", withIntermediateDirectories: true)
    try folder.write("tokenizer/tokenizer.json", TinyModel.tokenizer)
    let lines = (0..<60).map { "When Mary and John went to the \($0 % 2 == 0 ? "store" : "park")" }
    try folder.write("text.txt", lines.joined(separator: "\n"))
    try folder.write("text.jsonl", lines.map { "{\"text\": \"\($0)\", \"from\": 3}" }.joined(separator: "\n"))
  }

  func read(_ yaml: String, seed: UInt64? = nil) throws -> RecipeFile {
    try RecipeFile(file: try folder.write("recipe.yaml", yaml), seed: seed)
  }

  /// The message about a recipe, without the folder's path.
  func message(_ yaml: String) throws -> String {
    let file = try folder.write("recipe.yaml", yaml)
    do {
      _ = try RecipeFile(file: file)
      return "no error"
    } catch {
      guard let error = error as? any DiagnosedError else { return "undiagnosed: \(error)" }
      #expect(error.kind == .badData || error.kind == .inputNotFound)
      return error.message.replacingOccurrences(of: "\(folder.path)/", with: "")
    }
  }
}

@Suite struct RecipeDecodingTests {
  static let model = "model: {n_layers: 1, n_heads: 2, d_model: 8, n_ctx: 12}"
  static let small = "\(model)\ndata: {text: text.txt}\ntokenizer: tokenizer\nsteps: 50\n"

  @Test func everyKeyArrives() throws {
    let file = try RecipePlace().read(
      """
      model: {n_layers: 3, n_heads: 4, d_model: 64, d_mlp: 100, n_ctx: 70, norm: rms, activation: silu, gated: true, positions: rotary}
      data: {grammar: {seed: 3}}
      steps: 700
      batch_tokens: 1000
      shards: 3
      seed: 11
      optimizer:
        learning_rate: 0.004
        warm_up: 20
        decay: linear
        final: 0.25
        betas: [0.8, 0.95]
        epsilon: 1e-6
        weight_decay: 0.02
        clip: none
      validation: {every: 90, documents: 33, tasks: [induction, ioi], examples: 7}
      checkpoint_every: 44
      """)
    let recipe = file.recipe
    let spec = try #require(recipe.spec as? TransformerSpec)
    #expect(spec.layers == 3 && spec.dMlp == 100 && spec.isGated && spec.norm.kind == .rms)
    #expect(spec.vocabulary > 500)
    #expect(recipe.model.keys.last == "vocab_size" && recipe.model["d_mlp"]?.integerValue == 100)
    #expect(recipe.steps == 700 && recipe.batchTokens == 1000 && recipe.shards == 3 && recipe.seed == 11)
    #expect(recipe.checkpointEvery == 44)
    #expect(
      recipe.optimizer
        == OptimizerSpec(
          learningRate: 0.004, warmUp: 20, decay: .linear, finalShare: 0.25, beta1: 0.8, beta2: 0.95, epsilon: 1e-6,
          weightDecay: 0.02, clip: nil))
    #expect(
      recipe.validation == .init(every: 90, documents: 33, tasks: ["induction", "ioi"], taskExamples: 7))
    #expect(file.tasks.map(\.name) == ["induction", "ioi"] && file.tasks.allSatisfy { $0.examples.count == 7 })
    #expect(file.files.map(\.name) == ["tokenizer.json", "tokenizer_config.json", "recipe.yaml"])
    #expect(recipe.data.hasPrefix("grammar, seed 3, text "))
  }

  @Test func mazes() throws {
    let file = try RecipePlace().read(
      "model: {model_type: impala_policy, scale: 2}\ndata: {mazes: {sizes: [5, 7], seed: 4}}\nsteps: 9\nbatch_mazes: 6\n"
    )
    #expect(file.recipe.spec as? ImpalaSpec == ImpalaSpec(scale: 2))
    #expect(file.recipe.batchTokens == 6 && file.recipe.data == "mazes of 5 7, cheese top-right, seed 4")
    #expect(file.files.map(\.name) == ["recipe.yaml"] && file.tasks.isEmpty)
    guard case .pictures(let training, let validation) = file.data else { throw Skipped.noPictures }
    #expect(training.shape == [3, 64, 64] && validation.shape == [3, 64, 64])
    let plain = try RecipePlace().read("model: {}\ndata: {mazes: {sizes: [3]}}\nsteps: 9\n").recipe
    #expect(plain.batchTokens == 128 && plain.data == "mazes of 3, cheese top-right, seed 0")
  }

  private enum Skipped: Error { case noPictures }

  @Test func defaults() throws {
    let recipe = try RecipePlace().read(Self.small).recipe
    #expect(recipe.batchTokens == 4096 && recipe.shards == 4 && recipe.seed == 0 && recipe.checkpointEvery == 500)
    #expect(recipe.optimizer == OptimizerSpec(warmUp: 5))
    #expect(recipe.validation == Recipe.Validation())
    let spec = try #require(recipe.spec as? TransformerSpec)
    #expect(spec.vocabulary == TinyModel.words.count && spec.tiesEmbeddings)
  }

  @Test func bothFormsOfTextAreTheSame() throws {
    let place = try RecipePlace()
    let plain = try place.read(Self.small)
    let json = try place.read(Self.small.replacing("text.txt", with: "text.jsonl"))
    #expect(plain.recipe.data == json.recipe.data)
    #expect(plain.text.source.count == 59 && plain.text.validation.count == 1)
    for index in 0..<100 {
      #expect(try plain.text.source.document(index, seed: 1) == json.text.source.document(index, seed: 1))
    }
    // "When Mary and John went to the store"
    #expect(try plain.text.validation.document(0, seed: 0) == [1, 2, 5, 3, 6, 7, 8, 9])
  }

  @Test func linesEndAsTheyDoElsewhere() throws {
    let place = try RecipePlace()
    let text = "When Mary went\r\n\r\n   \r\nto the\u{2028}store\nJohn"
    try place.folder.write("text.txt", text)
    let file = try place.read(Self.small)
    #expect(file.text.source.count == 3)
    let documents = try (0..<3).map { try file.text.source.document($0, seed: 0) }
    #expect(Set(documents) == [[1, 2, 6], [7, 8, 9], [3]])
  }

  @Test func otherTextIsAnotherRecipe() throws {
    let place = try RecipePlace()
    let before = try place.read(Self.small).recipe.data
    try place.folder.write("text.txt", "When Mary went to the store\nand John\n")
    let other = try place.read(Self.small).recipe.data
    #expect(before != other && other.hasPrefix("2 documents, text "))
    try place.folder.write(
      "tokenizer/tokenizer.json", TinyModel.tokenizer.replacingOccurrences(of: "park", with: "pond"))
    #expect(try place.read(Self.small).recipe.data != other)
  }

  @Test func aSeedFromOutsideStandsInTheCopy() throws {
    let place = try RecipePlace()
    let file = try place.read("seed: 3\n\(Self.small)", seed: 9)
    #expect(file.recipe.seed == 9)
    let copy = try #require(file.files.last)
    #expect(copy.name == "recipe.yaml")
    #expect(String(decoding: copy.bytes, as: UTF8.self) == "# trained with --seed 9\nseed: 3\n\(Self.small)")
    let same = try place.read("seed: 3\n\(Self.small)", seed: 3)
    #expect(same.files.last?.bytes == Array("seed: 3\n\(Self.small)".utf8))
  }
}

extension RecipeFile {
  /// The documents of a recipe that trains on text.
  fileprivate var text: (source: TokenSource, validation: TokenSource) {
    guard case .documents(let source, let validation) = data else { preconditionFailure("the recipe trains on text") }
    return (source, validation)
  }
}
