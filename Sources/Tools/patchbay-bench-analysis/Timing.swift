import Foundation

/// The shortest of several timings: seconds of wall time, and of processor time over all threads.
func shortest(of repetitions: Int, _ body: () throws -> Void) rethrows -> (wall: Double, processor: Double) {
  var best = (wall: Double.infinity, processor: Double.infinity)
  for _ in 0..<repetitions {
    let (start, used) = (DispatchTime.now().uptimeNanoseconds, processorSeconds())
    try body()
    best.wall = min(best.wall, Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9)
    best.processor = min(best.processor, processorSeconds() - used)
  }
  return best
}

/// Seconds of processor time used by this process.
private func processorSeconds() -> Double {
  var usage = rusage()
  // 0 is RUSAGE_SELF, whose Swift type differs between systems.
  getrusage(0, &usage)
  func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
  return seconds(usage.ru_utime) + seconds(usage.ru_stime)
}
