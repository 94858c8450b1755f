import Analysis
import Diagnostics

extension HeadsReport {
  /// The strongest heads of every kind, the pairs that compose most, and all heads.
  /// - Parameter output: the file that was written, if any.
  func text(top: Int, output: String?) -> String {
    var parts = [title]
    parts += detections.map { strongest($0, top) }
    parts += [copyingText(top), pairs(top)]
    parts += detections.map(allHeads)
    if let output { parts.append("\(output): all scores, and those of all pairs") }
    return parts.joined(separator: "\n\n")
  }

  private var title: String {
    let first = random.first.map { "token \($0)" } ?? "a random token"
    return """
      \(model): \(layers) layers of \(heads) heads; norms' gains \(gains == .folded ? "folded into the weights" : "left out")
      random sequences: \(random.count) of \(first) and \(random.length) random tokens twice, seed \(random.seed)
      """
  }

  private func heading(_ detection: Detection) -> String {
    switch detection.kind {
    case .random: "on random sequences"
    case .prompts(let file): "on \(file)"
    }
  }

  private func strongest(_ detection: Detection, _ top: Int) -> String {
    var table = TextTable(header: ["detector", "prompts", "strongest heads"], alignments: [.left, .right])
    for detector in HeadDetector.allCases {
      guard let scores = detection.scores[detector] else { continue }
      let found = scores.strongest(top).map { "\($0.head) \(decimal($0.value, 2))" }
      table.add([
        detector.rawValue, "\(detection.counts[detector] ?? 0)",
        found.isEmpty ? "no prompt has a token that came before" : found.joined(separator: "  "),
      ])
    }
    return "where heads attend, \(heading(detection)) (mean attention to the detector's sources)\n\n\(table.text)"
  }

  private func copyingText(_ top: Int) -> String {
    var table = TextTable(header: ["circuit", "strongest heads"])
    for (name, scores) in copyingScores {
      let found = scores.strongest(top).map { "\($0.head) \(decimal($0.value, 2))" }
      table.add([name, found.isEmpty ? "none has eigenvalues other than 0" : found.joined(separator: "  ")])
    }
    return "what weights copy (sum of eigenvalues over sum of their sizes, -1 to 1)\n\n\(table.text)"
  }

  private func pairs(_ top: Int) -> String {
    var table = TextTable(header: ["input", "strongest pairs"])
    for input in CompositionInput.allCases {
      let found = composition.strongest(top, input).map {
        "\($0.sender)>\($0.receiver) \(decimal($0.score, 3)) (x\(decimal($0.score / composition.baseline, 1)))"
      }
      table.add([input.rawValue, found.isEmpty ? "no head comes before another" : found.joined(separator: "  ")])
    }
    return """
      composition of earlier with later heads (x: in units of \(decimal(composition.baseline, 3)), what random matrices give)

      \(table.text)
      """
  }

  private func allHeads(_ detection: Detection) -> String {
    let names = HeadDetector.allCases.map(\.rawValue) + copyingScores.map(\.name)
    var table = TextTable(
      header: ["head"] + names, alignments: [.left] + [TextTable.Alignment](repeating: .right, count: names.count))
    for layer in 0..<layers {
      for head in 0..<heads {
        let scores =
          HeadDetector.allCases.map { detection.scores[$0]?[layer, head] ?? .nan }
          + copyingScores.map { $0.scores[layer, head] }
        table.add(["\(layer).\(head)"] + scores.map { $0.isNaN ? "." : decimal($0, 2) })
      }
    }
    return "all heads, \(heading(detection))\n\n\(table.text)"
  }
}
