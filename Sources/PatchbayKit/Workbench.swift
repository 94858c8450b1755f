import Checkpoints
import Execution
import Experiments
import Interventions
import ModelGraph
import Patching
import Tensors
import Tokenization

/// A model and its tokenizer, ready for runs, patches and sweeps: what every command begins with.
///
/// Messages about prompts name the line of the program that gives them (`file` and `line`).
public struct Workbench: Sendable {
  /// How the model was named.
  public let reference: ModelReference
  public let loaded: LoadedModel
  /// nil for a folder without one; prompts are then token ids.
  public let tokenizer: Tokenizer?
  private let resolver: PromptResolver

  /// Loads a model.
  /// - Parameter model: a folder in Hugging Face layout, or `bundled:NAME`.
  /// - Throws: `ExperimentError.noSuchBundledModel`, `CheckpointError`, `TokenizerError`; `RunError.wrongInput` for a policy, which reads no text.
  public init(_ model: String) throws {
    reference = ModelReference(model)
    let folder = try reference.folder()
    loaded = try LoadedModel(folder: folder)
    guard case .tokens(let vocabulary, let context) = loaded.model.graph.input else {
      throw RunError.wrongInput(given: "tokens", needed: "observations")
    }
    tokenizer = try Tokenizer.load(folder: folder)
    resolver = PromptResolver(tokenizer: tokenizer, folder: folder, vocabulary: vocabulary, context: context)
  }

  /// The model as runs take it, its graph without options.
  public var model: Model { loaded.model }

  /// A prompt's tokens, with one for the beginning of the text where the tokenizer puts one.
  /// - Throws: `ExperimentError` for a text that is empty, longer than the model's context, or of tokens that the model does not have.
  public func tokens(of text: String, file: String = #fileID, line: Int = #line) throws -> [Int32] {
    try resolver.tokens(of: text, at: Place(file: file, line: line))
  }

  /// Runs prompts and keeps activations.
  /// - Parameters:
  ///   - texts: one prompt each, of any lengths.
  ///   - hooks: names of activations as `patchbay hooks` prints them; `*` stands for any characters, `?` for one.
  ///   - edits: what is changed on the way, as `SiteResolver.place` makes them.
  ///   - file: what messages name as the place of the prompts.
  ///   - line: the line in it.
  /// - Throws: as `tokens(of:)`; `GraphError.noSuchHook` with the nearest name; `RunError` for an edit that would never fire.
  public func run(
    _ texts: [String], keeping hooks: [String] = [], edits: [PlacedEdit] = [], file: String = #fileID,
    line: Int = #line
  ) throws -> CachedRun {
    try run(tokens: try texts.map { try tokens(of: $0, file: file, line: line) }, keeping: hooks, edits: edits)
  }

  /// Runs prompts under interventions and keeps activations. Prompts that have none of an intervention's positions are left as they are.
  /// - Parameters:
  ///   - interventions: carried out in their order; edits that take from another run are refused.
  /// - Throws: as `tokens(of:)`; `InterventionError` for what does not fit the model or the prompts, or takes from another run.
  public func run(
    _ texts: [String], _ interventions: [Intervention], keeping hooks: [String] = [], file: String = #fileID,
    line: Int = #line
  ) throws -> CachedRun {
    let tokens = try texts.map { try self.tokens(of: $0, file: file, line: line) }
    let edits = try interventions.flatMap {
      try EditPlacer($0.edit, at: $0.site, in: model.graph).edits(lengths: tokens.map(\.count))
    }
    return try run(tokens: tokens, keeping: hooks, edits: edits)
  }

  /// The same of prompts that are tokens already.
  public func run(tokens: [[Int32]], keeping hooks: [String] = [], edits: [PlacedEdit] = []) throws -> CachedRun {
    let nodes = hooks.isEmpty ? [] : try model.graph.nodes(matching: hooks)
    let (logits, activations) = try Oracle(model).lastLogits(
      try Batch(prompts: tokens), edits: edits, keeping: nodes.map(\.id))
    return CachedRun(tokens: tokens, logits: logits, activations: activations, nodes: nodes, tokenizer: tokenizer)
  }

  /// Pairs of prompts as an engine takes them.
  /// - Parameters:
  ///   - pairs: clean and corrupted prompts with their answers.
  ///   - metrics: what will be read off; some compare the answer with a wrong one.
  /// - Throws: `ExperimentError` that names the pair's line: prompts of a pair must have as many tokens, and an answer must be one token.
  public func prompts(_ pairs: [PromptSpec], metrics: [Metric] = [.logitDiff]) throws -> ResolvedPrompts {
    try resolver.resolve(pairs, metrics: metrics)
  }

  /// An engine for patches and sweeps over pairs of prompts.
  /// - Parameters:
  ///   - pairs: clean and corrupted prompts with their answers.
  ///   - direction: `.denoise` puts clean activations into the corrupted run, `.noise` corrupted ones into the clean run.
  ///   - metrics: what is read off each run.
  ///   - options: what must be in the graph's path besides, for edits of sites such as `result` and `q_input`.
  ///   - threads: how many workers share the cells; nil for one a processor core.
  ///   - memory: bytes that runs may take beside the weights; nil for half of what is free.
  /// - Throws: as `prompts`, and what `PatchingEngine.init` throws.
  public func engine(
    for pairs: [PromptSpec], direction: PatchingDirection = .denoise, metrics: [Metric] = [.logitDiff],
    options: GraphOptions = GraphOptions(), threads: Int? = nil, memory: Int? = nil
  ) throws -> PatchingEngine {
    try PatchingEngine(
      model: loaded.model(options), prompts: try prompts(pairs, metrics: metrics).set, direction: direction,
      metrics: metrics, threads: threads, memory: memory)
  }
}
