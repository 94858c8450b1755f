import ActivationStore
import Tensors

/// Directions that tell two classes apart, trained at every place on one part of the examples and scored on the other.
public struct ReadersStudy: Study {
  /// What to compute.
  public struct Options: Sendable {
    /// Names of `ReaderChoice`, each once.
    public var methods: [ReaderChoice]
    public var penalty: Double
    public var shrinkage: Double
    /// A label by which examples are paired; nil for the two runs of a prompt, if labels are runs.
    public var pairs: String?
    /// For intervals.
    public var redraws: Int
    /// Additional numbers of training pairs to train with.
    public var curve: [Int]
    public var draws: Int
    public var influence: Bool

    public init(
      methods: [ReaderChoice], penalty: Double = 1, shrinkage: Double = 0.1, pairs: String? = nil, redraws: Int = 1000,
      curve: [Int] = [], draws: Int = 10, influence: Bool = false
    ) {
      self.methods = methods
      self.penalty = penalty
      self.shrinkage = shrinkage
      self.pairs = pairs
      self.redraws = redraws
      self.curve = curve
      self.draws = draws
      self.influence = influence
    }
  }

  public let name: String
  public let selection: Selection
  public let options: Options
  let split: SplitSpec
  let plans: [ItemPlan]
  let width: Int

  /// - Throws: `SelectionError`, `AnalysisError`, `StudyError` for examples that cannot be split.
  public init(
    _ name: String, _ selection: Selection, _ options: Options, split: SplitSpec = SplitSpec(), limit: Int = 50_000
  ) throws {
    guard selection.labelName != nil else { throw SelectionError.noLabels(kind: "readers") }
    self.name = name
    self.selection = selection
    self.options = options
    self.split = split
    width = try selection.commonWidth()
    let classes = selection.classNames
    do {
      if classes.count == 1 { throw AnalysisError.oneClass(classes[0]) }
      guard classes.count == 2 else {
        throw AnalysisError.notTwoClasses(method: "a reader", found: classes.count)
      }
      plans = try selection.sources.map {
        try ItemPlan($0, split: split, pairs: options.pairs, limit: limit, balanced: true)
      }
    } catch let error as AnalysisError {
      throw StudyError(study: name, place: "labels '\(selection.labelName ?? "")'", reason: error.message)
    }
    if options.methods.contains(.pairedComponent), plans.contains(where: { $0.pairs.isEmpty }) {
      throw SelectionError.noPairs(label: options.pairs ?? "pairs")
    }
  }

  public func work(at place: Selection.Place) -> Work {
    Work(
      study: self, plan: plans[place.source], width: width,
      classes: selection.sources[place.source].table.items.map(\.label))
  }

  /// Readers of one place.
  public struct Work: PlaceWork {
    private let study: ReadersStudy
    private let plan: ItemPlan
    private let classes: [Int?]
    private var rows: RowCollector
    private var found: Outcome?

    init(study: ReadersStudy, plan: ItemPlan, width: Int, classes: [Int?]) {
      self.classes = classes
      self.study = study
      self.plan = plan
      rows = RowCollector(width: width, wanted: plan.wanted)
    }

    public mutating func add(_ rows: Matrix, items: [Int]) throws { try self.rows.add(rows, items: items) }

    public mutating func endPass() throws -> Bool {
      let (items, values) = (rows.items, rows.take())
      found = try ReaderTraining(study, plan, items: items, rows: values.matrix, classes: classes).outcome()
      return false
    }

    public func outcome() -> Outcome {
      guard let found else { preconditionFailure("the outcome is known only after the pass") }
      return found
    }
  }

  /// What was found at one place, for each method.
  public struct Outcome: Sendable {
    /// nil if a method finds nothing, as in the embedding of a token that is the same in both classes.
    let readers: [Reader?]
    let scores: [ReaderScores?]
    /// [method][size]
    let curves: [LearningCurve]
    /// For each method, the training items and how each turns the direction.
    let influences: [(items: [Int], cosines: [Double])]
    let eraser: ConceptEraser?
    let trained: Int
    let tested: Int
  }
}

/// A way to find a direction, by its name in analysis files.
public enum ReaderChoice: String, Sendable, Hashable, CaseIterable {
  case meanDifference = "mean-difference"
  case pairedComponent = "paired-component"
  case logistic
  case discriminant
  case leace
  case random
  /// A logistic probe of shuffled labels.
  case shuffled

  /// - Parameter seed: for a random direction.
  func method(penalty: Double, shrinkage: Double, seed: UInt64) -> ReaderMethod {
    switch self {
    case .meanDifference: .meanDifference
    case .pairedComponent: .pairedComponent(order: .asLabelled)
    case .logistic, .shuffled: .logistic(penalty: penalty)
    case .discriminant: .linearDiscriminant(shrinkage: shrinkage)
    case .leace: .leace
    case .random: .random(seed: seed)
    }
  }
}
