import ActivationStore
import Analysis
import Figures
import LabelledArrays
import Mazes

/// The effects of vectors in mazes: one study, `/steering/NAME`.
struct SteeringFigures {
  let study: ArrayGroup
  let file: ReportFile

  typealias Measure = Schema.Steering.Measure

  var vectors: [String] { study.texts(Schema.Steering.vectors) }
  var examples: Int { study.count(Schema.Axis.example) }
  private var site: String { study.text(Schema.Steering.site) ?? "?" }
  /// Axes of the cells, outermost first.
  var axes: [LabelledAxis] { Measure.allCases.lazy.compactMap { study[$0.values] }.first?.cellAxes ?? [] }
  var measured: [Measure] { Measure.allCases.filter { study[$0.values] != nil && study[$0.mean] != nil } }

  /// Means over mazes of all cells, as stored.
  func means(_ measure: Measure) throws -> [Interval] { try intervals(measure.mean) }
  /// Mean changes from unsteered of all cells, as stored.
  func changes(_ measure: Measure) throws -> [Interval] { try intervals(measure.change) }

  private func intervals(_ name: String) throws -> [Interval] {
    guard let array = study[name], array.axisNames == axes.map(\.name) + [Schema.Axis.bound],
      study.count(Schema.Axis.bound) == 3
    else { return [] }
    let values = try array.doubles()
    return stride(from: 0, to: values.count - 2, by: 3).map {
      Interval(value: values[$0], low: values[$0 + 1], high: values[$0 + 2])
    }
  }

  /// [example]
  private func baseline(_ measure: Measure) throws -> [Float] { try study[measure.unsteered]?.numbers() ?? [] }
  func unsteered(_ measure: Measure) throws -> Double { finiteMean(try baseline(measure)) }

  /// The measure that the vector is about: heading for the cheese, or for the corner.
  var subject: Measure { vectors.first?.contains("top-right") == true ? .corner : .cheese }
  private var subtitle: String { "added at \(site); \(counted(examples, "maze")), bands: 95 % bootstrap" }

  /// A description of what was added where.
  var sentence: String {
    let whose =
      switch study.text(Schema.Steering.from) {
      case "own"?: "each maze's own"
      case "mean"?: "the mean over all mazes of each"
      case "every"?: "each maze's in every maze"
      default: "taken as they are"
      }
    let rollouts = study.text(Schema.Steering.rollouts).flatMap { Int($0) } ?? 0
    let played =
      rollouts > 0
      ? "; \(counted(rollouts, "rollout")) in each maze, of \(study.text(Schema.Steering.steps) ?? "?") steps at most"
      : ""
    return
      "\(vectors.count == 1 ? "Vector" : "Vectors") \(listed(vectors)) (\(whose)), times a coefficient, added at \(site) at every step; \(counted(examples, "maze"))\(played). \"To cheese\" and \"to corner\" are probabilities of the first step at the decision square."
  }

  /// All figures except vector fields.
  func charts() throws -> [NamedFigure] {
    let axes = self.axes
    var figures: [(String, Figure)] = []
    let isTransfer = axes.first?.name == "source"
    let isSites = axes.first?.name == Schema.Steering.site
    let own = axes.filter { $0.name != "source" && $0.name != Schema.Steering.site }
    if isTransfer {
      if let map = try transfer() { figures.append(("transfer", try map.figure())) }
    } else if isSites {
      figures.append(("sites", try sites().figure()))
    } else if own.count == 1, case .numbers(let numbers) = own[0].labels {
      figures.append(
        ("heading", try curves([.cheese, .corner], numbers, "probability at the decision square").figure()))
      if study[Measure.reachedCheese.values] != nil {
        figures.append(
          ("rollouts", try curves([.reachedCheese, .reachedRegion], numbers, "share of rollouts").figure()))
      }
    } else if own.count == 2 {
      for measure in [Measure.cheese, .corner, .reachedCheese, .reachedRegion] where measured.contains(measure) {
        figures.append((measure.rawValue, try grid(measure, own).figure()))
      }
    }
    figures += try additivity(own)
    return figures.map { NamedFigure(name: "steering-\(study.name)-\($0.0)", figure: $0.1) }
  }

