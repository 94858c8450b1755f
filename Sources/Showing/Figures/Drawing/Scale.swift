import Foundation

/// Maps numbers to pixels along one axis.
struct Scale {
  let domain: ClosedRange<Double>
  /// The pixel positions of the domain's ends; `end` may be less than `start`, as for an axis that points up.
  let start, end: Double

  func callAsFunction(_ value: Double) -> Double {
    start + (end - start) * (value - domain.lowerBound) / (domain.upperBound - domain.lowerBound)
  }
}

/// Round numbers that label an axis.
struct Ticks {
  let values: [Double]
  private let decimals: Int

  /// Ticks inside a range, one, two or five times a power of ten apart, about `count` of them.
  init(in range: ClosedRange<Double>, count: Int = 5) {
    self.init(in: range, step: Ticks.step(of: range, count: count))
  }

  /// A range widened to whole steps, with a tick at each of them, both ends included.
  static func around(_ range: ClosedRange<Double>, count: Int = 5) -> (domain: ClosedRange<Double>, ticks: Ticks) {
    let step = step(of: range, count: count)
    let low = (range.lowerBound / step + 1e-9).rounded(.down) * step
    let domain = low...max(low + step, (range.upperBound / step - 1e-9).rounded(.up) * step)
    return (domain, Ticks(in: domain, step: step))
  }

  private init(in range: ClosedRange<Double>, step: Double) {
    let first = (range.lowerBound / step - 1e-9).rounded(.up)
    let last = (range.upperBound / step + 1e-9).rounded(.down)
    values = first <= last ? stride(from: first, through: last, by: 1).map { $0 == 0 ? 0 : $0 * step } : []
    decimals = max(0, -Int((log10(step) + 1e-9).rounded(.down)))
  }

  func label(_ value: Double) -> String {
    if abs(value) >= 1e6 || decimals > 6 {
      return String(format: "%.3g", value).replacingOccurrences(of: "-", with: "−")
    }
    return shown(value, decimals)
  }

  private static func step(of range: ClosedRange<Double>, count: Int) -> Double {
    let rough = (range.upperBound - range.lowerBound) / Double(max(1, count))
    let power = pow(10, (log10(rough) + 1e-9).rounded(.down))
    return [1, 2, 5, 10].map { $0 * power }.first { $0 >= rough * (1 - 1e-9) } ?? 10 * power
  }
}

/// A number with this many decimals and a real minus sign.
func shown(_ value: Double, _ decimals: Int) -> String {
  if !value.isFinite { return value.isNaN ? "–" : value < 0 ? "−∞" : "∞" }
  let text = String(format: "%.\(decimals)f", value)
  // "-0.00" is 0.
  guard text.hasPrefix("-") else { return text }
  let digits = text.dropFirst()
  return digits.contains { $0 != "0" && $0 != "." } ? "−" + digits : String(digits)
}

/// A range that contains all numbers and, if requested, 0; never empty.
func span(_ values: [Double], withZero: Bool) -> ClosedRange<Double> {
  let finite = values.filter(\.isFinite) + (withZero ? [0] : [])
  let (low, high) = (finite.min() ?? 0, finite.max() ?? 1)
  if low < high { return low...high }
  let room = max(abs(low), 1) / 2
  return (low - room)...(high + room)
}
