import Foundation

/// The memory of this process as reported by Linux; zeros elsewhere.
enum Memory {
  /// Bytes of address space.
  static var mapped: Int { status("VmSize:") }
  /// Bytes in memory.
  static var resident: Int { status("VmRSS:") }
  /// The largest number of bytes in memory since `forgetPeak`.
  static var peak: Int { status("VmHWM:") }

  /// Resets the peak.
  static func forgetPeak() {
    let descriptor = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    _ = write(descriptor, "5", 1)
    close(descriptor)
  }

  /// Limits the address space to this many bytes beyond what is in use now: a larger allocation ends the process.
  static func limit(growth: Int) {
    let now = mapped
    guard now > 0 else { return }
    var limits = rlimit(rlim_cur: rlim_t(now + growth), rlim_max: rlim_t(now + growth))
    #if os(Linux)
      setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limits)
    #else
      setrlimit(RLIMIT_AS, &limits)
    #endif
  }

  private static func status(_ key: String) -> Int {
    guard let file = fopen("/proc/self/status", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, 256, file) != nil {
      let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      guard text.hasPrefix(key) else { continue }
      return (Int(text.filter(\.isNumber)) ?? 0) << 10
    }
    return 0
  }
}