  /// Vector fields without and with the vectors, if the file has them.
  func fields() throws -> [NamedFigure] {
    guard let kept = study.axis(Schema.Steering.field), case .integers(let numbers) = kept.labels,
      let parts = try fieldParts(), let rows = study.axis(Schema.Steering.fieldRow)?.count,
      let columns = study.axis(Schema.Steering.fieldColumn)?.count
    else { return [] }
    let at = Schema.Steering.fieldAt
    let times = study.texts(at).isEmpty ? [study.text(at) ?? "1"] : study.texts(at)
    let coefficients = zip(times.flatMap { $0.split(separator: ",").map { $0.drop { $0 == " " } } }, vectors).map {
      "\($0) × \($1)"
    }
    return try numbers.enumerated().compactMap { place, number -> NamedFigure? in
      guard file.prompts.indices.contains(number), let drawing = file.prompts[number].labels["maze"] else { return nil }
      let maze = try Maze(drawing: drawing.split(separator: "/").map(String.init))
      let squares = VectorField.squares(of: maze)
      guard maze.size <= rows, maze.size <= columns else { return nil }
      func arrows(_ part: Int) -> [SIMD2<Double>] {
        squares.map { square in
          let flat = (place * rows + square.row) * columns + square.column
          return [Double(parts[part][flat]), Double(parts[part + 1][flat])]
        }
      }
      let (before, after) = (arrows(0), arrows(2))
      let figure = MazeFigure(
        title: "\(study.name): maze \(number)",
        subtitle: "mean steps of the policy from every square; added at \(site)",
        panels: [
          .init(title: "without", maze: maze, squares: squares, arrows: before),
          .init(title: coefficients.joined(separator: ", "), maze: maze, squares: squares, arrows: after),
          .init(
            title: "difference", maze: maze, squares: squares, arrows: zip(before, after).map { $1 - $0 },
            isDifference: true),
        ], marked: maze.decisionSquare)
      return NamedFigure(name: "steering-\(study.name)-field-\(number)", figure: try figure.figure())
    }
  }

  /// Mean steps without (x, y) and with (x, y), each [field, field_row, field_column].
  private func fieldParts() throws -> [[Float]]? {
    typealias Steering = Schema.Steering
    let names = [Steering.fieldWithoutX, Steering.fieldWithoutY, Steering.fieldWithX, Steering.fieldWithY]
    let parts = try names.compactMap { try study[$0]?.numbers() }
    let count = [Steering.field, Steering.fieldRow, Steering.fieldColumn].reduce(1) { $0 * study.count($1) }
    return parts.count == names.count && parts.allSatisfy { $0.count == count } ? parts : nil
  }

  /// The effect of each maze's vector in each maze, as a map of the page; rows are the vectors' mazes.
  func transferGrid() throws -> Grid? {
    guard let array = study[subject.values], array.axisNames.first == "source",
      array.axisNames.last == Schema.Axis.example
    else { return nil }
    let (base, values) = (try baseline(subject), try array.numbers())
    guard base.count == examples, examples > 0 else { return nil }
    let axes = array.cellAxes + [LabelledAxis(Schema.Axis.example, .range(examples))]
    let layout = Grid.layout(axes.map(\.name))
    let changes = values.indices.map { values[$0] - base[$0 % examples] }
    return Grid(
      id: "steering-\(study.name)", title: study.name, valueName: "change",
      axes: axes.map { Grid.Axis(name: $0.name, labels: $0.labels.shown, isPosition: false) }, rows: layout.rows,
      columns: layout.columns, facets: layout.facets, start: layout.facets.map { _ in 0 }, runAxis: nil, places: nil,
      isSweep: false, isSequential: false,
      layers: [
        .init(metric: "change of \(subject.title)", source: "run", arrays: [("value", changes)], raw: nil)
      ])
  }

