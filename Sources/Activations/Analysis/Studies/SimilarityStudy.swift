import ActivationStore
import Foundation
import LabelledArrays
import Tensors

/// Linear CKA and mean cosines between all places: layers, positions, runs, caches, models.
public struct SimilarityStudy: Study {
  public let name: String
  public let selection: Selection
  private let wanted: Set<Int>
  private let count: Int

  /// The largest size in bytes of the examples of all places together; more examples are thinned out.
  private static let rowBytes = 2 << 30

  /// - Throws: `SelectionError` for sources with different numbers of examples; `StudyError` for more places than fit
  ///   in memory.
  public init(_ name: String, _ selection: Selection, limit: Int = 50_000, seed: UInt64 = 0) throws {
    self.name = name
    self.selection = selection
    let first = selection.sources[0]
    if let other = selection.sources.first(where: { $0.count != first.count }) {
      throw SelectionError.differentExamples(
        place: first.name, count: first.count, other: other.name, otherCount: other.count)
    }
    let widths = selection.places.map { selection.widths[$0.hook] }
    let numbers = widths.reduce(0, +)
    // A product for each pair, in float64.
    let pairs = (numbers * numbers + widths.reduce(0) { $0 + $1 * $1 }) / 2 * 8
    guard pairs <= Int(ProcessInfo.processInfo.physicalMemory / 2) else {
      throw StudyError(
        study: name, place: "\(widths.count) places of width \(widths.max() ?? 0)",
        reason: "CKA between all of them would take \(pairs >> 30) GiB; choose fewer layers or positions")
    }
    wanted = sample(first.count, min(limit, max(2, Self.rowBytes / (4 * numbers))), seed: seed)
    count = first.count
  }

  public func work(at place: Selection.Place) -> KeptRows {
    KeptRows(RowCollector(width: selection.widths[place.hook], wanted: wanted))
  }

  public func result(_ outcomes: [KeptRows.Outcome]) throws -> StudyResult {
    // The examples that have every position.
    let common = outcomes.dropFirst().reduce(Set(outcomes[0].items)) { $0.intersection($1.items) }
    guard !common.isEmpty else { throw SelectionError.noExamples(source: "all places together") }
    let rows = outcomes.map { outcome in
      let kept = outcome.items.indices.filter { common.contains(outcome.items[$0]) }
      return kept.count == outcome.items.count ? outcome.rows.matrix : outcome.rows.matrix.picking(kept).matrix
    }
    // Places where all activations are the same resemble no other.
    let varying = rows.indices.filter { rows[$0].varies }
    var cka = DenseMatrix(
      rows: rows.count, columns: rows.count, values: [Double](repeating: .nan, count: rows.count * rows.count))
    do {
      if !varying.isEmpty {
        var alignment = KernelAlignmentAccumulator(widths: varying.map { rows[$0].columns })
        for start in stride(from: 0, to: common.count, by: 1024) {
          try alignment.add(varying.map { rows[$0].rows(start..<min(start + 1024, common.count)) })
        }
        let found = try alignment.alignment()
        for (i, a) in varying.enumerated() { for (j, b) in varying.enumerated() { cka[a, b] = found[i, j] } }
      }
      return try finished(cka, cosines(rows), common.count)
    } catch let error as AnalysisError {
      throw StudyError(study: name, place: "all places", reason: error.message)
    }
  }

  /// The mean over examples of the cosine of two places' activations, [places, places]; NaN for places of different
  /// widths.
  private func cosines(_ rows: [Matrix]) -> DenseMatrix {
    let units = rows.map { matrix in
      let lengths = Norms.lengths(of: matrix)
      return (matrix, lengths)
    }
    let found = WorkerPool.map(count: rows.count) { first -> [Double] in
      (0..<rows.count).map { second in
        let ((a, lengthsA), (b, lengthsB)) = (units[first], units[second])
        guard a.columns == b.columns else { return .nan }
        var sum = 0.0
        for row in 0..<a.rows {
          let dot = a.withRow(row) { x in b.withRow(row) { y in Self.dot(x, y) } }
          sum += dot / (lengthsA[row] * lengthsB[row])
        }
        return sum / Double(a.rows)
      }
    }
    return DenseMatrix(found)
  }

  private static func dot(_ a: UnsafeBufferPointer<Float>, _ b: UnsafeBufferPointer<Float>) -> Double {
    var sum = 0.0
    for index in a.indices { sum += Double(a[index]) * Double(b[index]) }
    return sum
  }

  private func finished(_ cka: DenseMatrix, _ cosines: DenseMatrix, _ used: Int) throws -> StudyResult {
    let places = selection.places
    let names = places.map(selection.name)
    var arrays = ArrayGroup(
      Schema.analyses.path(name),
      axes: [LabelledAxis("place", .texts(names)), LabelledAxis("place_other", .texts(names))],
      attributes: [Schema.Analysis.kind: .text("similarity"), Schema.Analysis.examples: .integer(used)])
    arrays.add(Schema.Analysis.cka, along: ["place", "place_other"], cka.values.map(Float.init))
    arrays.add(Schema.Analysis.cosine, along: ["place", "place_other"], cosines.values.map(Float.init))
    arrays.add(Schema.Analysis.source, along: ["place"], .texts(places.map { selection.sources[$0.source].name }))
    arrays.add(Schema.Analysis.hook, along: ["place"], .texts(places.map { selection.hooks[$0.hook].text }))
    arrays.add(Schema.Analysis.layer, along: ["place"], .integers(places.map { selection.hooks[$0.hook].layer ?? -1 }))
    arrays.add(Schema.Analysis.position, along: ["place"], .texts(places.map { selection.rules[$0.rule].label }))
    // Each place with the next one.
    let rows = places.indices.dropLast().map { index in
      [names[index], names[index + 1], shown(cka[index, index + 1]), shown(cosines[index, index + 1])]
    }
    return StudyResult(
      arrays: arrays,
      title: "\(name): similarity of neighbouring places, over \(used) examples (all pairs are in the file)",
      header: ["place", "next", "CKA", "mean cosine"], rows: rows)
  }
}
