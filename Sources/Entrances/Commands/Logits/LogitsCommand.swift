import Checkpoints
import Diagnostics
import Execution
import ExperimentFile
import ModelGraph
import Workbenches

/// `patchbay logits`: what a model predicts next and, given two prompts, where in the residual stream they differ.
public struct LogitsCommand: Sendable {
  public let model: String
  public let prompt: PromptSpec.Prompt
  /// The prompt whose residual stream is put into the run of `prompt`.
  public let against: PromptSpec.Prompt?
  /// The token that is followed; the top token of `prompt` if nil.
  public let answer: PromptSpec.Token?
  /// How many of the top tokens are shown.
  public let top: Int
  /// The layers to show in detail; a compact table of all if empty.
  public let layers: [Int]
  public let prependBOS: PrependBOS

  public init(
    model: String, prompt: PromptSpec.Prompt, against: PromptSpec.Prompt? = nil, answer: PromptSpec.Token? = nil,
    top: Int = 10, layers: [Int] = [], prependBOS: PrependBOS = .automatic
  ) {
    self.model = model
    self.prompt = prompt
    self.against = against
    self.answer = answer
    self.top = top
    self.layers = layers
    self.prependBOS = prependBOS
  }

  /// - Throws: `CheckpointError`, `TokenizerError`, `RunError`, `CommandError`, `ConsoleError`, `CancellationError`.
  public func run(on console: Console) async throws {
    let bench = try await Workbench.loading(ModelReference(model))
    let reader = try PromptReader(bench, prependBOS: prependBOS)
    do {
      let tokens = try reader.tokens(of: prompt, key: "--prompt", instead: "--tokens")
      let answer = try answer.map {
        try reader.token($0, after: prompt, key: "--answer", instead: "--answer-token")
      }
      if let against {
        let other = try reader.tokens(of: against, key: "--against", instead: "--against-tokens")
        try compare(tokens, other, answer, bench.model, reader, console)
      } else {
        try show(tokens, answer, bench.model, reader, console)
      }
    } catch let problem as FileProblem {
      throw CommandError.wrongPrompt(problem)
    }
  }

  /// One prompt: the top tokens, and how each token was predicted by those before it.
  private func show(
    _ tokens: [Int32], _ followed: Int32?, _ model: Model, _ reader: PromptReader, _ console: Console
  ) throws {
    let tables = LogitsTables(reader: reader)
    let batch = try Batch(prompts: [tokens])
    let activations = try Oracle(model).run(batch, keeping: [model.graph.logits])
    guard let logits = activations[model.graph.logits] else { preconditionFailure("the logits were asked for") }
    let vocabulary = model.graph[model.graph.logits].layout.width
    let scores = logits.reshaped([tokens.count, vocabulary])
    let last = TokenScores(scores, row: tokens.count - 1)
    var text = "After \(tokens.count) tokens:\n\n\(tables.top(last, count: top))"
    if let followed {
      text += "\n\nanswer \(reader.label(followed)): logit \(decimal(last.logit(followed), 2)), "
      text += "prob \(probability(last.probability(followed))), rank \(last.rank(followed))"
    }
    if tokens.count > 1 {
      text += "\n\nToken by token:\n\n" + tables.following(tokens) { TokenScores(scores, row: $0) }
    }
    try console.print(text)
  }

  /// Two prompts: the top tokens of both, and how patching the residual stream affects the answer.
  private func compare(
    _ tokens: [Int32], _ other: [Int32], _ given: Int32?, _ model: Model, _ reader: PromptReader, _ console: Console
  ) throws {
    guard tokens.count == other.count else {
      throw CommandError.unequalLengths(
        prompt: tokens.map(reader.resolver.label), against: other.map(reader.resolver.label))
    }
    let graph = model.graph
    let count = graph.dimensions.layers
    if let missing = layers.first(where: { !(0..<count).contains($0) }) {
      throw CommandError.noSuchLayer(missing, count: count)
    }
    let tables = LogitsTables(reader: reader)
    let batch = try Batch(prompts: [tokens, other])
    let logits = try Oracle(model).lastLogits(batch).logits
    let (scores, otherScores) = (TokenScores(logits, row: 0), TokenScores(logits, row: 1))
    try console.print(
      "After \(tokens.count) tokens:\n\n\(tables.top(scores, against: otherScores, count: top))")

    guard let answer = given ?? scores.top(1).first, count > 0 else { return }
    let patching = try ResidualPatching(
      model: model, prompt: tokens, against: other, answer: answer, layers: layers.isEmpty ? nil : layers)
    let progress = ProgressLine("patching", total: patching.count, unit: "runs", on: console)
    defer { progress.finish() }
    let cells = try patching.cells(progress: progress)
    progress.finish()
    let unpatched = ResidualPatching.Cell(logit: scores.logit(answer), rank: scores.rank(answer))
    let reached = ResidualPatching.Cell(logit: otherScores.logit(answer), rank: otherScores.rank(answer))
    let patches = LogitsTables.Patches(
      prompt: tokens, against: other, unpatched: unpatched, layers: layers.isEmpty ? Array(0..<count) : layers,
      cells: cells)
    let body =
      layers.isEmpty
      ? tables.compact(patches, columns: console.outputColumns ?? 160)
      : layers.indices.map { tables.detailed(patches, layer: $0) }.joined(separator: "\n\n")
    try console.print(
      """

      The answer \(reader.label(answer)): \(LogitsTables.full(unpatched)); in the run of --against \(LogitsTables.full(reached)).
      Its logit and rank when resid_pre of the --against run is patched in at one position of one layer (. where both runs are the same):

      \(body)
      """)
  }
}
