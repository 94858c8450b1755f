import Diagnostics
import Foundation

/// The numbers of the maps, as JSON with arrays of float32 in base64.
struct PageData {
  let file: ReportFile
  let grids: [Grid]
  /// How many numbers are embedded, and whether values of single examples were left out.
  private(set) var numbers = 0
  private(set) var leftOut: [String] = []
  private(set) var json = ""

  /// The largest number of numbers in a page's maps: at 5.3 bytes each, 8 MB.
  static let budget = 1_500_000
  /// The largest number of prompts with tokens in a page.
  static let promptLimit = 2000

  init(_ file: ReportFile, _ grids: [Grid]) {
    self.file = file
    self.grids = grids
    var kept = grids.map { grid in grid.layers.map { _ in (means: false, raw: false) } }
    numbers = grids.reduce(0) { sum, grid in
      sum + (grid.words.map { 2 * ($0.words.count + $0.common.count) } ?? 0)
    }
    // Means of the shown metric first, then of the others, then values of single examples in the same order.
    let depth = grids.map(\.layers.count).max() ?? 0
    for place in 0..<depth {
      for (index, grid) in grids.enumerated() where place < grid.layers.count {
        let count = grid.layers[place].arrays.reduce(0) { $0 + $1.values.count }
        guard numbers + count <= Self.budget else { continue }
        numbers += count
        kept[index][place].means = true
      }
    }
    for place in 0..<depth {
      for (index, grid) in grids.enumerated() where place < grid.layers.count && kept[index][place].means {
        guard let raw = grid.layers[place].raw else { continue }
        guard numbers + raw.count <= Self.budget else {
          leftOut.append("\(grid.title) (\(grid.layers[place].metric))")
          continue
        }
        numbers += raw.count
        kept[index][place].raw = true
      }
    }
    json = text(kept)
  }

  private func text(_ kept: [[(means: Bool, raw: Bool)]]) -> String {
    let metrics = file.metrics
    func baselines(_ run: [String: [Float]]) -> String {
      object(metrics.compactMap { metric in run[metric].map { (metric, jsonString(base64($0))) } })
    }
    let hasTokens = file.tokens.longest > 0
    let prompts =
      hasTokens
      ? zip(file.tokens.clean, file.tokens.corrupted).prefix(Self.promptLimit).map { clean, corrupted in
        object([("c", strings(clean.map(shownToken))), ("k", strings(corrupted.map(shownToken)))])
      } : []
    let places = file.tokens.places.map {
      object([("n", jsonString($0.name)), ("v", $0.varies ? "true" : "false")])
    }
    let maps = zip(grids, kept).compactMap { grid, kept -> String? in
      let layers = zip(grid.layers, kept).filter(\.1.means)
      return layers.isEmpty ? nil : map(grid, layers.map { ($0, hasRaw: $1.raw) })
    }
    return scriptSafe(
      object([
        ("examples", "\(file.prompts.count)"), ("metrics", strings(metrics)), ("prompts", list(prompts)),
        ("pos", list(places)),
        ("base", baselines(file.base)), ("other", baselines(file.other)),
        ("baseName", jsonString(file.isDenoising ? "corrupted" : "clean")),
        ("otherName", jsonString(file.isDenoising ? "clean" : "corrupted")), ("grids", list(maps)),
      ]))
  }

  private func map(_ grid: Grid, _ layers: [(layer: Grid.Layer, hasRaw: Bool)]) -> String {
    let axes = grid.axes.map { axis in
      object([("n", jsonString(axis.name)), ("l", strings(axis.labels)), ("p", axis.isPosition ? "true" : "false")])
    }
    let entries = layers.map { layer, hasRaw in
      object(
        [
          ("m", jsonString(layer.metric)), ("src", jsonString(layer.source)),
          ("a", object(layer.arrays.map { ($0.name, jsonString(base64($0.values))) })),
        ] + (hasRaw ? [("raw", jsonString(base64(layer.raw ?? [])))] : [])
          + (layer.isChange ? [("change", "true")] : []))
    }
    func integers(_ values: [Int]) -> String { "[" + values.map(String.init).joined(separator: ",") + "]" }
    let hasExampleAxis = grid.axes.contains { $0.name == "example" }
    return object(
      [
        ("id", jsonString(grid.id)), ("title", jsonString(grid.title)), ("v", jsonString(grid.valueName)),
        ("axes", list(axes)),
        ("r", integers(grid.rows)), ("c", integers(grid.columns)), ("f", integers(grid.facets)),
        ("s", integers(grid.start)),
        ("run", "\(grid.runAxis ?? -1)"), ("sweep", grid.isSweep ? "true" : "false"),
        ("seq", grid.isSequential ? "true" : "false"),
        ("ex", hasExampleAxis ? "true" : "false"), ("layers", list(entries)),
      ] + (grid.places.map { [("places", integers($0))] } ?? [])
        + (grid.paths.map { [("paths", integers($0.map(Int.init)))] } ?? [])
        + (grid.words.map { [("w", text($0))] } ?? []))
  }

  private func text(_ words: Grid.Words) -> String {
    func numbers(_ values: [Float]) -> String { jsonString(base64(values)) }
    return object([
      ("t", strings(words.texts)), ("k", "\(words.places)"), ("e", "\(words.examples)"), ("w", numbers(words.words)),
      ("v", numbers(words.values)), ("c", numbers(words.common)), ("n", numbers(words.times)),
    ])
  }

  private func object(_ members: [(String, String)]) -> String {
    "{" + members.map { "\(jsonString($0.0)):\($0.1)" }.joined(separator: ",") + "}"
  }

  private func list(_ elements: some Sequence<String>) -> String { "[" + elements.joined(separator: ",") + "]" }
  private func strings(_ texts: [String]) -> String { list(texts.map { jsonString($0) }) }

  /// Little-endian, as on every machine that shows pages.
  private func base64(_ values: [Float]) -> String {
    values.map(\.bitPattern.littleEndian).withUnsafeBytes { Data($0).base64EncodedString() }
  }
}
