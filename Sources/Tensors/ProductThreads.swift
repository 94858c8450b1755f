import Foundation

/// How many threads oneDNN's products use on the calling thread.
///
/// oneDNN runs on OpenMP, whose setting belongs to each thread; it is looked up at run time because the package that provides it differs
/// between systems.
public enum ProductThreads {
  private typealias Setter = @convention(c) (Int32) -> Void

  private static let setter: Setter? = {
    guard let symbol = dlsym(dlopen(nil, RTLD_NOW), "omp_set_num_threads") else { return nil }
    return unsafeBitCast(symbol, to: Setter.self)
  }()

  /// Products started from the calling thread use this many threads from now on.
  /// - Precondition: at least 1.
  public static func set(_ count: Int) {
    precondition(count >= 1, "a product needs a thread")
    setter?(Int32(count))
  }
}
