import ActivationStore
import Foundation
import Tensors

/// Linear probes for any number of classes, or for a number, trained on one part of the examples and scored on the
/// other.
public struct ProbesStudy: Study {
  /// What a probe predicts.
  public enum Target: String, Sendable, Hashable, CaseIterable {
    /// With a multinomial probe.
    case classes
    /// With a ridge regression.
    case numbers
  }

  /// What control labels are assigned to.
  public enum Control: Sendable, Hashable {
    case label(String)
    case token
  }

  public let name: String
  public let selection: Selection
  public let target: Target
  public let penalty: Double
  private let redraws: Int
  private let seed: UInt64
  private let plans: [ItemPlan]
  private let width: Int
  /// For each source and rule, the type that decides the item's control label, [source][rule][item]; nil without
  /// control.
  private let types: [[[Int]]]?

  /// - Throws: `SelectionError`, `StudyError`.
  public init(
    _ name: String, _ selection: Selection, target: Target, penalty: Double = 1, control: Control? = nil,
    redraws: Int = 1000, split: SplitSpec = SplitSpec(), limit: Int = 50_000
  ) throws {
    guard let label = selection.labelName else { throw SelectionError.noLabels(kind: "probes") }
    self.name = name
    self.selection = selection
    self.target = target
    self.penalty = penalty
    self.redraws = redraws
    seed = split.seed
    width = try selection.commonWidth()
    if target == .numbers { try Self.checkNumbers(selection, label) }
    do {
      if target == .classes, selection.classNames.count < 2 {
        throw AnalysisError.oneClass(selection.classNames.first ?? "")
      }
      plans = try selection.sources.map {
        try ItemPlan($0, split: split, limit: limit, balanced: target == .classes)
      }
    } catch let error as AnalysisError {
      throw StudyError(study: name, place: "labels '\(label)'", reason: error.message)
    }
    types = try control.map { control in
      try selection.sources.map { source in
        try selection.rules.indices.map { try Self.types(of: source, rule: $0, control) }
      }
    }
  }

  private static func checkNumbers(_ selection: Selection, _ label: String) throws(SelectionError) {
    for source in selection.sources {
      if let bad = source.table.items.firstIndex(where: { !$0.number.isFinite }) {
        let item = source.table.items[bad]
        throw .notANumber(
          item.label.map { selection.classNames[$0] } ?? "", label: label, file: source.parts[item.part].cache.file,
          example: item.example)
      }
    }
  }

  private static func types(of source: Source, rule: Int, _ control: Control) throws(SelectionError) -> [Int] {
    var numbers: [String: Int] = [:]
    var types: [Int] = []
    for item in 0..<source.count {
      let text: String
      switch control {
      case .label(let key):
        let known = source.prompt(of: item).labels
        guard let value = known[key] else {
          throw .noSuchLabel(
            key, file: source.parts[source.table.items[item].part].cache.file, known: known.keys.sorted())
        }
        text = value
      case .token: text = source.token(of: item, rule: rule) ?? ""
      }
      let number = numbers[text] ?? numbers.count
      numbers[text] = number
      types.append(number)
    }
    return types
  }

  public func work(at place: Selection.Place) -> Work {
    Work(
      study: self, source: selection.sources[place.source], plan: plans[place.source],
      types: types?[place.source][place.rule], rows: RowCollector(width: width, wanted: plans[place.source].wanted))
  }

  /// The probe of one place.
  public struct Work: PlaceWork {
    let study: ProbesStudy
    let source: Source
    let plan: ItemPlan
    let types: [Int]?
    var rows: RowCollector
    private var found: Outcome?

    init(study: ProbesStudy, source: Source, plan: ItemPlan, types: [Int]?, rows: RowCollector) {
      self.study = study
      self.source = source
      self.plan = plan
      self.types = types
      self.rows = rows
    }

    public mutating func add(_ rows: Matrix, items: [Int]) throws { try self.rows.add(rows, items: items) }

