/// Finds added tokens in a text: of those that begin at the leftmost place the longest.
struct AddedTokenMatcher: Sendable {
  private struct Candidate: Sendable {
    let bytes: [UInt8]
    let token: AddedToken
  }

  /// A stretch of the text, and the token it is when it is one.
  struct Segment {
    let range: Range<Int>
    let id: Int32?
  }

  /// By the first byte; the longest first.
  private var candidates: [UInt8: [Candidate]] = [:]
  private var isFirstByte = [Bool](repeating: false, count: 256)

  /// - Parameter normalize: what the text to be searched went through; the tokens go through it too.
  init<Failure: Error>(
    _ tokens: [AddedToken], normalize: ([UInt8]) throws(Failure) -> [UInt8]
  ) throws(Failure) {
    for token in tokens {
      let bytes = try normalize(Array(token.content.utf8))
      guard let first = bytes.first else { continue }
      candidates[first, default: []].append(Candidate(bytes: bytes, token: token))
      isFirstByte[Int(first)] = true
    }
    for first in candidates.keys { candidates[first]?.sort { $0.bytes.count > $1.bytes.count } }
  }

  func segments(of text: ArraySlice<UInt8>) -> [Segment] {
    guard !candidates.isEmpty, !text.isEmpty else { return [Segment(range: text.indices, id: nil)] }
    var segments: [Segment] = []
    var taken = text.startIndex
    var index = text.startIndex
    while index < text.endIndex {
      guard isFirstByte[Int(text[index])], let found = candidate(at: index, in: text) else {
        index += 1
        continue
      }
      let token = found.token
      let end = index + found.bytes.count
      defer { index = max(index + 1, end) }
      if token.isSingleWord, touchesWord(index..<end, in: text) { continue }
      let stripped = token.stripsLeft ? text.startOfRun(to: index, while: \.isWhite) : index
      let lower = max(stripped, taken)
      let upper = token.stripsRight ? text.endOfRun(from: end, while: \.isWhite) : end
      if taken < lower { segments.append(Segment(range: taken..<lower, id: nil)) }
      segments.append(Segment(range: min(lower, upper)..<upper, id: token.id))
      // Not the larger of the two: a token inside the whitespace that its predecessor took is found nevertheless, and what
      // follows it is read again. So it is in the library, whose tokens are to be met.
      taken = upper
    }
    if taken < text.endIndex { segments.append(Segment(range: taken..<text.endIndex, id: nil)) }
    return segments
  }

  private func candidate(at index: Int, in text: ArraySlice<UInt8>) -> Candidate? {
    candidates[text[index]]?.first { text[index...].starts(with: $0.bytes) }
  }

  private func touchesWord(_ range: Range<Int>, in text: ArraySlice<UInt8>) -> Bool {
    let before = range.lowerBound > text.startIndex && scalar(before: range.lowerBound, in: text).scalar.isWord
    return before || (range.upperBound < text.endIndex && scalar(at: range.upperBound, in: text).scalar.isWord)
  }
}
