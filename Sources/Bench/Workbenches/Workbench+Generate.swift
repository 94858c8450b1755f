import ActivationStore
import Execution
import Interventions

/// A model's continuation of a prompt.
public struct GeneratedText: Sendable, Hashable, CustomStringConvertible {
  public let prompt: [Int32]
  /// The new tokens, without the prompt's, and why there are no more.
  public let tokens: GeneratedTokens
  /// The text of the new tokens; their ids if there is no tokenizer.
  public let text: String
  /// For each intervention, the norm of everything that it changed: 0 means that it had no effect.
  public let changeNorms: [Double]

  public var description: String { text }
}

extension Workbench {
  /// Continues a prompt, token by token, under interventions.
  /// - Parameters:
  /// - interventions: applied in order; edits that take values from another run are rejected. Positions selected by a
  ///   site apply as they are, and those counted from the end are the prompt's.
  ///   - positions: where interventions apply if their sites select no positions; nil for vectors from the prompt's
  ///     last token on, vectors with one per position from the prompt's first token on, and other edits everywhere.
  ///   - count: how many tokens.
  ///   - sampling: how each is chosen.
  /// - file: with `line`, the place named in messages.
  /// - Throws: as `tokens(of:)`; `InterventionError` for what does not fit the model or would never fire;
  ///   `RunError.logitsNotFinite` if an edit drives the logits out of range; `CancellationError`.
  public func generate(
    _ prompt: String, _ interventions: [Intervention] = [], at positions: SteeredPositions? = nil, count: Int = 40,
    sampling: Sampling = .greedy, file: String = #fileID, line: Int = #line
  ) throws -> GeneratedText {
    let tokens = try tokens(of: prompt, file: file, line: line)
    let model = loaded.model(.needed(by: interventions.map(\.site.name)))
    let edits = try interventions.map {
      try $0.placed(
        in: model.graph, at: positions ?? $0.usualPositions, prompt: tokens.count, new: count)
    }
    let generation = TextGeneration(model: model, prompt: tokens, edits: edits, ends: try endsOfText())
    let result = try generation.run(count, sampling, comparing: false) { _ in try Task.checkCancellation() }
    guard let generated = result.edited ?? result.unedited else { preconditionFailure("one row was continued") }
    return GeneratedText(
      prompt: tokens, tokens: generated,
      text: tokenizer?.text(generated.tokens, after: tokens)
        ?? generated.tokens.map { "\($0)" }.joined(separator: " "),
      changeNorms: result.changeNorms)
  }
}

extension Workbench {
  /// The tokens that end a text: those in the model's files, and the tokenizer's.
  /// - Throws: `CheckpointError`.
  package func endsOfText() throws -> Set<Int32> {
    try loaded.folder.endsOfText().union([tokenizer?.endOfText].compactMap(\.self))
  }
}

extension Intervention {
  /// Where it applies by default: vectors from the prompt's last token on, those with one per position in the prompt
  /// (nil), other edits everywhere.
  fileprivate var usualPositions: SteeredPositions? {
    let isSequence = edit.additions.contains { if case .sequences = $0.direction { true } else { false } }
    return isSequence ? nil : edit.additions.isEmpty ? .all : .answer
  }
}

extension SteeringVector: DirectionsConvertible {
  /// Its directions, each for its own layer, once.
  public var directions: Directions {
    Directions([Directions.Term(direction, madeAt: SiteName(rawValue: site))])
  }

  /// In the form that edits take.
  package var direction: Edit.Direction {
    isSequence ? .sequences(values, layers: layers) : .vectors(values.map { $0[0] }, layers: layers)
  }
}
