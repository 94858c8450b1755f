import Diagnostics

/// Draws from lists, with the same results on every platform.
struct Choice {
  var generator: SplitMix64

  init(seed: UInt64) { generator = SplitMix64(seed: seed) }

  /// A generator of its own for each index, so that nothing depends on earlier draws.
  init(seed: UInt64, index: Int) {
    var mixer = SplitMix64(seed: seed)
    let first = mixer.next()
    var own = SplitMix64(seed: first ^ (UInt64(bitPattern: Int64(index)) &* 0x9E37_79B9_7F4A_7C15))
    generator = SplitMix64(seed: own.next())
  }

  /// A new generator, determined by this one.
  mutating func branch() -> Choice { Choice(seed: generator.next()) }

  /// A number from 0 to `count` - 1. (The remainder's bias is below 2^-50 for the counts used here.)
  mutating func number(below count: Int) -> Int { Int(generator.next() % UInt64(count)) }

  mutating func number(in range: ClosedRange<Int>) -> Int { range.lowerBound + number(below: range.count) }

  mutating func one<T>(of values: [T]) -> T { values[number(below: values.count)] }

  /// True with this probability.
  mutating func chance(_ share: Double) -> Bool { Double(generator.next() >> 11) * 0x1p-53 < share }

  /// Several different values, in random order.
  mutating func several<T>(_ count: Int, of values: [T]) -> [T] {
    var indices = Array(values.indices)
    for place in 0..<count { indices.swapAt(place, number(in: place...indices.count - 1)) }
    return indices.prefix(count).map { values[$0] }
  }

  /// One value, drawn by its share of the whole.
  mutating func weighted<T>(_ values: [(share: Double, value: T)]) -> T {
    var rest = Double(generator.next() >> 11) * 0x1p-53 * values.reduce(0) { $0 + $1.share }
    for (share, value) in values {
      rest -= share
      if rest < 0 { return value }
    }
    return values[values.count - 1].value
  }
}

extension String {
  /// The text with its first letter capitalised.
  var capitalisedFirst: String { prefix(1).uppercased() + dropFirst() }

  /// The text with words in place of `{name}`s.
  func filled(_ words: [String: String]) -> String {
    var result = ""
    var rest = self[...]
    while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
      result += rest[..<open]
      let name = String(rest[rest.index(after: open)..<close])
      guard let word = words[name] else { preconditionFailure("no word for {\(name)} in \(self)") }
      result += word
      rest = rest[rest.index(after: close)...]
    }
    return result + rest
  }
}
