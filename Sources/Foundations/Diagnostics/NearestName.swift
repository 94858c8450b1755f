/// The candidate nearest to a misspelt name by edit distance (insertions, deletions, substitutions and swaps of
/// neighbours count one each). nil if none is near enough to be meant: within a third of the longer name's length.
///
/// Letters are compared without case; of equally near candidates the first wins.
public func nearestName(to name: String, among candidates: some Sequence<String>) -> String? {
  // Nobody misspells a name of a thousand letters, and the time grows with the product of the two lengths.
  guard name.utf8.count <= longestName else { return nil }
  let wanted = Array(name.lowercased())
  var best: (distance: Int, name: String)?
  for candidate in candidates where candidate.utf8.count <= longestName {
    let distance = editDistance(wanted, Array(candidate.lowercased()))
    let limit = max(1, max(wanted.count, candidate.count) / 3)
    if distance <= limit, best.map({ distance < $0.distance }) ?? true { best = (distance, candidate) }
  }
  return best?.name
}

private let longestName = 1000

/// " (did you mean 'x'?)" if there is a near name, otherwise " (one of: a, b, c)", or nothing if there are no
/// candidates. Writes out at most `listed` candidates.
public func suggestion(for name: String, among candidates: [String], listed: Int = 24) -> String {
  if let near = nearestName(to: name, among: candidates) { return " (did you mean '\(near)'?)" }
  guard !candidates.isEmpty else { return "" }
  let shown = candidates.prefix(listed).joined(separator: ", ")
  return " (one of: \(shown)\(candidates.count > listed ? ", ..." : ""))"
}

/// The optimal string alignment distance between two words.
private func editDistance(_ a: [Character], _ b: [Character]) -> Int {
  if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
  var twoBack = [Int](repeating: 0, count: b.count + 1)
  var previous = Array(0...b.count)
  for i in 1...a.count {
    var current = [Int](repeating: i, count: b.count + 1)
    for j in 1...b.count {
      let substituted = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
      current[j] = min(previous[j] + 1, current[j - 1] + 1, substituted)
      if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] { current[j] = min(current[j], twoBack[j - 2] + 1) }
    }
    (twoBack, previous) = (previous, current)
  }
  return previous[b.count]
}
