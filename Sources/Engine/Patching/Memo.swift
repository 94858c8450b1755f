import Synchronization

/// Values that are made when they are first asked for, and kept. One is made at a time; whoever asks meanwhile waits.
package final class Memo<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private let made = Mutex([Key: Value]())

  package init() {}

  /// - Throws: what `make` throws, and nothing is kept then.
  package func value(for key: Key, _ make: () throws -> Value) rethrows -> Value {
    try made.withLock { made in
      if let value = made[key] { return value }
      let value = try make()
      made[key] = value
      return value
    }
  }
}
