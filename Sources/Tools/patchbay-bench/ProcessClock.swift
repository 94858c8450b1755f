import Checkpoints
import Foundation

/// What the system reports about this process.
enum ProcessClock {
  /// Seconds since the process was started, by the system's clock.
  static var secondsSinceStart: Double {
    guard let stat = text("/proc/self/stat"), let uptime = text("/proc/uptime") else { return .nan }
    // The name in parentheses may contain spaces; the start time is the 20th field after it.
    let fields = stat.split(separator: ")").last?.split(separator: " ") ?? []
    guard fields.count > 19, let ticks = Double(fields[19]),
      let now = uptime.split(separator: " ").first.flatMap({ Double($0) })
    else { return .nan }
    return now - ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
  }

  private static func text(_ path: String) -> String? {
    FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Processor time of all threads of this process in seconds, including the system's work for them.
  static var processorSeconds: Double {
    var usage = rusage()
    getrusage(0, &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    return seconds(usage.ru_utime) + seconds(usage.ru_stime)
  }

  /// The largest resident size so far, in megabytes (10^6 bytes).
  static var peakMegabytes: Double {
    var usage = rusage()
    // 0 is RUSAGE_SELF, whose Swift type differs between systems.
    getrusage(0, &usage)
    return Double(usage.ru_maxrss) * 1024 / 1e6
  }
}

extension LoadedModel {
  /// The weights' size as float32, in megabytes (10^6 bytes).
  var weightMegabytes: Double {
    Double(model.graph.weights.reduce(0) { $0 + $1.shape.reduce(1, *) }) * 4 / 1e6
  }
}
