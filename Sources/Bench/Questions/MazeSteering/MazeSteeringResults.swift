import ActivationStore
import Analysis
import Diagnostics
import ExperimentFile
import Foundation
import LabelledArrays
import Mazes

/// The results of a steering study, ready to be stored, drawn and summarised.
public struct MazeSteeringResults: Sendable {
  /// What is measured in every maze under every choice of coefficients.
  public typealias Measure = Schema.Steering.Measure

  /// A maze's vector fields without and with the vectors.
  public struct Field: Sendable {
    public let maze: Maze
    public let before: VectorField
    public let after: VectorField
  }

  public let spec: MazeSteeringSpec
  /// Sites or sources, if there are several, then one axis per vector.
  public let axes: [LabelledAxis]
  /// [cell, example], cells row-major over the axes; those that were measured.
  public let values: [Measure: [Float]]
  /// [example]
  public let unsteered: [Measure: [Float]]
  /// For each cell, the mean change from unsteered over examples, with its bootstrap interval.
  public let changes: [Measure: [Interval]]
  /// For each cell, the mean over examples with its bootstrap interval.
  public let means: [Measure: [Interval]]
  /// Of the drawn mazes.
  public let fields: [Field]
  public let examples: Int
  /// [term, example]: the vectors' lengths at the first site; and [example], that of the activation at the decision
  /// square.
  let vectorLengths: [[Float]]
  let activationLengths: [Float]
  /// The later activations; and [activation, cell, example], the length of their change and of its part that is not
  /// additive.
  let later: [String]
  let effects: [Float]
  let interactions: [Float]

  init(_ study: MazeSteeringStudy, _ outcomes: [MazeSteeringStudy.Outcome], fields: [Field]) {
    spec = study.spec
    self.fields = fields
    examples = outcomes.count
    let cells = study.spec.cells.count
    let sets = outcomes.first?.steered.count ?? 0
    var axes: [LabelledAxis] = []
    if study.spec.source == .every {
      axes.append(LabelledAxis("source", .range(sets)))
    } else if sets > 1 {
      axes.append(LabelledAxis(Schema.Steering.site, .texts(study.sites.map { $0.hook?.text ?? "" })))
    }
    for term in study.spec.terms {
      let name = study.spec.terms.count == 1 ? "coefficient" : term.vector.name
      axes.append(LabelledAxis(name, .numbers(term.coefficients.map(shortest))))
    }
    self.axes = axes
    var (values, unsteered): ([Measure: [Float]], [Measure: [Float]]) = ([:], [:])
    var (changes, means): ([Measure: [Interval]], [Measure: [Interval]]) = ([:], [:])
    let bootstrap = Bootstrap(redraws: 2000)
    for measure in Measure.allCases {
      let own = (0..<sets).flatMap { set in
        (0..<cells).flatMap { cell in outcomes.map { $0.steered[set][cell][measure] } }
      }
      guard own.contains(where: { !$0.isNaN }) else { continue }
      let base = outcomes.map { $0.unsteered[measure] }
      values[measure] = own
      unsteered[measure] = base
      let rows = stride(from: 0, to: own.count, by: outcomes.count).map { Array(own[$0..<$0 + outcomes.count]) }
      means[measure] = rows.map { bootstrap.mean(of: $0.map(Double.init).filter(\.isFinite)) }
      changes[measure] = rows.map { row in
        bootstrap.mean(of: zip(row, base).map { Double($0) - Double($1) }.filter(\.isFinite))
      }
    }
    (self.values, self.unsteered, self.changes, self.means) = (values, unsteered, changes, means)
    vectorLengths = study.spec.terms.indices.map { term in outcomes.map { Float($0.lengths[term]) } }
    activationLengths = outcomes.map { Float($0.activationLength) }
    let later = study.later.map { $0.hook?.text ?? "" }
    self.later = later
    func byActivation(_ part: (MazeSteeringStudy.Outcome) -> [[Float]]) -> [Float] {
      later.indices.flatMap { node in (0..<cells).flatMap { cell in outcomes.map { part($0)[node][cell] } } }
    }
    effects = byActivation(\.effects)
    interactions = byActivation(\.interactions)
  }

