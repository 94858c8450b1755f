import ActivationStore
import Checkpoints
import Execution
import ExperimentFile
import ModelGraph
import Patching
import Tokenization

/// A model and its tokenizer, ready for runs, sweeps and text: the starting point of commands, experiments and
/// programs.
///
/// Messages about prompts name the line of the program that gives them (`file` and `line`).
public struct Workbench: Sendable {
  /// The name that was given for the model.
  public let reference: ModelReference
  public let loaded: LoadedModel
  /// nil for a folder without one, where prompts are token ids, and for a policy, which takes no text.
  public let tokenizer: Tokenizer?
  /// Where the model was read from.
  package let folder: String

  /// Loads a model.
  /// - Parameter model: a folder in Hugging Face layout, a `.gguf` file, or `bundled:NAME`.
  /// - Throws: `ExperimentError.noSuchBundledModel`, `CheckpointError`, `TokenizerError`.
  public init(_ model: String) throws { try self.init(ModelReference(model)) }

  /// Loads a model.
  /// - Throws: as the other form.
  public init(_ reference: ModelReference) throws {
    let folder = try reference.folder()
    let loaded = try LoadedModel(folder: folder)
    var tokenizer: Tokenizer?
    if case .tokens = loaded.model.graph.input { tokenizer = try reference.tokenizer() }
    self.init(reference, folder: folder, loaded, tokenizer)
  }

  /// Loads a model and its tokenizer at the same time.
  /// - Throws: as `init(_:)`.
  public static func loading(_ reference: ModelReference) async throws -> Workbench {
    let folder = try reference.folder()
    async let tokenizer = reference.tokenizer()
    let loaded = try LoadedModel(folder: folder)
    return Workbench(reference, folder: folder, loaded, try await tokenizer)
  }

  private init(_ reference: ModelReference, folder: String, _ loaded: LoadedModel, _ tokenizer: Tokenizer?) {
    self.reference = reference
    self.folder = folder
    self.loaded = loaded
    self.tokenizer = tokenizer
  }

  /// The model for runs, with a graph without options.
  public var model: Model { loaded.model }

  /// Turns prompts into tokens.
  /// - Throws: `RunError.wrongInput` for a policy, which takes no text.
  package func resolver() throws -> PromptResolver {
    guard case .tokens(let vocabulary, let context) = model.graph.input else {
      throw RunError.wrongInput(given: "tokens", needed: "observations")
    }
    return PromptResolver(tokenizer: tokenizer, folder: folder, vocabulary: vocabulary, context: context)
  }

  /// A prompt's tokens, with a beginning-of-text token if the tokenizer adds one.
  /// - Throws: `ExperimentError` for a text that is empty, longer than the model's context, or has tokens that the
  ///   model lacks; `RunError.wrongInput` for a policy.
  public func tokens(of text: String, file: String = #fileID, line: Int = #line) throws -> [Int32] {
    try resolver().tokens(of: text, at: Place(file: file, line: line))
  }

  /// A prompt pair, checked.
  /// - Parameters:
  ///   - clean: the prompt that the answer follows.
  /// - corrupted: a prompt with the same number of tokens.
  ///   - answer: what should follow the clean prompt, including its leading space: one token.
  ///   - wrong: what the answer is compared with; nil if no metric compares.
  ///   - labels: further properties of the pair.
  ///   - file: with `line`, the place named in messages.
  /// - Throws: `ExperimentError` that names the line.
  public func pair(
    _ clean: String, _ corrupted: String, answer: String, wrong: String? = nil, labels: [String: String] = [:],
    file: String = #fileID, line: Int = #line
  ) throws -> PromptSpec {
    let pair = PromptSpec(
      clean: clean, corrupted: corrupted, answer: answer, wrong: wrong, labels: labels, file: file, line: line)
    _ = try prompts([pair], metrics: [wrong == nil ? .logit : .logitDiff])
    return pair
  }

  /// Prompt pairs in the form that an engine takes.
  /// - Parameters:
  ///   - pairs: clean and corrupted prompts with their answers.
  /// - metrics: the metrics of the run; some compare the answer with a wrong one.
  /// - Throws: `ExperimentError` that names the pair's line: the prompts of a pair must have the same number of tokens,
  ///   and an answer must be one token.
  public func prompts(_ pairs: [PromptSpec], metrics: [Metric] = [.logitDiff]) throws -> ResolvedPrompts {
    try resolver().resolve(pairs, metrics: metrics)
  }

  /// A file of `patchbay vector`, or a control vector of llama.cpp (`.gguf`; with `#1` after it, layers count from 1).
  /// - Parameter allowsOtherModel: whether it may be of another model.
  /// - Throws: `StoreError`; `ExperimentError` for a vector of another model.
  public func vector(
    _ path: String, allowsOtherModel: Bool = false, file: String = #fileID, line: Int = #line
  ) throws -> SteeringVector {
    let written = try WrittenVector(path: path)
    if !allowsOtherModel, let sha256 = written.modelSHA256, sha256 != (try loaded.folder.sha256()) {
      throw ExperimentError.inFile(
        Place(file: file, line: line), .vectorOfOtherModel(found: written.vector.model, model: reference.text))
    }
    return written.vector
  }
}
