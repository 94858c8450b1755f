import Diagnostics

/// What the training text never contains, so that a model that does well on it has not memorised it.
///
/// Decided by hashes of the words themselves, and so the same on every machine and for every seed.
enum HeldOut {
  /// Whether a combination of words is held out: about one in ten.
  static func contains(_ words: [String]) -> Bool { hash(words) % 10 == 0 }

  /// Whether two names never occur together in a sentence of indirect objects, in either order.
  static func contains(names a: String, _ b: String) -> Bool { contains(["names", min(a, b), max(a, b)]) }

  /// Whether an object is never given to anybody.
  static func contains(given object: String) -> Bool { contains(["given", object]) }

  /// FNV-1a with a final mixing step.
  private static func hash(_ words: [String]) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for word in words {
      for byte in word.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
      hash = (hash ^ 0xFF) &* 0x100_0000_01B3
    }
    var generator = SplitMix64(seed: hash)
    return generator.next()
  }
}

/// Which combinations are drawn.
public enum DatasetSplit: String, Sendable, Hashable, CaseIterable {
  /// Those that the training text of the bundled model never contains.
  case heldOut = "held-out"
  /// Those that it may contain.
  case training
  /// Both.
  case all

  /// Whether a combination belongs to this split.
  func admits(isHeldOut: Bool) -> Bool {
    switch self {
    case .heldOut: isHeldOut
    case .training: !isHeldOut
    case .all: true
    }
  }
}
