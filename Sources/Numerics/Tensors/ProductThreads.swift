import Foundation

/// How many threads share a matrix product started on the calling thread.
///
/// oneDNN's own threads (OpenMP's) are not used: they spin while they wait, which costs more than the product itself as
/// soon as anything else runs on the machine. A product is cut into pieces that run as single-threaded products on
/// Dispatch's threads.
public enum ProductThreads {
  private typealias Setter = @convention(c) (Int32) -> Void

  /// OpenMP's setting is per thread; it is looked up at run time because different systems get it from different
  /// packages.
  private static let openMP: Setter? = {
    guard let symbol = dlsym(dlopen(nil, RTLD_NOW), "omp_set_num_threads") else { return nil }
    return unsafeBitCast(symbol, to: Setter.self)
  }()

  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    let status = pthread_key_create(&key, nil)
    precondition(status == 0, "no thread-specific key: \(status)")
    return key
  }()

  /// Products started from the calling thread use this many threads from now on. The default is one per processor core.
  /// - Precondition: at least 1.
  public static func set(_ count: Int) { sharing = Sharing(parts: count, threads: count) }

  /// How a product is cut, and how many threads take the parts.
  struct Sharing {
    let parts: Int
    let threads: Int
    static let alone = Sharing(parts: 1, threads: 1)
  }

  /// What was set on the calling thread.
  static var sharing: Sharing {
    get {
      let set = UInt(bitPattern: pthread_getspecific(key))
      return set == 0
        ? Sharing(parts: cores, threads: cores) : Sharing(parts: Int(set >> 32), threads: Int(set & 0xFFFF_FFFF))
    }
    set {
      precondition(newValue.parts >= 1 && newValue.threads >= 1, "a product needs a thread")
      pthread_setspecific(key, UnsafeRawPointer(bitPattern: UInt(newValue.parts) << 32 | UInt(newValue.threads)))
    }
  }

  /// Computes the products of `body` on the calling thread alone. A product shared by several threads is cut into as
  /// many parts, which may round differently; one computed by a single thread depends only on its operands.
  package static func alone<R>(_ body: () throws -> R) rethrows -> R { try shared(between: 1, body) }

  /// Shares the products of `body` between this many threads.
  package static func shared<R>(between threads: Int, _ body: () throws -> R) rethrows -> R {
    try cut(into: max(1, threads), between: threads, body)
  }

  /// Cuts the products of `body` into a fixed number of parts, which threads share: results do not depend on the number
  /// of threads.
  package static func cut<R>(into parts: Int, between threads: Int, _ body: () throws -> R) rethrows -> R {
    let usual = sharing
    sharing = Sharing(parts: parts, threads: max(1, threads))
    defer { sharing = usual }
    return try body()
  }

  /// The number of threads set on the calling thread.
  package static var current: Int { sharing.threads }

  private static let cores = ProcessInfo.processInfo.activeProcessorCount

  /// Keeps oneDNN to the calling thread.
  static func keepToThisThread() { openMP?(1) }
}
