import CLAPACK
import Foundation

/// The one door to LAPACK and BLAS: every routine that the project calls goes through `LAPACK.call`, one checked wrapper for each.
enum LAPACK {
  /// What the BLAS underneath needs to be called from several threads at once.
  ///
  /// OpenBLAS with threads of its own is told to use one: the layers are shared between workers already, and its threads spin while they wait.
  /// OpenBLAS built without threads keeps its scratch memory where two callers can meet (a handful of 480 eigenproblems on eight threads came
  /// out wrong with Debian's 0.3.21 serial build), so it is called by one thread at a time. The reference BLAS needs neither.
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
  /// - Returns: LAPACK's `info`, which is positive when the numbers would not have it.
  /// - Precondition: LAPACK accepts the arguments; the wrappers have checked them.
  static func call(_ routine: String, _ body: () -> Int32) -> Int {
    lock?.lock()
    defer { lock?.unlock() }
    let info = body()
    precondition(info >= 0, "\(routine) refused its argument \(-info) or found no memory")
    return Int(info)
  }

  /// A matrix's side or stride as LAPACK takes it.
  static func length(_ value: Int) -> Int32 { Int32(max(1, value)) }
}
