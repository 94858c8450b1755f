import CHDF5
import Foundation

/// The C library as a whole: the lock that every call takes, since its high-level part (dimension scales) is never safe for threads and the rest
/// only in some builds, and what a call's failure says.
enum Library {
  private static let lock = NSLock()

  /// Done once, before the first call. Without the `atexit` handler a program that ends while another thread is writing, or after a
  /// failed close, does not flush half-closed files; the files that matter have been closed by then.
  private static let prepared: Bool = {
    H5dont_atexit()
    H5open()
    return true
  }()

  /// The identifier of the driver that files are read by; negative when HDF5 did not take it.
  static let readingDriver: hid_t = locked { pb_register_reading_driver() }

  /// Runs `body`, which makes C calls, while no other thread is inside the library.
  static func locked<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
    lock.lock()
    defer { lock.unlock() }
    _ = prepared
    // Builds that are safe for threads print errors, unless told not to, in each thread anew.
    H5Eset_auto2(pb_default_error_stack(), nil, nil)
    return try body()
  }

  /// Gives back the memory that the library keeps for the next file: texts of a file with many prompts leave megabytes of it.
  static func collectGarbage() { locked { _ = H5garbage_collect() } }

  /// Makes one C call whose negative result means failure.
  /// - Throws: `HDF5Failure` with the innermost message of the error stack.
  @discardableResult
  static func checked<N: SignedInteger>(_ function: StaticString, _ body: () -> N) throws(HDF5Failure) -> N {
    try locked { () throws(HDF5Failure) -> N in
      let result = body()
      if result < 0 { throw HDF5Failure(function: "\(function)", detail: innermostMessage()) }
      return result
    }
  }

  /// What the error stack's innermost entry says; to be called under the lock, right after the call that failed.
  private static func innermostMessage() -> String {
    var message = ""
    let collect: H5E_walk2_t = { depth, entry, data in
      guard depth == 0, let entry, let description = entry.pointee.desc, let data else { return 0 }
      data.assumingMemoryBound(to: String.self).pointee = String(cString: description)
      return 0
    }
    withUnsafeMutablePointer(to: &message) { pointer in
      _ = H5Ewalk2(pb_default_error_stack(), H5E_WALK_UPWARD, collect, pointer)
    }
    return message
  }
}

/// A C call that failed. What it means for a file is said by a `StoreError`.
struct HDF5Failure: Error, Equatable {
  /// The C function.
  let function: String
  /// The innermost message, shortened to the operating system's where there is one.
  let detail: String

  init(function: String, detail: String) {
    self.function = function
    self.detail = HDF5Failure.shortened(detail)
  }

  /// File driver messages carry addresses, times and sizes around what the system said: `..., error message = 'No space left', buf = ...`.
  private static func shortened(_ text: String) -> String {
    guard let opening = text.range(of: "error message = '") else { return text }
    let rest = text[opening.upperBound...]
    guard let closing = rest.firstIndex(of: "'") else { return text }
    return String(rest[..<closing])
  }
}
