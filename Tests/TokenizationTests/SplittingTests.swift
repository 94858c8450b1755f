import Testing
import Tokenization

/// What `pre_tokenizers.Split("-", behavior, invert).pre_tokenize_str("the-final--countdown")` of `tokenizers` 0.23.3
/// gives.
@Suite struct SplittingTests {
  @Test(arguments: [
    (Splitting.Behavior.removed, false, ["the", "final", "countdown"]),
    (Splitting.Behavior.removed, true, ["-", "-", "-"]),
    (Splitting.Behavior.isolated, false, ["the", "-", "final", "-", "-", "countdown"]),
    (Splitting.Behavior.isolated, true, ["the", "-", "final", "-", "-", "countdown"]),
    (Splitting.Behavior.mergedWithPrevious, false, ["the-", "final-", "-", "countdown"]),
    (Splitting.Behavior.mergedWithPrevious, true, ["the", "-final", "-", "-countdown"]),
    (Splitting.Behavior.mergedWithNext, false, ["the", "-final", "-", "-countdown"]),
    (Splitting.Behavior.mergedWithNext, true, ["the-", "final-", "-", "countdown"]),
    (Splitting.Behavior.contiguous, false, ["the", "-", "final", "--", "countdown"]),
    (Splitting.Behavior.contiguous, true, ["the", "-", "final", "--", "countdown"]),
  ])
  func agreesWithTheLibrary(behavior: Splitting.Behavior, inverted: Bool, parts: [String]) {
    let text = Array("the-final--countdown".utf8)
    let matches = text.indices.filter { text[$0] == UInt8(ascii: "-") }.map { $0..<($0 + 1) }
    let ranges = Splitting(behavior, inverted: inverted).apply(matches: matches, in: text.indices)
    #expect(ranges.map { String(decoding: text[$0], as: UTF8.self) } == parts)
  }
}
