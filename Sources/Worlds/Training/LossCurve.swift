import Foundation

/// A training run's history as a table and as a picture.
package enum LossCurve {
  package static func csv(_ history: [TrainingRecord]) -> String {
    var names: [String] = []
    for task in history.flatMap(\.tasks) where !names.contains(task.name) { names.append(task.name) }
    let header =
      ["step", "tokens", "learning_rate", "training_loss", "validation_loss"]
      + names.flatMap { ["\($0)_accuracy", "\($0)_logit_difference", "\($0)_top"] }
    let rows = history.map { record in
      ["\(record.step)", "\(record.tokens)", "\(record.learningRate)"]
        + [record.trainingLoss, record.validationLoss].map(rounded)
        + names.flatMap { name -> [String] in
          // Tasks may change when a run is resumed.
          guard let task = record.tasks.first(where: { $0.name == name }) else { return ["", "", ""] }
          return [task.accuracy, task.logitDifference, task.top].map(rounded)
        }
    }
    return ([header] + rows).map { $0.joined(separator: ",") }.joined(separator: "\n") + "\n"
  }

  private static func rounded(_ value: Double) -> String { String(format: "%.4f", value) }

  /// Training and validation loss against the tokens seen.
  package static func svg(_ history: [TrainingRecord]) -> String {
    let (width, height, left, right, top, bottom) = (640.0, 360.0, 56.0, 32.0, 28.0, 44.0)
    let values = history.flatMap { [$0.trainingLoss, $0.validationLoss] }.filter(\.isFinite)
    let tick = tickSize(upTo: values.max() ?? 1)
    let most = max(1, ((values.max() ?? 1) / tick).rounded(.up)) * tick
    let last = Double(max(1, history.last?.tokens ?? 1))
    func x(_ tokens: Double) -> Double { left + (width - left - right) * tokens / last }
    func y(_ loss: Double) -> Double { height - bottom - (height - top - bottom) * loss / most }
    func text(_ x: Double, _ y: Double, _ anchor: String, _ text: String) -> String {
      "<text x=\"\(tidy(x))\" y=\"\(tidy(y))\" text-anchor=\"\(anchor)\">\(text)</text>"
    }
    func line(_ loss: KeyPath<TrainingRecord, Double>, _ colour: String, _ dash: String) -> String {
      let points = history.filter { $0[keyPath: loss].isFinite }.map {
        "\(tidy(x(Double($0.tokens)))),\(tidy(y($0[keyPath: loss])))"
      }
      return "<polyline points=\"\(points.joined(separator: " "))\" fill=\"none\" stroke=\"\(colour)\" "
        + "stroke-width=\"2\"\(dash.isEmpty ? "" : " stroke-dasharray=\"\(dash)\"")/>"
    }
    var parts: [String] = []
    for number in 0...Int((most / tick).rounded()) {
      let value = Double(number) * tick
      let at = y(value)
      parts.append(
        "<line x1=\"\(left)\" x2=\"\(width - right)\" y1=\"\(tidy(at))\" y2=\"\(tidy(at))\" stroke=\"#ddd\"/>")
      parts.append(text(left - 8, at + 4, "end", String(format: "%g", value)))
    }
    let (unit, size) = last < 1e5 ? ("k", 1e3) : ("M", 1e6)
    for quarter in 0...4 {
      let tokens = last * Double(quarter) / 4
      parts.append(text(x(tokens), height - bottom + 18, "middle", String(format: "%.1f \(unit)", tokens / size)))
    }
    parts.append(text((left + width - right) / 2, height - 8, "middle", "tokens"))
    parts.append(text(left, 16, "start", "cross-entropy in nats: training (solid), validation (dashed)"))
    parts.append(line(\.trainingLoss, "#1b6ca8", ""))
    parts.append(line(\.validationLoss, "#c2571a", "6 4"))
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Int(width)) \(Int(height))" font-family="sans-serif" font-size="12" \
      fill="#333"><rect width="100%" height="100%" fill="#fff"/>
      \(parts.joined(separator: "\n"))
      </svg>

      """
  }

  /// 1, 2 or 5 times a power of ten, such that five to ten steps of it reach a value.
  private static func tickSize(upTo value: Double) -> Double {
    guard value > 0 else { return 1 }
    let power = pow(10, floor(log10(value / 5)))
    return [5, 2].first { value / (power * $0) >= 4 }.map { $0 * power } ?? power
  }

  private static func tidy(_ value: Double) -> String { String(format: "%.1f", value) }
}
