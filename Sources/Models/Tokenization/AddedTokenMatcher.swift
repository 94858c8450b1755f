/// Finds added tokens in a text: the leftmost first and, if several start there, the longest.
struct AddedTokenMatcher: Sendable {
  /// A part of the text, and its token if it is one.
  struct Segment {
    let range: Range<Int>
    let id: Int32?
  }

  private struct Candidate: Sendable {
    let bytes: [UInt8]
    let token: AddedToken
  }

  /// Sorted by their bytes, so that those with the same start are adjacent, the shortest first. There may be thousands.
  private let candidates: [Candidate]
  /// The range of those that start with a byte.
  private let places: [Range<Int>]

  /// - Parameter normalize: how the searched text was normalized; the tokens are normalized in the same way.
  init<Failure: Error>(
    _ tokens: [AddedToken], normalize: ([UInt8]) throws(Failure) -> [UInt8]
  ) throws(Failure) {
    var candidates: [Candidate] = []
    for token in tokens {
      let bytes = try normalize(Array(token.content.utf8))
      if !bytes.isEmpty { candidates.append(Candidate(bytes: bytes, token: token)) }
    }
    candidates.sort { $0.bytes.lexicographicallyPrecedes($1.bytes) }
    self.candidates = candidates
    places = (0..<256).map { byte in
      let start = candidates.partitioningIndex { $0.bytes[0] >= byte }
      return start..<candidates.partitioningIndex { $0.bytes[0] > byte }
    }
  }

  func segments(of text: ArraySlice<UInt8>) -> [Segment] {
    guard !candidates.isEmpty, !text.isEmpty else { return [Segment(range: text.indices, id: nil)] }
    var segments: [Segment] = []
    var taken = text.startIndex
    var index = text.startIndex
    while index < text.endIndex {
      guard let found = candidate(at: index, in: text) else {
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
      // Not the larger of the two: a token inside the whitespace that its predecessor took is still found, and what
      // follows it is read again. The library does the same, and its tokens must be matched.
      taken = upper
    }
    if taken < text.endIndex { segments.append(Segment(range: taken..<text.endIndex, id: nil)) }
    return segments
  }

  /// The longest token that starts at an index.
  private func candidate(at index: Int, in text: ArraySlice<UInt8>) -> Candidate? {
    // All that agree with the text up to here.
    var rest = candidates[places[Int(text[index])]]
    var longest: Candidate?
    var length = 1
    while let shortest = rest.first {
      if shortest.bytes.count == length {
        longest = shortest
        rest.removeFirst()
        continue
      }
      guard index + length < text.endIndex else { break }
      let next = text[index + length]
      rest = rest[rest.partitioningIndex { $0.bytes[length] >= next }...]
      rest = rest[..<rest.partitioningIndex { $0.bytes[length] > next }]
      length += 1
    }
    return longest
  }

  private func touchesWord(_ range: Range<Int>, in text: ArraySlice<UInt8>) -> Bool {
    let before = range.lowerBound > text.startIndex && scalar(before: range.lowerBound, in: text).scalar.isWord
    return before || (range.upperBound < text.endIndex && scalar(at: range.upperBound, in: text).scalar.isWord)
  }
}

extension RandomAccessCollection {
  /// The index of the first candidate that satisfies a condition; those that do come last.
  fileprivate func partitioningIndex(where isLater: (Element) -> Bool) -> Index {
    var (low, count) = (startIndex, self.count)
    while count > 0 {
      let middle = index(low, offsetBy: count / 2)
      if isLater(self[middle]) {
        count /= 2
      } else {
        low = index(after: middle)
        count -= count / 2 + 1
      }
    }
    return low
  }
}
