import Diagnostics
import Foundation

/// A command's progress: a bar on a terminal, otherwise a plain line every few seconds, nothing if quiet.
///
/// A class because workers report to one line. `@unchecked Sendable`: mutable state is only accessed under `lock`.
public final class ProgressLine: @unchecked Sendable {
  private let console: Console
  private var title: String
  private let unit: String
  private let total: Int
  private let isBar: Bool
  private let start = ContinuousClock.now
  private let lock = NSLock()
  private var lastShown: ContinuousClock.Instant?
  private var before: Int
  private var done: Int

  /// - Parameters:
  /// - title: the current work.
  ///   - total: how many units there are.
  ///   - unit: the name of a unit, in the plural.
  ///   - before: how many were done by an earlier run, and so do not count for the speed.
  public init(_ title: String, total: Int, unit: String, before: Int = 0, on console: Console) {
    self.before = before
    done = before
    self.console = console
    self.title = title
    self.total = total
    self.unit = unit
    isBar = console.showsMessagesOnTerminal
    if !isBar { lastShown = start }
  }

  /// Reports that this many more units are done.
  public func advance(by count: Int) {
    lock.withLock {
      done += count
      show()
    }
  }

  /// Reports how many units are done in total, and the current work.
  /// - Parameter before: how many of them an earlier run had done; nil for the initial number.
  public func advance(to count: Int, title: String, before: Int? = nil) {
    lock.withLock {
      if let before { self.before = before }
      done = count
      self.title = title
      show()
    }
  }

  /// Removes the bar from the terminal.
  public func finish() {
    lock.withLock {
      if isBar, lastShown != nil, !console.isQuiet { console.writeMessage("\r\u{1B}[K") }
      lastShown = nil
    }
  }

  private func show() {
    guard !console.isQuiet, total > 0 else { return }
    let now = ContinuousClock.now
    let interval: Duration = isBar ? .milliseconds(100) : .seconds(5)
    if let lastShown, now - lastShown < interval { return }
    lastShown = now
    let share = min(1, Double(done) / Double(total))
    let text = "\(title): \(done) of \(total) \(unit) (\(Int(share * 100)) %)\(pace(now))"
    if isBar {
      let filled = Int(share * 24)
      let bar = String(repeating: "=", count: filled) + String(repeating: " ", count: 24 - filled)
      console.writeMessage("\r[\(bar)] \(text)\u{1B}[K")
    } else {
      console.writeMessage(text + "\n")
    }
  }

  /// How many are done per second, and how long the rest will take.
  private func pace(_ now: ContinuousClock.Instant) -> String {
    let elapsed = (now - start) / .seconds(1)
    let (own, rest) = (Double(done - before), Double(total - done))
    guard own > 0, elapsed > 1 else { return "" }
    let rate = own / elapsed
    let rateText = ", \(decimal(rate, rate < 10 ? 1 : 0)) a second"
    guard own > 0.02 * Double(total - before) else { return rateText }
    let left = max(0, rest / rate)
    return rateText
      + (left < 90 ? ", about \(Int(left.rounded(.up))) s left" : ", about \(Int((left / 60).rounded())) min left")
  }
}