  /// The cell whose mean of the subject changes most, with that mean and a description of the cell.
  func strongest() throws -> (change: Interval, mean: Double, place: String)? {
    let (changes, means) = (try changes(subject), try means(subject))
    let known = changes.indices.filter { changes[$0].value.isFinite && means.indices.contains($0) }
    guard let best = known.max(by: { abs(changes[$0].value) < abs(changes[$1].value) }) else { return nil }
    let axes = self.axes
    let parts = zip(axes, axes.labels(ofCell: best)).map { axis, label in
      "\(axis.name == "source" ? "vector of maze" : axis.name) \(label.shown)"
    }
    return (changes[best], means[best].value, parts.joined(separator: ", "))
  }

  private func curves(_ measures: [Measure], _ numbers: [Double], _ yName: String) throws -> LineChart {
    let bootstrap = Bootstrap(redraws: 2000)
    let series = try measures.filter(measured.contains).map { measure -> LineChart.Series in
      var points = zip(numbers, try means(measure)).map { ($0, $1) }
      if !numbers.contains(0) {
        let base = try baseline(measure).map(Double.init).filter(\.isFinite)
        if !base.isEmpty { points.append((0, bootstrap.mean(of: base))) }
      }
      points.sort { $0.0 < $1.0 }
      return LineChart.Series(
        name: measure.title, x: points.map(\.0), y: points.map(\.1.value), low: points.map(\.1.low),
        high: points.map(\.1.high))
    }
    return LineChart(
      title: "\(study.name): \(vectors.first ?? "") vector", subtitle: subtitle, xName: "coefficient", yName: yName,
      series: series, yRange: 0...1)
  }

  private func sites() throws -> BarChart {
    let all = axes
    let names = all[0].labels.texts
    let changes = try changes(subject)
    let width = max(1, changes.count / max(1, names.count))
    let series = (0..<width).map { cell -> BarChart.Series in
      let own = names.indices.map { changes[$0 * width + cell] }
      return BarChart.Series(
        name: label(cell, Array(all.dropFirst())), values: own.map(\.value), low: own.map(\.low), high: own.map(\.high))
    }
    return BarChart(
      title: "\(study.name): change of the probability to head for the \(subject == .cheese ? "cheese" : "corner")",
      subtitle: "\(counted(examples, "maze")); 95 % bootstrap", valueName: "change at the decision square",
      names: names,
      series: series)
  }

  /// A choice of coefficients, in words.
  private func label(_ cell: Int, _ axes: [LabelledAxis]) -> String {
    zip(axes.labels(ofCell: cell), vectors).map { "\($0.shown) × \($1)" }.joined(separator: ", ")
  }

  private func grid(_ measure: Measure, _ axes: [LabelledAxis]) throws -> Heatmap {
    let (values, width) = (try means(measure).map(\.value), axes[1].count)
    return Heatmap(
      title: "\(study.name): \(measure.title)",
      subtitle: "added at \(site); mean of \(counted(examples, "maze"))",
      rowsName: "× \(axes[0].name)", columnsName: "× \(axes[1].name)", valueName: measure.title,
      rowLabels: axes[0].labels.shown, columnLabels: axes[1].labels.shown,
      values: (0..<axes[0].count).map { Array(values[$0 * width..<($0 + 1) * width]) }, colours: .sequential(0...1))
  }

  /// For many mazes, only the first ones.
  private func transfer() throws -> Heatmap? {
    guard let grid = try transferGrid(), grid.shape.first == examples, let all = grid.layers.first?.arrays.first?.values
    else { return nil }
    let shown = min(examples, 40)
    let cells = grid.shape.dropFirst().dropLast().reduce(1, *)
    let names = (0..<shown).map(String.init)
    return Heatmap(
      title: "\(study.name): \(grid.layers[0].metric)",
      subtitle:
        "\(label(0, Array(axes.dropFirst()))) of one maze in another; the first \(shown) of \(counted(examples, "maze"))",
      rowsName: "vector of maze", columnsName: "added in maze", valueName: "change", rowLabels: names,
      columnLabels: names,
      values: (0..<shown).map { source in
        (0..<shown).map { maze in Double(all[source * cells * examples + maze]) }
      }, colours: .diverging(limit: 1), decimals: nil)
  }

