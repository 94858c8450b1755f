import Foundation

/// How much memory runs may take when nobody says.
enum MemoryBudget {
  /// Half of the memory that the system calls available; half of the machine's where it does not say.
  static var halfOfFree: Int {
    let fallback = Int(ProcessInfo.processInfo.physicalMemory / 2)
    guard let text = try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8),
      let line = text.split(separator: "\n").first(where: { $0.hasPrefix("MemAvailable:") }),
      let kilobytes = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
    else { return fallback }
    return kilobytes * 1024 / 2
  }
}
