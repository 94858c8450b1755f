import ActivationStore
import Foundation
import LabelledArrays

/// What a results file calls things, and the order in which its experiment names them: groups of a file have none. Files that do not say it themselves have it in the
/// experiment's text.
struct ResultsNames: Sendable {
  /// The experiment's name; the file's where nothing else is known.
  let experiment: String
  private let attributes: [String: Attribute]
  private let text: ExperimentText

  init(_ header: ResultsHeader, _ path: String) {
    attributes = header.attributes
    text = ExperimentText(header.experiment)
    experiment =
      header.attributes[Schema.ResultsRoot.name]?.plain ?? text.name
      ?? URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
  }

  private static let usualMetrics = ["logit_diff", "logit", "log_prob", "prob", "choice", "kl", "rank"]

  /// Metrics that a file has, the shown one first.
  func metrics(_ known: Set<String>) -> [String] {
    ordered(known, by: attributes[Schema.ResultsRoot.metrics], else: text.metrics + Self.usualMetrics)
  }

  /// The names of groups that a file has below `sweeps`, `readouts`, `steering` or `additivity`.
  func groups(_ known: Set<String>, of parent: Schema.Section) -> [String] {
    ordered(known, by: attributes[parent.name], else: text.names)
  }

  /// The groups that a file has there.
  /// - Throws: `StoreError`.
  func groups(of parent: Schema.Section, in store: StoreReader) throws -> [StoredGroup] {
    guard store.contains(parent.path) else { return [] }
    return try groups(Set(try store.listing(of: parent.path).groups), of: parent).map {
      try StoredGroup(parent.path($0), in: store)
    }
  }

  /// Names in the order of the file's own list, or in that in which the experiment's text has them; the rest by the alphabet.
  private func ordered(_ names: Set<String>, by list: Attribute?, else guess: [String]) -> [String] {
    var order = guess
    if case .texts(let own)? = list { order = own + guess }
    var seen: Set<String> = []
    return (order + names.sorted()).filter { names.contains($0) && seen.insert($0).inserted }
  }
}
