import Diagnostics

/// What can be wrong with a selection from caches.
public enum SelectionError: DiagnosedError, Equatable {
  case noSuchCache(String, known: [String])
  case noSuchRun(String, cache: String, known: [String])
  /// No activation of the cache matches.
  case noSuchHook(String, file: String, known: [String])
  /// None of the matching hooks is in one of the layers.
  case noSuchLayer(file: String, layers: [Int])
  /// An activation without one vector per token: attention patterns.
  case noVectors(hook: String)
  case noPositions(hook: String)
  case noHeads(hook: String)
  case headOutside(Int, hook: String, heads: Int)
  case differentHeads(hook: String, heads: Int, other: String, otherHeads: Int)
  /// Hooks of different widths in an analysis that needs one width.
  case differentWidths(hook: String, width: Int, other: String, otherWidth: Int)
  case differentModels(file: String, other: String)
  case noSuchLabel(String, file: String, known: [String])
  case noSuchValue(String, label: String, known: [String])
  case noLabels(kind: String)
  case notANumber(String, label: String, file: String, example: Int)
  /// No prompt has the token or span.
  case positionNowhere(String, source: String, hint: String?)
  /// Tokens are looked up by their text, which the file lacks.
  case noTokenStrings(file: String)
  case everyWithOtherPositions
  /// A label taken from the token, with several tokens.
  case onePosition(label: String)
  case noExamples(source: String)
  /// A table of labels has no row for a prompt.
  case noRow(column: String, example: Int)
  case notFinite(file: String, hook: String, run: String, example: Int, position: Int?, feature: Int, isUnwritten: Bool)
  /// Places with different examples.
  case differentExamples(place: String, count: Int, other: String, otherCount: Int)
  /// Nothing that was trained fits a cache.
  case noTraining(source: String, hook: String)
  case noPairs(label: String)

  public var kind: FailureKind { .badData }

  public var message: String {
    switch self {
    case .noSuchCache(let name, let known): "there is no cache '\(visible(name))'" + suggestion(for: name, among: known)
    case .noSuchRun(let run, let cache, let known):
      known.isEmpty
        ? "the cache '\(cache)' holds single prompts and has no run '\(run)'"
        : "the cache '\(cache)' has no run '\(run)'" + suggestion(for: run, among: known)
    case .noSuchHook(let pattern, let file, let known):
      "\(file): no activation matches '\(visible(pattern))'; it has \(Self.listed(known))"
    case .noSuchLayer(let file, let layers):
      "\(file): none of the chosen activations is in one of the given layers; the file has layers \(Self.listed(layers.map { "\($0)" }))"
    case .noVectors(let hook): "'\(hook)' has no vector for each token; an analysis needs activations that have one"
    case .noPositions(let hook): "'\(hook)' has no positions; leave 'positions' out"
    case .noHeads(let hook): "'\(hook)' is not divided into heads; leave 'heads' out, or choose other hooks"
    case .headOutside(let head, let hook, let heads): "'\(hook)' has \(heads) heads; there is no head \(head)"
    case .differentHeads(let hook, let heads, let other, let otherHeads):
      "'\(hook)' has \(heads) heads and '\(other)' has \(otherHeads); analyse them separately"
    case .differentWidths(let hook, let width, let other, let otherWidth):
      """
      '\(hook)' has \(width) numbers and '\(other)' has \(otherWidth); analyse activations of different widths \
      separately
      """
    case .differentModels(let file, let other):
      "\(file) and \(other) come from different models; give 'across_models: true' to compare them"
    case .noSuchLabel(let label, let file, let known):
      "\(file): prompts have no label '\(visible(label))'"
        + (known.isEmpty ? "; they have none at all" : suggestion(for: label, among: known))
    case .noSuchValue(let value, let label, let known):
      "no prompt's '\(visible(label))' is '\(visible(value))'" + suggestion(for: value, among: known)
    case .noLabels(let kind): "an analysis of the kind '\(kind)' needs 'labels'"
    case .notANumber(let text, let label, let file, let example):
      "\(file): the label '\(visible(label))' of prompt \(example) is '\(visible(text))', which is not a number"
    case .positionNowhere(let rule, let source, let hint):
      "no prompt of \(source) has the position \(visible(rule))" + (hint.map { "; \($0)" } ?? "")
    case .noTokenStrings(let file):
      "\(file) does not say what its tokens are (it was made without a tokenizer); give positions as numbers"
    case .everyWithOtherPositions:
      "the position 'every' makes each token an example, and cannot be combined with other positions"
    case .onePosition(let label): "labels read off the \(label) need exactly one position"
    case .noExamples(let source): "no example of \(source) is left to analyse"
    case .noRow(let column, let example): "the column '\(visible(column))' has no row for prompt \(example)"
    case .notFinite(let file, let hook, let run, let example, let position, let feature, let isUnwritten):
      "\(file): '\(hook)'\(run.isEmpty ? "" : " of the \(run) run") is not a finite number at example \(example)"
        + (position.map { ", position \($0)" } ?? "") + ", feature \(feature)"
        + (isUnwritten ? "; nothing was written there: make the cache again" : "; leave that example out")
    case .differentExamples(let place, let count, let other, let otherCount):
      "\(place) has \(count) examples and \(other) has \(otherCount); places are compared on the same examples"
    case .noTraining(let source, let hook):
      "\(source) cannot be followed: 'train' has no '\(hook)' of the same model"
    case .noPairs(let label):
      "no pairs: no value of '\(visible(label))' has one example of each class"
    }
  }

  private static func listed(_ names: [String]) -> String {
    names.isEmpty ? "none" : names.prefix(24).joined(separator: ", ") + (names.count > 24 ? ", ..." : "")
  }
}
