import ActivationStore

extension UnitsStudy {
  public func result(_ outcomes: [[UnitSummary]]) throws -> StudyResult {
    let places = selection.places
    var arrays = PlaceArrays(name, kind: "units", of: selection)
    arrays.addAxis("unit", .integers(units))
    arrays.addAxis("rank", .range(max(1, options.top)))
    arrays.add(Schema.Analysis.activeShare, ["unit"], outcomes.map { $0.map(\.activeShare) })
    arrays.add(Schema.Analysis.mean, ["unit"], outcomes.map { $0.map(\.mean) })
    arrays.add(Schema.Analysis.deviation, ["unit"], outcomes.map { $0.map { $0.variance.squareRoot() } })
    arrays.add(Schema.Analysis.excessKurtosis, ["unit"], outcomes.map { $0.map(\.excessKurtosis) })
    arrays.add(Schema.Analysis.smallest, ["unit"], outcomes.map { $0.map(\.smallest) })
    arrays.add(Schema.Analysis.largest, ["unit"], outcomes.map { $0.map(\.largest) })
    if options.bins > 0 {
      arrays.addAxis("bin", .range(options.bins))
      arrays.add(Schema.Analysis.histogram, ["unit", "bin"], integers: outcomes.map { $0.flatMap(\.histogram) })
    }
    addTop(&arrays, outcomes)
    arrays.set(Schema.Analysis.threshold, .number(options.threshold))
    let ranked = places.indices.flatMap { place in
      outcomes[place].indices.map { (place: place, unit: $0) }
    }.sorted { outcomes[$0.place][$0.unit].excessKurtosis > outcomes[$1.place][$1.unit].excessKurtosis }
    let (header, cells) = selection.placeColumns(places)
    let rows = ranked.prefix(20).map { entry in
      let summary = outcomes[entry.place][entry.unit]
      let first = summary.top.first.map { text(of: $0.item, at: places[entry.place]) } ?? ""
      return cells[entry.place] + [
        "\(units[entry.unit])", "\(shown(100 * summary.activeShare, 1)) %", shown(summary.largest),
        shown(summary.excessKurtosis, 1), first,
      ]
    }
    let most = ranked.count > 20 ? "the 20 sparsest of \(ranked.count) units" : "\(ranked.count) units, sparsest first"
    return StudyResult(
      arrays: arrays.arrays,
      title: "\(name): \(most), and the example that each is highest on; \(selection.examplesNote)",
      header: header + ["unit", "active", "largest", "kurtosis", "highest on"], rows: rows)
  }

  private func addTop(_ arrays: inout PlaceArrays, _ outcomes: [[UnitSummary]]) {
    guard options.top > 0 else { return }
    let places = selection.places
    func ranks<T>(_ empty: T, _ value: (Selection.Place, (value: Double, item: Int)) -> T) -> [[T]] {
      zip(places, outcomes).map { place, summaries in
        summaries.flatMap { summary in
          (0..<options.top).map { $0 < summary.top.count ? value(place, summary.top[$0]) : empty }
        }
      }
    }
    let axes = ["unit", "rank"]
    arrays.add(Schema.Analysis.topValue, axes, ranks(.nan) { $1.value })
    arrays.add(
      Schema.Analysis.topExample, axes,
      integers: ranks(-1) { place, top in selection.sources[place.source].table.items[top.item].example })
    arrays.add(
      Schema.Analysis.topPosition, axes, integers: ranks(-1) { place, top in position(of: top.item, at: place) ?? -1 })
    arrays.add(
      Schema.Analysis.topToken, axes,
      texts: ranks("") { place, top in selection.sources[place.source].token(of: top.item, rule: place.rule) ?? "" })
    arrays.add(Schema.Analysis.topText, axes, texts: ranks("") { place, top in text(of: top.item, at: place) })
  }

  private func position(of item: Int, at place: Selection.Place) -> Int? {
    switch selection.rules[place.rule] {
    case .mean, .none: nil
    default: selection.sources[place.source].positions[place.rule][item]
    }
  }

  /// The tokens around an item, with the item's own token in angle quotes.
  private func text(of item: Int, at place: Selection.Place) -> String {
    let source = selection.sources[place.source]
    guard let tokens = source.tokens(of: item) else { return "prompt \(source.table.items[item].example)" }
    let separator = tokens.contains { $0.contains(" ") } ? "" : " "
    guard let position = position(of: item, at: place) else { return tokens.prefix(16).joined(separator: separator) }
    let first = max(0, position - 8)
    let before = tokens[first..<position].joined(separator: separator)
    let after = tokens[(position + 1)..<min(tokens.count, position + 5)].joined(separator: separator)
    let whole = (first > 0 ? "..." : "") + before + separator + "«" + tokens[position] + "»" + separator + after
    return whole.replacing("\n", with: "⏎")
  }
}
