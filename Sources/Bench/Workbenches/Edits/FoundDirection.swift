import ActivationStore
import ExperimentFile
import Foundation
import Interventions
import LabelledArrays
import ModelGraph

/// A direction found by `patchbay analyze`: a reader's, or a principal component; one per analysed layer.
struct FoundDirection {
  /// A results file of an analysis.
  let file: String
  let study: String
  /// A reader's method, or the number of a component.
  let direction: String
  /// From a reader's learning curve; nil for the reader of all pairs.
  let pairs: Int?
  /// nil if the study has only one.
  let position: String?
  let source: String?

  /// The direction with the length that its method gave it (1 for components), at the layers at which something was
  /// found.
  /// - Parameters:
  ///   - site: which of the analysed activations.
  ///   - allowsMismatch: whether directions of another kind of activation are accepted if there are none of this one.
  /// - Throws: `StoreError` for an invalid file or one that lacks the direction, `ExperimentError.badVector`.
  func vector(at site: SiteName, allowingMismatch allowsMismatch: Bool) throws -> SteeringVector {
    let store = try StoreReader(file, expecting: [.analysis])
    let group = Schema.analyses.path(study)
    guard store.contains(group) else {
      throw StoreError.missing(
        path: file, what: .group, name: group,
        candidates: try store.listing(of: Schema.analyses.path).groups.map { Schema.analyses.path($0) })
    }
    let isReader = store.contains("\(group)/\(Schema.Analysis.direction)")
    let dataset =
      isReader ? (pairs == nil ? Schema.Analysis.direction : Schema.Analysis.curveDirection) : Schema.Analysis.axis
    guard store.contains("\(group)/\(dataset)"), isReader || pairs == nil else {
      let problem =
        pairs == nil
        ? "no directions (its kind must be readers or components)"
        : "no directions by number of pairs (give it a 'curve')"
      throw ExperimentError.badVector(file: file, problem: "the analysis '\(study)' has \(problem)")
    }
    let axes = try store.describe("\(group)/\(dataset)").dimensions.map {
      $0.map { String($0.split(separator: "/").last ?? "") } ?? ""
    }
    var places: [String: Int] = [:]
    places["source"] = try choose(source, on: "source", in: group, store)
    places["position"] = try choose(position, on: "position", in: group, store)
    if isReader {
      places["method"] = try choose(direction, on: "method", in: group, store)
      if let pairs { places["pairs"] = try choose("\(pairs)", on: "pairs", in: group, store) }
    } else {
      places["component"] = try choose(direction, on: "component", in: group, store)
    }
    guard !axes.contains("head") else {
      throw ExperimentError.badVector(
        file: file,
        problem: "the analysis '\(study)' treats each head separately, so it has no single direction for a layer")
    }
    let values = try Numbers(store, "\(group)/\(dataset)", axes)
    let lengths =
      isReader
      ? try Numbers(
        store, "\(group)/\(pairs == nil ? Schema.Analysis.length : Schema.Analysis.curveLength)",
        axes.filter { $0 != "feature" })
      : nil
    let hooks = try store.texts(at: "\(group)/\(Schema.Analysis.hook)").map { HookName($0) }
    let own = hooks.indices.filter { hooks[$0] == site.hook(layer: hooks[$0].layer ?? 0) }
    let wanted = own.isEmpty && allowsMismatch ? hooks.indices.filter { hooks[$0].layer != nil } : own
    guard !wanted.isEmpty else {
      throw ExperimentError.badVector(
        file: file,
        problem:
          "the analysis '\(study)' has no directions of \(site.rawValue), but of \(hooks.map(\.text).joined(separator: ", "))"
      )
    }
    var found: [(layer: Int, vector: [Float])] = []
    for hook in wanted {
      places["hook"] = hook
      let length = lengths?.row(at: places).first ?? 1
      let vector = values.row(at: places).map { $0 * length }
      // If the classes do not differ, a method finds nothing.
      if !vector.isEmpty, vector.allSatisfy(\.isFinite) { found.append((hooks[hook].layer ?? 0, vector)) }
    }
    guard !found.isEmpty else {
      throw ExperimentError.badVector(
        file: file, problem: "'\(direction)' of the analysis '\(study)' found no direction anywhere")
    }
    let attributes = try store.attributes()
    return SteeringVector(
      model: text(attributes[Schema.AnalysisRoot.caches]).first ?? "another model",
      modelSHA256: try hash(attributes, places["source"] ?? 0, store, group),
      site: own.isEmpty ? hooks[wanted[0]].suffix : site.rawValue, method: direction, prompts: file,
      position: position ?? "", pairs: pairs ?? 0, patchbayVersion: PatchbayVersion.text, layers: found.map(\.layer),
      values: found.map { [$0.vector] }, isSequence: false, activationNorms: found.map { _ in 0 })
  }

  /// The entry of an axis; the only one if none is requested.
  private func choose(_ label: String?, on axis: String, in group: String, _ store: StoreReader) throws -> Int {
    let labels: [String] =
      switch try store.labels(at: "\(group)/\(axis)") {
      case .texts(let texts): texts
      case .integers(let numbers): numbers.map { "\($0)" }
      case .numbers(let numbers): numbers.map { "\($0)" }
      }
    if let label, let place = labels.firstIndex(of: label) { return place }
    if label == nil, labels.count == 1 { return 0 }
    throw ExperimentError.badVector(
      file: file,
      problem: (label.map { "the analysis '\(study)' has no \(axis) '\($0)'" }
        ?? "the analysis '\(study)' has several of '\(axis)'; name one")
        + " (one of: \(labels.joined(separator: ", ")))")
  }

  /// The hash of the weights that the source's activations are of; one that fits no model if a source has several
  /// models.
  private func hash(_ attributes: [String: Attribute], _ source: Int, _ store: StoreReader, _ group: String) throws
    -> String
  {
    let (caches, hashes) = (text(attributes[Schema.AnalysisRoot.caches]), text(attributes[Schema.Root.modelSHA256]))
    if Set(hashes).count == 1 { return hashes[0] }
    let sources = try store.texts(at: "\(group)/source")
    guard sources.indices.contains(source) else { return "" }
    return zip(caches, hashes).first { $0.0 == sources[source] }?.1 ?? ""
  }

  private func text(_ attribute: Attribute?) -> [String] {
    switch attribute {
    case .texts(let texts): texts
    case .text(let text): [text]
    default: []
    }
  }
}

/// A dataset whose rows along its last axis, or single numbers, are selected by entries of named axes.
private struct Numbers {
  let values: [Float]
  let shape: [Int]
  let axes: [String]

  init(_ store: StoreReader, _ dataset: String, _ axes: [String]) throws {
    values = try store.tensor(at: dataset).values
    shape = try store.describe(dataset).shape
    self.axes = axes
    guard shape.count == axes.count, Set(axes).count == axes.count,
      !axes.contains("feature") || axes.last == "feature"
    else {
      throw StoreError.wrongShape(
        path: store.path, dataset: dataset, found: shape, expected: "a size for each of the axes \(axes)")
    }
  }

  /// The numbers along the axis `feature`, or the one number if there is no such axis; empty if labels promise more
  /// than there is.
  func row(at places: [String: Int]) -> [Float] {
    var start = 0
    for (axis, size) in zip(axes, shape) where axis != "feature" {
      guard (places[axis] ?? 0) < size else { return [] }
      start = start * size + (places[axis] ?? 0)
    }
    let width = axes.last == "feature" ? shape[shape.count - 1] : 1
    return Array(values[start * width..<(start + 1) * width])
  }
}
