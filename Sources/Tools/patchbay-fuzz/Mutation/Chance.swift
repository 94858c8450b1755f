import Diagnostics

/// Seeded choices: a mutant is the same on every machine.
struct Chance {
  private var generator: SplitMix64

  init(seed: UInt64, kind: Kind, number: Int) {
    var state = SplitMix64(seed: seed &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(bitPattern: Int64(number)))
    let salt = kind.rawValue.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    generator = SplitMix64(seed: state.next() ^ salt)
  }

  /// A number from 0 to `count` - 1; `count` must be positive.
  mutating func below(_ count: Int) -> Int { Int(generator.next() % UInt64(count)) }

  /// True once in this many times.
  mutating func once(in times: Int) -> Bool { below(times) == 0 }

  mutating func pick<T>(_ choices: [T]) -> T { choices[below(choices.count)] }

  mutating func byte() -> UInt8 { UInt8(truncatingIfNeeded: generator.next()) }

  mutating func word() -> UInt64 { generator.next() }

  /// Usually few, now and then many.
  mutating func few() -> Int { once(in: 8) ? 1 + below(24) : 1 + below(3) }
}

/// Values at which arithmetic, allocation and recursion go wrong.
enum Odd {
  static let numbers = [
    "0", "1", "-1", "2", "3", "7", "-2", "16", "255", "256", "65535", "65536", "1000000", "2147483647", "2147483648",
    "-2147483648", "4294967295", "4294967296", "9007199254740993", "4611686018427387904", "9223372036854775807",
    "-9223372036854775808", "9223372036854775808", "18446744073709551615", "0.5", "-0.0", "1e-320", "3.4e38", "1e39",
    "1e308", "-1e308", "1e18", "1e19", "1e400", "0.1", "1e3", "100000",
  ]

  static let scalars =
    numbers + [
      "null", "true", "false", "[]", "{}", "\"\"", "\"a\"", "[[]]", "[null]", "{\"a\": 1}", "\"\\u0000\"", "\"é\"",
      "\"e\\u0301\"", "\"..\"", "\"/\"", "\"*\"", "\"-1\"", "[1, 2]", "[0]", "[-1]", "\"all\"", "\"1..0\"",
      "\"0..99999999\"",
      "\"-9223372036854775808..9223372036854775807\"", "[\"\"]",
    ]

  static let integers: [UInt64] = [
    0, 1, 2, 3, 4, 7, 8, 16, 31, 32, 63, 64, 127, 128, 255, 256, 1023, 4096, 65535, 65536, 1 << 20, 1 << 24, 1 << 31,
    (1 << 31) - 1, (1 << 32) - 1, 1 << 32, 1 << 40, 1 << 48, 1 << 61, 1 << 62, (1 << 63) - 1, 1 << 63, .max, .max - 1,
  ]
}
