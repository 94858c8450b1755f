import CHDF5
import Foundation

/// The C library as a whole: the lock for every call, and the messages of failed calls. The library's high-level part
/// (dimension scales) is never thread-safe, and the rest only in some builds.
enum Library {
  private static let lock = NSLock()

  /// Done once, before the first call. Without the `atexit` handler, a program that exits while another thread is
  /// writing or after a failed close does not flush half-closed files. The files that matter have been closed by then.
  private static let prepared: Bool = {
    H5dont_atexit()
    H5open()
    return true
  }()

  /// The identifier of the driver that files are read with; negative if HDF5 did not accept it.
  static let readingDriver: hid_t = locked { pb_register_reading_driver() }

  /// Runs `body`, which makes C calls, while no other thread is inside the library.
  static func locked<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
    lock.lock()
    defer { lock.unlock() }
    _ = prepared
    // Thread-safe builds print errors unless told not to in each thread.
    H5Eset_auto2(pb_default_error_stack(), nil, nil)
    return try body()
  }

  /// Frees the memory that the library keeps for the next file: megabytes after the texts of a file with many prompts.
  static func collectGarbage() { locked { _ = H5garbage_collect() } }

  /// Makes one C call, where a negative result means failure.
  /// - Throws: `HDF5Failure` with the innermost message of the error stack.
  @discardableResult
  static func checked<N: SignedInteger>(_ function: StaticString, _ body: () -> N) throws(HDF5Failure) -> N {
    try locked { () throws(HDF5Failure) -> N in
      let result = body()
      if result < 0 { throw HDF5Failure(function: "\(function)", detail: innermostMessage()) }
      return result
    }
  }

  /// The message of the error stack's innermost entry; call it under the lock, right after the call that failed.
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

/// A C call that failed. `StoreError` says what that means for a file.
struct HDF5Failure: Error, Equatable {
  /// The C function.
  let function: String
  /// The innermost message, reduced to the operating system's if there is one.
  let detail: String

  init(function: String, detail: String) {
    self.function = function
    self.detail = HDF5Failure.shortened(detail)
  }

  /// Messages of file drivers surround the system's message with addresses, times and sizes: `..., error message = 'No
  /// space left', buf = ...`.
  private static func shortened(_ text: String) -> String {
    guard let opening = text.range(of: "error message = '") else { return text }
    let rest = text[opening.upperBound...]
    guard let closing = rest.firstIndex(of: "'") else { return text }
    return String(rest[..<closing])
  }
}
