import Foundation

/// The token of each prompt at which an activation is taken.
public enum PositionRule: Sendable, Hashable {
  /// A number; negative numbers count from the end.
  case index(Int)
  /// A token exactly as written, including its space; occurrence 1 is the first, -1 the last.
  case token(String, occurrence: Int)
  /// The words of a label, where they occur in the prompt.
  case span(label: String, occurrence: Int, edge: Edge)
  /// The mean over all tokens.
  case mean
  /// Each token is an example by itself.
  case every
  /// The activation has no positions.
  case none

  /// Which token of several.
  public enum Edge: String, Sendable, Hashable, CaseIterable {
    case first, last
  }

  /// Its name in results.
  public var label: String {
    switch self {
    case .index(let index): "\(index)"
    case .token(let token, let occurrence): "'\(token)'" + (occurrence == -1 ? "" : " \(occurrence)")
    case .span(let label, let occurrence, let edge):
      "{\(label)}" + (occurrence == -1 ? "" : " \(occurrence)") + (edge == .last ? "" : " first")
    case .mean: "mean"
    case .every: "every"
    case .none: "all"
    }
  }

  /// Why a prompt has no such token.
  public enum Missing: Sendable, Hashable {
    case tooShort(tokens: Int)
    case noToken(String)
    case noLabel(String)
    /// The prompt does not contain the label's words.
    case noWords(String)
    /// It contains them only as parts of longer words.
    case insideWords(String)
    /// It contains the token or the words, but not this many times.
    case fewer(String, count: Int)

    /// The end of a sentence about a prompt.
    public var reason: String {
      switch self {
      case .tooShort(let tokens): "it has \(tokens) \(tokens == 1 ? "token" : "tokens")"
      case .noToken(let token): "it has no token '\(token)'"
      case .noLabel(let label): "it has no label '\(label)'"
      case .noWords(let words): "'\(words)' is not in it"
      case .insideWords(let words): "'\(words)' is only a part of longer words in it"
      case .fewer(let text, let count): "it has '\(text)' \(count == 1 ? "once" : "\(count) times")"
      }
    }
  }

  /// The position of the token in a prompt, or why there is none.
  /// - Parameters:
  /// - length: the number of tokens of the prompt.
  ///   - tokens: their texts; nil if unknown.
  ///   - areWords: whether they are words without their spaces; nil if unknown.
  ///   - labels: the labels of the prompt.
  package func position(
    length: Int, tokens: [String]?, areWords: Bool?, labels: [String: String]
  ) -> Result<Int, Missing> {
    switch self {
    case .index(let index):
      let position = index < 0 ? length + index : index
      return (0..<length).contains(position) ? .success(position) : .failure(.tooShort(tokens: length))
    case .token(let token, let occurrence):
      let tokens = tokens ?? []
      // Word-level tokenizers have no spaces; others put the space before a word into its token.
      let areWords = areWords ?? !tokens.contains { $0.contains(" ") }
      let wanted = areWords ? String(token.drop { $0 == " " }) : token
      let places = tokens.indices.filter { tokens[$0] == wanted }
      if places.isEmpty { return .failure(.noToken(token)) }
      return Self.pick(places, occurrence).map { .success($0) } ?? .failure(.fewer(token, count: places.count))
    case .span(let label, let occurrence, let edge):
      let words = (labels[label] ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
      guard let tokens, !words.isEmpty else { return .failure(.noLabel(label)) }
      // If it is unknown, a text without any space is first read as it is, and then as words.
      let kinds = areWords.map { [$0] } ?? (tokens.contains { $0.contains(" ") } ? [false] : [false, true])
      let found = kinds.map { PromptText(tokens: tokens, areWords: $0).occurrences(of: words) }
      guard let places = found.first(where: { !$0.whole.isEmpty })?.whole else {
        return .failure(found.contains(where: \.areInsideWords) ? .insideWords(words) : .noWords(words))
      }
      guard let span = Self.pick(places, occurrence) else { return .failure(.fewer(words, count: places.count)) }
      return .success(edge == .first ? span.lowerBound : span.upperBound - 1)
    case .mean, .every, .none:
      return length > 0 ? .success(0) : .failure(.tooShort(tokens: 0))
    }
  }

  private static func pick<T>(_ places: [T], _ occurrence: Int) -> T? {
    let index = occurrence < 0 ? places.count + occurrence : occurrence - 1
    return places.indices.contains(index) ? places[index] : nil
  }
}

extension PositionRule.Missing: Error {}