  /// How much of the change of later activations is not the sum of the vectors' separate effects, or not proportional
  /// to the coefficient: the share, averaged over mazes.
  private func additivity(_ own: [LabelledAxis]) throws -> [(String, Figure)] {
    guard let whole = study[Schema.Steering.effect], let part = study[Schema.Steering.interaction],
      whole.axisNames.first == Schema.Axis.activation, whole.axisNames.last == Schema.Axis.example,
      part.axes == whole.axes, examples > 0
    else { return [] }
    let (effects, interactions) = (try whole.numbers(), try part.numbers())
    let names = study.labels(Schema.Axis.activation)
    let cells = effects.count / max(1, names.count * examples)
    let shares = names.indices.map { node in
      (0..<cells).map { cell -> Double in
        let start = (node * cells + cell) * examples
        return finiteMean(
          (start..<start + examples).lazy.filter { effects[$0] > 0 }.map { interactions[$0] / effects[$0] })
      }
    }
    if own.count == 1, case .numbers(let numbers) = own[0].labels, numbers.count == cells {
      let order = numbers.indices.sorted { numbers[$0] < numbers[$1] }
      let chart = LineChart(
        title: "\(study.name): how far from linear",
        subtitle: "‖Δ(t) − t Δ(1)‖ / ‖Δ(t)‖ at the decision square; mean of \(counted(examples, "maze"))",
        xName: "coefficient t", yName: "share of the change",
        series: names.indices.map { node in
          .init(name: names[node], x: order.map { numbers[$0] }, y: order.map { shares[node][$0] })
        }, withZero: true)
      return [("additivity", try chart.figure())]
    }
    guard own.count == 2, own[0].count * own[1].count == cells else { return [] }
    let width = own[1].count
    return try names.indices.map { node in
      let map = Heatmap(
        title: "\(study.name): what is not additive in \(names[node])",
        subtitle: "‖Δ(s,t) − Δ(s,0) − Δ(0,t)‖ / ‖Δ(s,t)‖ at the decision square; mean of \(counted(examples, "maze"))",
        rowsName: "s × \(own[0].name)", columnsName: "t × \(own[1].name)", valueName: "share of the change",
        rowLabels: own[0].labels.shown, columnLabels: own[1].labels.shown,
        values: (0..<own[0].count).map { Array(shares[node][$0 * width..<($0 + 1) * width]) },
        colours: .sequential(0...1))
      return ("additivity-\(fileName(names[node]))", try map.figure())
    }
  }

  /// The table of the page: a row per cell; for a matrix, those that change most.
  func rows() throws -> (cells: [Int], labels: [[String]]) {
    let all = axes
    let count = all.shape.count
    func labels(_ cell: Int) -> [String] { all.labels(ofCell: cell).map(\.shown) }
    let changes = try changes(subject)
    let cells =
      count <= 60 || changes.count != count
      ? Array(0..<min(count, 60))
      : Array((0..<count).sorted { abs(changes[$0].value) > abs(changes[$1].value) }.prefix(20))
    return (cells, cells.map(labels))
  }
}

extension Schema.Steering.Measure {
  /// Names of measures on the page, in figures and on the terminal.
  package var title: String {
    switch self {
    case .cheese: "to cheese"
    case .corner: "to corner"
    case .reachedCheese: "got cheese"
    case .reachedCorner: "passed the corner"
    case .reachedRegion: "reached top right"
    case .steps: "steps"
    case .fieldChange: "field change"
    }
  }
}
