import ActivationStore
import LabelledArrays

extension Table {
  /// A sweep in long form: a row per metric and cell with a value.
  init(_ sweep: SweepData, _ found: [FoundEffects], tokens: TokenAxis) {
    let place = sweep.axes.firstIndex { $0.name == "position" || $0.name == "destination" }
    let hasToken = place != nil && tokens.longest > 0
    self.init(
      "sweep-\(sweep.name)",
      header: ["metric", "method"] + sweep.axes.map(\.name) + (hasToken ? ["token"] : [])
        + ["mean", "change", "effect", "ratio_of_means", "low", "high", "p", "p_fdr", "n"])
    let labels = sweep.axes.map(\.labels.texts)
    for one in found {
      let (effects, name) = (one.effects, [one.metric, one.isEstimated ? "estimate" : "run"])
      for cell in 0..<effects.cells where effects.means[cell].isFinite {
        let indices = sweep.indices(ofCell: cell)
        let token = hasToken ? [place.map { tokens.word(at: sweep.axes[$0].position(of: indices[$0])) } ?? ""] : []
        let interval = effects.effects[cell]
        add(
          name + zip(labels, indices).map { $0[$1] } + token
            + [
              effects.means[cell], effects.changes[cell], interval.value, effects.ratiosOfMeans[cell], interval.low,
              interval.high, effects.p[cell], effects.rates[cell],
            ].map(Table.number) + ["\(effects.counts[cell])"])
      }
    }
  }
}
