import Foundation

/// How far a command has come: a bar on a terminal, a plain line every few seconds elsewhere, nothing when quiet.
///
/// A class because workers report to one line at a time. `@unchecked Sendable`: what is mutable is reached under `lock` only.
public final class ProgressLine: @unchecked Sendable {
  private let console: Console
  private var title: String
  private let unit: String
  private let total: Int
  private let isBar: Bool
  private let start = ContinuousClock.now
  private let lock = NSLock()
  private var lastShown: ContinuousClock.Instant?
  private let before: Int
  private var done: Int

  /// - Parameters:
  ///   - title: what is going on.
  ///   - total: how many units there are to do.
  ///   - unit: what is counted, in the plural.
  ///   - before: how many were done by an earlier run, which tell nothing of this one's speed.
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

  /// So many units more are done.
  public func advance(by count: Int) {
    lock.withLock {
      done += count
      show()
    }
  }

  /// So many units are done in all, and this is going on now.
  public func advance(to count: Int, title: String) {
    lock.withLock {
      done = count
      self.title = title
      show()
    }
  }

  /// Takes the bar off the terminal.
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
    let text = "\(title): \(done) of \(total) \(unit) (\(Int(share * 100)) %)\(remaining(now))"
    if isBar {
      let filled = Int(share * 24)
      let bar = String(repeating: "=", count: filled) + String(repeating: " ", count: 24 - filled)
      console.writeMessage("\r[\(bar)] \(text)\u{1B}[K")
    } else {
      console.writeMessage(text + "\n")
    }
  }

  private func remaining(_ now: ContinuousClock.Instant) -> String {
    let elapsed = (now - start) / .seconds(1)
    let (own, rest) = (Double(done - before), Double(total - done))
    guard own > 0.02 * Double(total - before), elapsed > 1 else { return "" }
    let left = max(0, elapsed / own * rest)
    return left < 90 ? ", about \(Int(left.rounded(.up))) s left" : ", about \(Int((left / 60).rounded())) min left"
  }
}
