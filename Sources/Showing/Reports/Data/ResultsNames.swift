import ActivationStore
import Foundation
import LabelledArrays

/// The names in a file, and their order in its experiment, since groups of a file have no order. Files that do not
/// record it have it in the experiment's text.
struct ResultsNames: Sendable {
  /// The name of the file: the experiment's name, or else the file's own.
  let title: String
  private let attributes: [String: Attribute]
  private let text: FileText

  init(_ header: ResultsHeader, _ format: FileFormat, _ path: String) {
    attributes = header.attributes
    text = FileText(header.experiment)
    let file = URL(fileURLWithPath: path)
    let stem = file.deletingPathExtension().lastPathComponent
    title =
      format == .results
      ? attributes[Schema.ResultsRoot.name]?.plain ?? text.name ?? stem
        // An analysis may have the name of its experiment; its file does not. And a folder cannot have the same path as
        // a file.
      : stem == file.lastPathComponent ? "\(stem).report" : stem
  }

  private static let usualMetrics = ["logit_diff", "logit", "log_prob", "prob", "choice", "kl", "rank"]

  /// Metrics that a file has, the shown one first.
  func metrics(_ known: Set<String>) -> [String] {
    ordered(known, by: attributes[Schema.ResultsRoot.metrics], else: text.metrics + Self.usualMetrics)
  }

  /// The names of groups that a file has below a section.
  func groups(_ known: Set<String>, of parent: Schema.Section) -> [String] {
    ordered(known, by: attributes[parent.name], else: text.names)
  }

  /// Names in the order of the file's own list or of the experiment's text; others alphabetically.
  private func ordered(_ names: Set<String>, by list: Attribute?, else guess: [String]) -> [String] {
    var order = guess
    if case .texts(let own)? = list { order = own + guess }
    var seen: Set<String> = []
    return (order + names.sorted()).filter { names.contains($0) && seen.insert($0).inserted }
  }
}
