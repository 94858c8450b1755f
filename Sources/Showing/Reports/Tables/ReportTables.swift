import ActivationStore
import LabelledArrays

/// The tables of a report.
enum ReportTables {
  /// The unpatched runs: metric, run, mean with its bounds, and how many examples there are.
  static func baselines(_ rows: [BaselineRow]) -> Table {
    var table = Table("baselines", header: ["metric", "run", "mean", "low", "high", "n"])
    for row in rows {
      for (run, interval) in [("clean", row.clean), ("corrupted", row.corrupted)] {
        guard let interval else { continue }
        table.add(
          [row.metric, run] + [interval.value, interval.low, interval.high].map(Table.number) + ["\(row.examples)"])
      }
    }
    return table
  }

  /// The prompts: tokens as texts, both baselines of every metric.
  static func prompts(_ data: ReportData) -> Table {
    let labels = Set(data.prompts.flatMap(\.labels.keys)).sorted()
    let metrics = data.metrics
    var table = Table(
      "prompts",
      header: ["example", "clean", "corrupted", "length"] + labels.map(Schema.Prompts.dataset(ofLabel:))
        + metrics.flatMap { ["\($0)_clean", "\($0)_corrupted"] })
    for (index, prompt) in data.prompts.enumerated() {
      let (clean, corrupted) = (data.tokens.clean[index], data.tokens.corrupted[index])
      func value(_ run: [String: [Float]], _ metric: String) -> String {
        run[metric].map { $0.indices.contains(index) ? Table.number($0[index]) : "" } ?? ""
      }
      table.add(
        ["\(index)", clean.joined(), corrupted.joined(), "\(clean.count)"] + labels.map { prompt.labels[$0] ?? "" }
          + metrics.flatMap { [value(data.clean, $0), value(data.corrupted, $0)] })
    }
    return table
  }

  /// A sweep in long form: a row for each metric and each cell that has a value.
  static func sweep(
    _ sweep: SweepData, _ found: [(metric: String, estimated: Bool, effects: CellEffects)], _ data: ReportData
  )
    -> Table
  {
    let place = sweep.axes.firstIndex { $0.name == "position" || $0.name == "destination" }
    let hasToken = place != nil && data.tokens.longest > 0
    var table = Table(
      "sweep-\(sweep.name)",
      header: ["metric", "method"] + sweep.axes.map(\.name) + (hasToken ? ["token"] : [])
        + ["mean", "change", "effect", "ratio_of_means", "low", "high", "p", "p_fdr", "n"])
    let labels = sweep.axes.map(\.labels.texts)
    for (metric, estimated, effects) in found {
      let name = [metric, estimated ? "estimate" : "run"]
      for cell in 0..<effects.cells where effects.means[cell].isFinite {
        let indices = sweep.indices(ofCell: cell)
        let token = hasToken ? [place.map { data.tokens.word(at: position(indices[$0], sweep.axes[$0])) } ?? ""] : []
        let interval = effects.effects[cell]
        table.add(
          name + zip(labels, indices).map { $0[$1] } + token
            + [
              effects.means[cell], effects.changes[cell], interval.value, effects.ratiosOfMeans[cell], interval.low,
              interval.high, effects.p[cell], effects.rates[cell],
            ].map(Table.number) + ["\(effects.counts[cell])"])
      }
    }
    return table
  }

  /// A group of arrays in long form: a row for each cell of each array, with its mean over examples where it has them.
  static func group(_ group: ArrayGroup, name: String) -> Table {
    let axes = group.axes.map(\.name).filter { $0 != Schema.Axis.example }.sorted()
    var table = Table(name, header: ["array"] + axes + ["value", "n"])
    for array in group.arrays.sorted(by: { $0.name < $1.name }) {
      let hasExamples = array.axisNames.last == Schema.Axis.example
      let (own, numbers) = (hasExamples ? Array(array.axes.dropLast()) : array.axes, array.floats)
      // Arrays of single examples alone are long and say nothing here.
      if own.isEmpty { continue }
      let width = hasExamples ? group.count(Schema.Axis.example) : 1
      let labels = own.map(\.labels.texts)
      let places = axes.map { axis in own.firstIndex { $0.name == axis } }
      for cell in 0..<(width == 0 ? 0 : numbers.count / width) {
        let values = numbers[cell * width..<(cell + 1) * width]
        let finite = values.count { $0.isFinite }
        if finite == 0 { continue }
        let indices = own.shape.unravel(cell)
        table.add(
          [array.name] + places.map { $0.map { labels[$0][indices[$0]] } ?? "" }
            + [Table.number(finiteMean(values)), "\(finite)"])
      }
    }
    return table
  }

  /// The position that an entry of an axis stands for.
  static func position(_ index: Int, _ axis: LabelledAxis) -> Int {
    if case .integers(let labels) = axis.labels { return labels[index] }
    return index
  }
}

extension TokenAxis {
  /// What stands at a position in all prompts; empty where they differ in length, the role or the first prompt's token with a star where they differ in words.
  func word(at position: Int) -> String {
    let place = position < 0 ? places.count + position : position
    guard places.indices.contains(place) else { return "" }
    return places[place].varies ? places[place].name : places[place].text
  }
}
