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

  /// The token's position in a prompt; nil if the prompt has no such token.
  /// - Parameters:
  ///   - length: the number of tokens of the prompt.
  ///   - tokens: their texts; nil if unknown.
  ///   - labels: the labels of the prompt.
  package func position(length: Int, tokens: [String]?, labels: [String: String]) -> Int? {
    switch self {
    case .index(let index):
      let position = index < 0 ? length + index : index
      return (0..<length).contains(position) ? position : nil
    case .token(let token, let occurrence):
      let tokens = tokens ?? []
      // Word-level tokenizers have no spaces; others put the space before a word into its token.
      let wanted = Self.hasSpaces(tokens) ? token : String(token.drop { $0 == " " })
      return Self.pick(tokens.indices.filter { tokens[$0] == wanted }, occurrence)
    case .span(let label, let occurrence, let edge):
      guard let tokens, let words = labels[label], !words.isEmpty else { return nil }
      let spans = Self.spans(of: words, in: tokens)
      guard let span = Self.pick(spans, occurrence) else { return nil }
      return edge == .first ? span.lowerBound : span.upperBound - 1
    case .mean, .every, .none:
      return length > 0 ? 0 : nil
    }
  }

  private static func hasSpaces(_ tokens: [String]) -> Bool { tokens.contains { $0.contains(" ") } }

  private static func pick<T>(_ places: [T], _ occurrence: Int) -> T? {
    let index = occurrence < 0 ? places.count + occurrence : occurrence - 1
    return places.indices.contains(index) ? places[index] : nil
  }

  /// The tokens that cover some words, wherever these occur as whole words; overlapping occurrences are left out.
  private static func spans(of words: String, in tokens: [String]) -> [Range<Int>] {
    // The token that each byte of the text belongs to.
    var (text, owner): ([UInt8], [Int]) = ([], [])
    let separator = hasSpaces(tokens) ? "" : " "
    for (index, token) in tokens.enumerated() {
      for byte in (token + separator).utf8 {
        text.append(byte)
        owner.append(index)
      }
    }
    let wanted = Array(words.utf8)
    var spans: [Range<Int>] = []
    var start = 0
    while start + wanted.count <= text.count {
      let end = start + wanted.count
      let isWhole = (start == 0 || !isWordByte(text[start - 1])) && (end == text.count || !isWordByte(text[end]))
      if isWhole, text[start] == wanted[0], text[start..<end].elementsEqual(wanted) {
        spans.append(owner[start]..<owner[end - 1] + 1)
        start = end
      } else {
        start += 1
      }
    }
    return spans
  }

  /// Letters and digits, and every byte of other scripts.
  private static func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...:
      true
    default: false
    }
  }
}
