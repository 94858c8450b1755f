import ModelGraph

extension AttentionSpec {
  /// The destinations whose output changes if queries, or keys and values, change at some positions.
  func reached(queries: Range<Int>, keysAndValues: Range<Int>, length n: Int) -> Range<Int> {
    guard !keysAndValues.isEmpty else { return queries }
    guard causal else { return 0..<n }
    let last = window.map { min(n, keysAndValues.upperBound - 1 + $0) } ?? n
    return queries.hull(keysAndValues.lowerBound..<last)
  }
}
