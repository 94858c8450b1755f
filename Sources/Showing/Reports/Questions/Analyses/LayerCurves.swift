import ActivationStore
import Analysis
import Figures
import LabelledArrays

/// A measure of places against their layer: a line per combination of everything else that differs.
struct LayerCurves {
  let places: StudyPlaces
  /// The most lines that can be told apart.
  private static let mostLines = 10, mostBars = 40

  /// One measure, a value for each place.
  struct Measure {
    let name: String
    let values: [Interval]
  }

  /// Lines by layer, or bars if there is only one layer.
  /// - Parameters:
  ///   - file: the end of the figure's name.
  ///   - level: the name and value that the measures are compared with, drawn as a horizontal line.
  /// - Returns: nil if there are no numbers.
  func figure(
    _ measures: [Measure], title: String, subtitle: String, yName: String, file: String,
    yRange: ClosedRange<Double>? = nil
  ) throws -> NamedFigure? {
    let measures = measures.filter { $0.values.count == places.count && $0.values.contains { $0.value.isFinite } }
    guard !measures.isEmpty else { return nil }
    let name = "analysis-\(places.name)-\(file)"
    guard let layers = try layers(), Set(layers.filter { $0 >= 0 }).count > 1 else {
      return try bars(measures, title: title, subtitle: subtitle, valueName: yName).map {
        NamedFigure(name: name, figure: $0)
      }
    }
    // If a layer has several, lines must be labelled.
    let inBlocks = (0..<places.count).filter { layers[$0] >= 0 }.compactMap { place in
      zip(places.axes, places.axes.shape.unravel(place)).first { $0.0.name == "hook" }.map { $0.labels.texts[$1] }
    }
    let hooks = Set(inBlocks.map(Self.withoutLayer))
    var lines: [(name: String, measure: Int, places: [Int])] = []
    for measure in measures.indices {
      var own: [String: [Int]] = [:]
      var order: [String] = []
      for place in 0..<places.count where layers[place] >= 0 {
        let entries = zip(places.axes, places.axes.shape.unravel(place))
        let parts = entries.compactMap { axis, entry -> String? in
          if axis.count == 1 { return nil }
          let text = axis.labels.texts[entry]
          return axis.name == "hook" ? Self.withoutLayer(text) : axis.name == "head" ? "head \(text)" : text
        }
        let shown = hooks.count > 1 ? parts : parts.filter { !hooks.contains($0) }
        let key = (measures.count > 1 ? [measures[measure].name] : []) + shown
        let label = key.isEmpty ? measures[measure].name : key.joined(separator: ", ")
        if own[label] == nil { order.append(label) }
        own[label, default: []].append(place)
      }
      lines += order.map { ($0, measure, own[$0] ?? []) }
    }
    let note =
      lines.count > Self.mostLines ? "\(subtitle); the first \(Self.mostLines) of \(lines.count) lines" : subtitle
    let series = lines.prefix(Self.mostLines).map { line -> LineChart.Series in
      let sorted = line.places.sorted { layers[$0] < layers[$1] }
      let values = sorted.map { measures[line.measure].values[$0] }
      let hasBounds = values.contains { $0.low.isFinite }
      return LineChart.Series(
        name: line.name, x: sorted.map { Double(layers[$0]) }, y: values.map(\.value),
        low: hasBounds ? values.map(\.low) : nil, high: hasBounds ? values.map(\.high) : nil)
    }
    guard series.contains(where: { $0.y.contains(where: \.isFinite) }) else { return nil }
    let chart = LineChart(title: title, subtitle: note, xName: "layer", yName: yName, series: series, yRange: yRange)
    return NamedFigure(name: name, figure: try chart.figure())
  }

  private func bars(
    _ measures: [Measure], title: String, subtitle: String, valueName: String
  ) throws -> Figure? {
    let shown = Array((0..<places.count).prefix(Self.mostBars))
    let series = measures.map { measure -> BarChart.Series in
      let values = shown.map { measure.values[$0] }
      let hasBounds = values.contains { $0.low.isFinite }
      return BarChart.Series(
        name: measure.name, values: values.map(\.value), low: hasBounds ? values.map(\.low) : nil,
        high: hasBounds ? values.map(\.high) : nil)
    }
    guard series.contains(where: { $0.values.contains(where: \.isFinite) }) else { return nil }
    let note = places.count > shown.count ? "\(subtitle); the first \(shown.count) of \(places.count) places" : subtitle
    return try BarChart(
      title: title, subtitle: note, valueName: valueName, names: shown.map(places.label), series: series
    ).figure()
  }

  /// The layer of each place, -1 outside the blocks; nil if the file does not say.
  private func layers() throws -> [Int]? {
    guard let hook = places.axes.firstIndex(where: { $0.name == "hook" }), places.group.has(Schema.Analysis.layer)
    else { return nil }
    let own = try places.group.numbers(Schema.Analysis.layer).doubles().map(whole)
    guard own.count == places.axes[hook].count else { return nil }
    return (0..<places.count).map { own[places.axes.shape.unravel($0)[hook]] }
  }

  /// `attn.hook_z` of `blocks.3.attn.hook_z`.
  private static func withoutLayer(_ hook: String) -> String {
    let parts = hook.split(separator: ".")
    return parts.count > 2 && Int(parts[1]) != nil ? parts.dropFirst(2).joined(separator: ".") : hook
  }
}