  /// The group `/steering/NAME`.
  var arrays: ArrayGroup {
    let names = axes.map(\.name)
    let extra =
      [
        LabelledAxis(Schema.Axis.bound, .texts(["mean", "low", "high"])),
        LabelledAxis(Schema.Axis.example, .range(examples)),
      ]
      + (later.isEmpty ? [] : [LabelledAxis(Schema.Axis.activation, .texts(later))]) + fieldAxes
    var group = ArrayGroup(Schema.steering.path(spec.name), axes: axes + extra, attributes: attributes)
    for measure in Measure.allCases {
      guard let own = values[measure], let base = unsteered[measure] else { continue }
      group.add(measure.values, along: names + [Schema.Axis.example], own)
      if measure != .fieldChange { group.add(measure.unsteered, along: [Schema.Axis.example], base) }
      for (array, intervals) in [(measure.mean, means[measure] ?? []), (measure.change, changes[measure] ?? [])] {
        group.add(
          array, along: names + [Schema.Axis.bound],
          intervals.flatMap { [Float($0.value), Float($0.low), Float($0.high)] })
      }
    }
    for (term, lengths) in zip(spec.terms, vectorLengths) {
      group.add(Schema.Steering.norm(ofVector: term.vector.name), along: [Schema.Axis.example], lengths)
    }
    group.add(Schema.Steering.activationNorm, along: [Schema.Axis.example], activationLengths)
    if !later.isEmpty {
      group.add(Schema.Steering.effect, along: [Schema.Axis.activation] + names + [Schema.Axis.example], effects)
      group.add(
        Schema.Steering.interaction, along: [Schema.Axis.activation] + names + [Schema.Axis.example], interactions)
    }
    addFields(to: &group)
    return group
  }

  /// Mean steps from every square without and with the vectors, [field, field_row, field_column]; NaN for walls.
  private func addFields(to group: inout ArrayGroup) {
    guard !fields.isEmpty else { return }
    let edge = fields.map(\.maze.size).max() ?? 0
    func values(_ field: VectorField, _ component: Int) -> [Float] {
      var values = [Float](repeating: .nan, count: edge * edge)
      for (square, arrow) in zip(field.squares, field.arrows) {
        values[square.row * edge + square.column] = Float(arrow[component])
      }
      return values
    }
    for (names, side) in [
      ([Schema.Steering.fieldWithoutX, Schema.Steering.fieldWithoutY], \Field.before),
      ([Schema.Steering.fieldWithX, Schema.Steering.fieldWithY], \Field.after),
    ] {
      for (component, name) in names.enumerated() {
        group.add(
          name, along: fieldAxes.map(\.name), fields.flatMap { values($0[keyPath: side], component) })
      }
    }
  }

  private var fieldAxes: [LabelledAxis] {
    guard !fields.isEmpty else { return [] }
    let edge = fields.map(\.maze.size).max() ?? 0
    return [
      LabelledAxis(Schema.Steering.field, .range(fields.count)), LabelledAxis(Schema.Steering.fieldRow, .range(edge)),
      LabelledAxis(Schema.Steering.fieldColumn, .range(edge)),
    ]
  }

  private var attributes: [String: Attribute] {
    let drawn = spec.fields.map { [Schema.Steering.fieldAt: Attribute.numbers($0.coefficients.map(shortest))] } ?? [:]
    return [
      Schema.Steering.site: .text(spec.site.rawValue), Schema.Steering.vectors: .texts(spec.terms.map(\.vector.name)),
      Schema.Steering.from: .text(spec.source.rawValue), Schema.Steering.rollouts: .integer(spec.rollouts),
      Schema.Steering.steps: .integer(spec.stepLimit),
      Schema.Steering.interval: .text("95 % percentile bootstrap over mazes, 2000 redraws"),
    ].merging(drawn) { $1 }
  }

  /// A cell's labels, one for each axis.
  func labels(ofCell cell: Int) -> [String] { axes.labels(ofCell: cell).map(\.text) }

  /// How many cells there are.
  public var cells: Int { axes.shape.count }
}

extension MazeSteeringStudy.Measures {
  subscript(measure: MazeSteeringResults.Measure) -> Float {
    get { self[keyPath: measure.place] }
    set { self[keyPath: measure.place] = newValue }
  }
}

extension MazeSteeringResults.Measure {
  fileprivate var place: WritableKeyPath<MazeSteeringStudy.Measures, Float> {
    switch self {
    case .cheese: \.cheese
    case .corner: \.corner
    case .reachedCheese: \.reachedCheese
    case .reachedCorner: \.reachedCorner
    case .reachedRegion: \.reachedRegion
    case .steps: \.steps
    case .fieldChange: \.fieldChange
    }
  }
}
