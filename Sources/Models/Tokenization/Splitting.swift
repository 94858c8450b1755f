/// What happens to the matches of a pattern that splits a text, and to the text between them.
package struct Splitting: Sendable {
  package enum Behavior: String, CaseIterable, Sendable {
    case removed = "Removed"
    case isolated = "Isolated"
    case mergedWithPrevious = "MergedWithPrevious"
    case mergedWithNext = "MergedWithNext"
    case contiguous = "Contiguous"
  }

  let behavior: Behavior
  /// The text between the matches is treated as the matches.
  let isInverted: Bool

  package init(_ behavior: Behavior, inverted: Bool = false) {
    self.behavior = behavior
    isInverted = inverted
  }

  /// The parts into which `bounds` is split; none is empty.
  package func apply(matches: [Range<Int>], in bounds: Range<Int>) -> [Range<Int>] {
    let spans = spans(matches: matches, in: bounds)
    switch behavior {
    case .removed: return spans.filter { !$0.isMatch }.map(\.range)
    case .isolated: return spans.map(\.range)
    case .contiguous:
      return spans.indices.reduce(into: []) { parts, index in
        if index > 0, spans[index - 1].isMatch == spans[index].isMatch {
          extend(&parts, to: spans[index].range)
        } else {
          parts.append(spans[index].range)
        }
      }
    case .mergedWithPrevious:
      return spans.indices.reduce(into: []) { parts, index in
        // The second of two consecutive matches is a part of its own.
        if index > 0, spans[index].isMatch, !spans[index - 1].isMatch {
          extend(&parts, to: spans[index].range)
        } else {
          parts.append(spans[index].range)
        }
      }
    case .mergedWithNext:
      return spans.indices.reduce(into: []) { parts, index in
        // The first of two consecutive matches is a part of its own.
        if index > 0, spans[index - 1].isMatch, !spans[index].isMatch {
          extend(&parts, to: spans[index].range)
        } else {
          parts.append(spans[index].range)
        }
      }
    }
  }

  private func extend(_ parts: inout [Range<Int>], to range: Range<Int>) {
    parts[parts.count - 1] = parts[parts.count - 1].lowerBound..<range.upperBound
  }

  /// The matches and the text between them, in order, covering all of `bounds`.
  private func spans(matches: [Range<Int>], in bounds: Range<Int>) -> [(range: Range<Int>, isMatch: Bool)] {
    var spans: [(range: Range<Int>, isMatch: Bool)] = []
    var end = bounds.lowerBound
    for match in matches {
      if end < match.lowerBound { spans.append((end..<match.lowerBound, isInverted)) }
      spans.append((match, !isInverted))
      end = match.upperBound
    }
    if end < bounds.upperBound { spans.append((end..<bounds.upperBound, isInverted)) }
    return spans
  }
}
