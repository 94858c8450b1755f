import CLAPACK
import Foundation

/// The only access to LAPACK and BLAS: every call goes through `LAPACK.call`, with one checked wrapper for each
/// routine.
enum LAPACK {
  /// The lock that the BLAS needs to be called from several threads at once, if any.
  ///
  /// OpenBLAS with threads of its own is set to use one: workers share the layers already, and its threads spin while
  /// they wait. OpenBLAS built without threads keeps its scratch memory where two callers can meet (with Debian's
  /// 0.3.21 serial build, a handful of 480 eigenproblems on eight threads came out wrong), so only one thread calls it
  /// at a time. The reference BLAS needs neither.
  private static let lock: NSLock? = {
    let program = dlopen(nil, RTLD_NOW)
    typealias Getter = @convention(c) () -> Int32
    typealias Setter = @convention(c) (Int32) -> Void
    guard let parallel = dlsym(program, "openblas_get_parallel"), let set = dlsym(program, "openblas_set_num_threads")
    else { return nil }
    unsafeBitCast(set, to: Setter.self)(1)
    return unsafeBitCast(parallel, to: Getter.self)() == 0 ? NSLock() : nil
  }()

  /// Runs a routine.
  /// - Returns: LAPACK's `info`, positive if the computation failed because of the numbers.
  /// - Precondition: LAPACK accepts the arguments; the wrappers have checked them.
  static func call(_ routine: String, _ body: () -> Int32) -> Int {
    lock?.lock()
    defer { lock?.unlock() }
    let info = body()
    precondition(info >= 0, "\(routine) refused its argument \(-info) or found no memory")
    return Int(info)
  }

  /// A matrix's side or stride in LAPACK's type.
  static func length(_ value: Int) -> Int32 { Int32(max(1, value)) }
}