    public mutating func endPass() throws -> Bool {
      let (items, values) = (rows.items, rows.take())
      let place = Dictionary(uniqueKeysWithValues: items.enumerated().map { ($1, $0) })
      let (training, testing) = (
        plan.training.filter { place[$0] != nil }, plan.testing.filter { place[$0] != nil }
      )
      let train = values.matrix.picking(training.compactMap { place[$0] })
      let test = values.matrix.picking(testing.compactMap { place[$0] })
      let groups = plan.groups.map { groups in testing.map { groups[$0] } }
      let intervals = Bootstrap(redraws: study.redraws, seed: study.seed, groups: groups)
      switch study.target {
      case .classes: found = try classes(train.matrix, training, test.matrix, testing, intervals)
      case .numbers: found = try numbers(train.matrix, training, test.matrix, testing, intervals)
      }
      return false
    }

    public func outcome() -> Outcome {
      guard let found else { preconditionFailure("the outcome is known only after the pass") }
      return found
    }
  }

  /// What was found at one place.
  public struct Outcome: Sendable {
    /// Accuracy, or R².
    let score: Interval
    /// Accuracy on control labels.
    var control: Interval?
    /// The share of the largest class, or the root mean square error.
    let reference: Double
    /// [classes, width], or one row.
    let weights: [Double]
    let biases: [Double]
    /// [classes, classes]: rows are true classes; empty for numbers.
    let confusion: [Double]
    let items: [Int]
    /// The class number or the predicted number, one for each of `items`.
    let predictions: [Double]
    let trained: Int
  }
}

extension ProbesStudy.Work {
  private func classes(
    _ train: Matrix, _ training: [Int], _ test: Matrix, _ testing: [Int], _ intervals: Bootstrap
  ) throws -> ProbesStudy.Outcome {
    let names = study.selection.classNames
    let labels = source.table.items.map { $0.label ?? 0 }
    let fit = try MultinomialRegression(
      Examples(rows: train, classes: training.map { labels[$0] }, names: names), penalty: study.penalty)
    let told = fit.predictions(of: test)
    let score = intervals.mean(of: zip(told, testing).map { $0 == labels[$1] ? 1 : 0 })
    var confusion = [Double](repeating: 0, count: names.count * names.count)
    for (predicted, item) in zip(told, testing) { confusion[labels[item] * names.count + predicted] += 1 }
    let sizes = names.indices.map { label in testing.count { labels[$0] == label } }
    var outcome = ProbesStudy.Outcome(
      score: score, reference: Double(sizes.max() ?? 0) / Double(max(1, testing.count)), weights: fit.weights.values,
      biases: fit.biases, confusion: confusion, items: testing, predictions: told.map(Double.init),
      trained: training.count)
    if let types {
      let dealt = ControlLabels.draw(types: types, classes: labels, seed: study.seed)
      let told = try control(dealt, train, training, test)
      outcome.control = intervals.mean(of: zip(told, testing).map { $0 == dealt[$1] ? 1 : 0 })
    }
    return outcome
  }

  /// What a probe of control labels predicts. With few types some classes may have no examples; the probe then leaves
  /// them out.
  private func control(_ dealt: [Int], _ train: Matrix, _ training: [Int], _ test: Matrix) throws -> [Int] {
    let present = Set(training.map { dealt[$0] }).sorted()
    guard present.count > 1 else { return [Int](repeating: present.first ?? 0, count: test.rows) }
    let numbers = Dictionary(uniqueKeysWithValues: present.enumerated().map { ($1, $0) })
    let examples = try Examples(
      rows: train, classes: training.map { numbers[dealt[$0]] ?? 0 },
      names: present.map { study.selection.classNames[$0] })
    return try MultinomialRegression(examples, penalty: study.penalty).predictions(of: test).map { present[$0] }
  }

