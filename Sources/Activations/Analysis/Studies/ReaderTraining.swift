import Diagnostics
import Tensors

/// Trains and scores the readers of one place.
struct ReaderTraining {
  private let study: ReadersStudy
  private let plan: ItemPlan
  private let training: Examples
  private let testing: Examples
  /// The items of `training` and `testing`, in order.
  private let trainedItems: [Int]
  private let testedItems: [Int]
  private let pairs: Pairs?

  /// - Parameters:
  ///   - items: ascending; items of the plan that have no such position may be missing.
  ///   - rows: their rows, [items, width].
  init(_ study: ReadersStudy, _ plan: ItemPlan, items: [Int], rows: Matrix, classes: [Int?]) throws {
    self.study = study
    self.plan = plan
    let place = Dictionary(uniqueKeysWithValues: items.enumerated().map { ($1, $0) })
    let all = try Examples(
      rows: rows, classes: items.map { classes[$0] ?? 0 }, names: study.selection.classNames)
    trainedItems = plan.training.filter { place[$0] != nil }
    testedItems = plan.testing.filter { place[$0] != nil }
    training = all.picking(trainedItems.compactMap { place[$0] })
    testing = all.picking(testedItems.compactMap { place[$0] })
    let trained = Set(trainedItems)
    let whole = plan.pairs.filter { trained.contains($0.negative) && trained.contains($0.positive) }
    pairs =
      whole.isEmpty
      ? nil
      : try Pairs(
        positive: rows.picking(whole.compactMap { place[$0.positive] }).matrix,
        negative: rows.picking(whole.compactMap { place[$0.negative] }).matrix)
  }

  func outcome() throws -> ReadersStudy.Outcome {
    let options = study.options
    let groups = plan.groups.map { groups in testedItems.map { groups[$0] } }
    let intervals = Bootstrap(redraws: options.redraws, seed: study.split.seed, groups: groups)
    var readers: [Reader?] = []
    var (curves, influences): ([LearningCurve], [(items: [Int], cosines: [Double])]) = ([], [])
    for choice in options.methods {
      let method = choice.method(
        penalty: options.penalty, shrinkage: options.shrinkage, seed: study.split.seed)
      let examples = choice == .shuffled ? training.shufflingLabels(seed: study.split.seed) : training
      let reader = try found { try Reader(method, training: examples, pairs: pairs) }
      readers.append(reader)
      if !options.curve.isEmpty {
        curves.append(reader == nil ? LearningCurve(points: []) : try curve(choice, method))
      }
      if options.influence { influences.append((trainedItems, reader == nil ? [] : try influence(choice))) }
    }
    return ReadersStudy.Outcome(
      readers: readers, scores: try readers.map { try $0?.scored(on: testing, intervals: intervals) },
      curves: curves, influences: influences,
      eraser: options.methods.contains(.leace) ? try found { try ConceptEraser(training.preciseMoments()) } : nil,
      trained: training.count, tested: testing.count)
  }

  /// nil if the examples leave a method nothing to find.
  private func found<R>(_ body: () throws -> R) throws -> R? {
    guard training.rows.varies else { return nil }
    do {
      return try body()
    } catch AnalysisError.noVariance {
      return nil
    }
  }

  private func curve(_ choice: ReaderChoice, _ method: ReaderMethod) throws -> LearningCurve {
    guard choice != .shuffled else { return LearningCurve(points: []) }
    return try LearningCurve(
      method, pairs: try pairs ?? anyPairs(), testing: testing, sizes: study.options.curve,
      draws: study.options.draws, seed: study.split.seed, threads: 1)
  }

  /// Examples of both classes paired at random, seeded, for when nothing pairs them.
  private func anyPairs() throws(AnalysisError) -> Pairs {
    var generator = SplitMix64(seed: study.split.seed)
    let sides = (0..<2).map { label in
      training.classes.indices.filter { training.classes[$0] == label }.shuffled(using: &generator)
    }
    let count = min(sides[0].count, sides[1].count)
    return try Pairs(
      positive: training.rows.picking(Array(sides[1].prefix(count))).matrix,
      negative: training.rows.picking(Array(sides[0].prefix(count))).matrix)
  }

  /// How each training example turns the direction; empty if there is no formula for it.
  private func influence(_ choice: ReaderChoice) throws -> [Double] {
    switch choice {
    case .meanDifference: try Influence.onMeanDifference(training).map(\.cosine)
    case .discriminant:
      try Influence.onLinearDiscriminant(training, shrinkage: study.options.shrinkage).map(\.cosine)
    case .logistic: try Influence.onLogistic(training, penalty: study.options.penalty).map(\.cosine)
    case .pairedComponent, .leace, .random, .shuffled: []
    }
  }
}

extension Matrix {
  /// Whether any row differs from the first.
  var varies: Bool {
    guard rows > 1 else { return false }
    return withRow(0) { first in
      (1..<rows).contains { row in withRow(row) { values in !values.elementsEqual(first) } }
    }
  }
}
