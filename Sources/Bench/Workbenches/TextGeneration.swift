import Execution
import Interventions
import ModelGraph
import Tokenization

/// The continuation of one prompt, with its activations edited and, for comparison, unedited: how the command and the
/// library generate text.
package struct TextGeneration {
  let model: Model
  let prompt: [Int32]
  /// The placed edits of row 0, intervention by intervention.
  let edits: [[PlacedEdit]]
  /// The tokens that end a text.
  let ends: Set<Int32>

  package init(model: Model, prompt: [Int32], edits: [[PlacedEdit]], ends: Set<Int32>) {
    self.model = model
    self.prompt = prompt
    self.edits = edits
    self.ends = ends
  }

  /// The generated tokens.
  package struct Result {
    /// nil if nothing was edited.
    package let edited: GeneratedTokens?
    /// nil if it was omitted.
    package let unedited: GeneratedTokens?
    /// For each intervention, the norm of everything that it changed.
    package let changeNorms: [Double]
  }

  /// - Parameters:
  /// - comparing: whether the unedited prompt is continued as well; both are rows of the same products.
  ///   - check: called before each token with how many there are; may throw to stop.
  /// - Throws: `RunError`; what `check` throws.
  package func run(
    _ count: Int, _ sampling: Sampling, comparing: Bool, check: (Int) throws -> Void = { _ in }
  ) throws -> Result {
    let rows = !edits.isEmpty && comparing ? [prompt, prompt] : [prompt]
    var continuation = try Continuation(model, prompts: rows, edits: edits.flatMap(\.self))
    let generated = try continuation.generate(count, sampling, ends: ends, check: check)
    var reports = continuation.reports[...]
    let norms = edits.map { own -> Double in
      defer { reports = reports.dropFirst(own.count) }
      return reports.prefix(own.count).reduce(0) { $0 + $1.changeNorm * $1.changeNorm }.squareRoot()
    }
    return Result(
      edited: edits.isEmpty ? nil : generated[0],
      unedited: edits.isEmpty || comparing ? generated[generated.count - 1] : nil, changeNorms: norms)
  }
}

/// The tokens of generated text at which an edit applies.
public enum SteeredPositions: String, Sendable, Hashable, CaseIterable {
  /// The prompt's tokens.
  case prompt
  /// The prompt's last token and all new ones: every token at which a new one is chosen (CAA, Rimsky et al. 2024, since
  /// its code was fixed: https://github.com/nrimsky/CAA/issues/3).
  case answer
  /// The new tokens. The first one is chosen at the prompt's last token, so it is the same as without steering.
  case after
  case all
}

extension Intervention {
  /// Its placed edits in row 0 of generated text.
  /// - Parameters:
  /// - positions: where it applies; nil for the prompt, at whose positions vectors with one per position are added.
  ///   - prompt: how many tokens the prompt has.
  ///   - new: how many are generated; the last of them is not evaluated.
  /// - Throws: `InterventionError` for what does not fit the model, or would never fire.
  package func placed(
    in graph: ModelGraph, at positions: SteeredPositions?, prompt: Int, new: Int
  ) throws -> [PlacedEdit] {
    if positions == .after, new == 1 {
      throw InterventionError.neverFires(site: site.name, axis: .position, longest: prompt)
    }
    let site = try site.narrowed(positions, prompt: prompt, new: new)
    return try EditPlacer(edit, at: site, in: graph).edits(lengths: [prompt + new])
  }
}

extension Site {
  /// The site at some tokens, the attending ones if it has pairs. The site's own selection takes precedence; entries
  /// counted from the end are the prompt's.
  fileprivate func narrowed(_ positions: SteeredPositions?, prompt: Int, new: Int) throws -> Site {
    let chosen: Selector =
      switch positions {
      case .all: .all
      case .answer: .items([.range(prompt - 1, prompt + new - 1)])
      case .after: .items([.range(prompt, prompt + new - 1)])
      case .prompt, nil: .items([.range(0, prompt - 1)])
      }
    var changed: [SiteAxis: Selector] = [:]
    for axis in [SiteAxis.position, .destination] where name.axes.contains(axis) {
      changed[axis] = self[axis] == .all ? chosen : self[axis].countedFromStart(count: prompt)
    }
    return try narrowed(changed)
  }
}

extension Selector {
  /// The same entries of an axis of `count`, all counted from the start.
  fileprivate func countedFromStart(count: Int) -> Selector {
    guard case .items(let items) = self else { return self }
    func entry(_ index: Int) -> Int { index < 0 ? max(0, count + index) : index }
    return .items(
      items.map { item in
        switch item {
        case .index(let index): .index(entry(index))
        case .range(let first, let last): .range(entry(first), entry(last))
        }
      })
  }
}

extension Tokenizer {
  /// What tokens add to the text of those before them. They are not decoded by themselves, since SentencePiece's first
  /// blank belongs to no token.
  package func text(_ tokens: [Int32], after before: [Int32]) -> String {
    do {
      let start = try decode(before, skipSpecialTokens: true)
      let whole = try decode(before + tokens, skipSpecialTokens: true)
      guard whole.unicodeScalars.starts(with: start.unicodeScalars) else { return try decode(tokens) }
      return String(String.UnicodeScalarView(whole.unicodeScalars.dropFirst(start.unicodeScalars.count)))
    } catch {
      // A model's vocabulary may have rows without a token of the tokenizer.
      return tokens.map { tokenString($0) }.joined()
    }
  }
}