  private func numbers(
    _ train: Matrix, _ training: [Int], _ test: Matrix, _ testing: [Int], _ intervals: Bootstrap
  ) throws -> ProbesStudy.Outcome {
    let fit = try RidgeRegression(
      rows: train, numbers: training.map { source.table.items[$0].number }, penalty: study.penalty)
    let told = fit.predictions(of: test)
    let truth = testing.map { source.table.items[$0].number }
    guard let first = truth.first, truth.contains(where: { $0 != first }) else {
      throw AnalysisError.noVariance(method: "the score of the held-out numbers")
    }
    let errors = zip(told, truth).map { ($0 - $1) * ($0 - $1) }
    return ProbesStudy.Outcome(
      score: intervals.explained(truth, by: told), reference: (errors.reduce(0, +) / Double(errors.count)).squareRoot(),
      weights: fit.weights, biases: [fit.bias], confusion: [], items: testing, predictions: told,
      trained: training.count)
  }
}

extension ProbesStudy {
  public func result(_ outcomes: [Outcome]) throws -> StudyResult {
    var arrays = PlaceArrays(name, kind: "probes", of: selection)
    arrays.addItems()
    arrays.addAxis("feature", .range(width))
    arrays.add(Schema.Analysis.trained, integers: outcomes.map { [$0.trained] })
    arrays.add(Schema.Analysis.tested, integers: outcomes.map { [$0.items.count] })
    arrays.add(Schema.Analysis.prediction, ["item"], outcomes.map { arrays.spread($0.predictions, over: $0.items) })
    arrays.set(Schema.Analysis.penalty, .number(penalty))
    guard target == .classes else {
      arrays.add(Schema.Analysis.r2, intervals: outcomes.map { [$0.score] })
      arrays.add(Schema.Analysis.rmse, outcomes.map(\.reference))
      arrays.add(Schema.Analysis.weight, ["feature"], outcomes.map(\.weights))
      arrays.add(Schema.Analysis.bias, outcomes.map { $0.biases[0] })
      return selection.table(
        "\(name): held-out ridge regression of '\(selection.labelName ?? "")'; \(selection.sources[0].count) examples",
        ["R²", "low", "high", "RMSE"],
        outcomes.map { [shown($0.score.value), shown($0.score.low), shown($0.score.high), shown($0.reference)] },
        arrays: arrays.arrays)
    }
    arrays.addAxis("class", .texts(selection.classNames))
    arrays.addAxis("class_other", .texts(selection.classNames))
    arrays.add(Schema.Analysis.accuracy, intervals: outcomes.map { [$0.score] })
    arrays.add(Schema.Analysis.chance, outcomes.map(\.reference))
    arrays.add(Schema.Analysis.confusion, ["class", "class_other"], outcomes.map(\.confusion))
    arrays.add(Schema.Analysis.weight, ["class", "feature"], outcomes.map(\.weights))
    arrays.add(Schema.Analysis.bias, ["class"], outcomes.map(\.biases))
    let controls = outcomes.compactMap(\.control)
    if controls.count == outcomes.count {
      arrays.add(Schema.Analysis.controlAccuracy, intervals: controls.map { [$0] })
      arrays.add(
        Schema.Analysis.selectivity,
        zip(outcomes, controls).map { ControlLabels.selectivity(task: $0.score.value, control: $1.value) })
    }
    return selection.table(
      "\(name): held-out accuracy of multinomial probes of '\(selection.labelName ?? "")'; "
        + selection.examplesNote(using: plans.map(\.used)),
      ["accuracy", "low", "high", "largest class"] + (controls.isEmpty ? [] : ["control", "selectivity"]),
      outcomes.map { outcome in
        [
          shown(outcome.score.value), shown(outcome.score.low), shown(outcome.score.high), shown(outcome.reference),
        ]
          + (outcome.control.map { [shown($0.value), shown(outcome.score.value - $0.value)] } ?? [])
      }, arrays: arrays.arrays)
  }
}
