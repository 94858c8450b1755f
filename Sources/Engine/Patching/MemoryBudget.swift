import Foundation

/// How much memory runs may take by default.
enum MemoryBudget {
  /// Half of the memory that the system reports as available; half of the machine's if it does not say.
  static var halfOfFree: Int { (available ?? Int(ProcessInfo.processInfo.physicalMemory)) / 2 }

  /// The memory that Linux reports as available; nil on other systems.
  private static var available: Int? {
    guard FileManager.default.isReadableFile(atPath: "/proc/meminfo"),
      let bytes = FileManager.default.contents(atPath: "/proc/meminfo")
    else { return nil }
    let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("MemAvailable:") }
    return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
  }
}
