import ActivationStore
import Tensors

/// What distinguishes the two sides of pairs at every place, as a vector to add.
public struct ContrastStudy: Study {
  /// How the vector is found.
  public enum Method: String, Sendable, Hashable, CaseIterable {
    /// The mean over pairs of positive minus negative (CAA, Rimsky et al. 2024).
    case meanDifference = "mean-difference"
    /// The first principal component of the paired differences (RepE, Zou et al. 2023), with the length of the mean
    /// difference.
    case pairedComponent = "paired-component"
    /// A control: a random direction with the length of the mean difference.
    case random
  }

  public let name = "vector"
  public let selection: Selection
  private let method: Method
  private let seed: UInt64
  private let pairs: [(negative: Int, positive: Int)]

  /// - Parameter selection: one source, labelled by run.
  /// - Throws: `StudyError` if there are no pairs.
  public init(_ selection: Selection, method: Method, seed: UInt64 = 0) throws {
    self.selection = selection
    self.method = method
    self.seed = seed
    var sides: [Int: [Int: Int]] = [:]
    for (index, item) in selection.sources[0].table.items.enumerated() {
      if let label = item.label { sides[item.example, default: [:]][label] = index }
    }
    pairs = sides.keys.sorted().compactMap { example in
      guard let negative = sides[example]?[0], let positive = sides[example]?[1] else { return nil }
      return (negative, positive)
    }
    guard selection.classNames.count == 2, !pairs.isEmpty else {
      throw StudyError(study: name, place: selection.sources[0].name, reason: "a vector is made of pairs of prompts")
    }
  }

  public func work(at place: Selection.Place) -> Work { Work(study: self, width: selection.widths[place.hook]) }

  /// The contrast at one place.
  public struct Work: PlaceWork {
    private let study: ContrastStudy
    private var rows: RowCollector
    private var found: Contrast?

    init(study: ContrastStudy, width: Int) {
      self.study = study
      rows = RowCollector(width: width)
    }

    public mutating func add(_ rows: Matrix, items: [Int]) throws { try self.rows.add(rows, items: items) }

    public mutating func endPass() throws -> Bool {
      let (items, values) = (rows.items, rows.take())
      found = try study.contrast(items, values.matrix)
      return false
    }

    public func outcome() -> Contrast {
      guard let found else { preconditionFailure("the outcome is known only after the pass") }
      return found
    }
  }

  private func contrast(_ items: [Int], _ rows: Matrix) throws -> Contrast {
    let place = Dictionary(uniqueKeysWithValues: items.enumerated().map { ($1, $0) })
    let whole = pairs.filter { place[$0.negative] != nil && place[$0.positive] != nil }
    guard !whole.isEmpty else { throw AnalysisError.tooFewPairs(found: 0, needed: 1) }
    let sides = try Pairs(
      positive: rows.picking(whole.compactMap { place[$0.positive] }).matrix,
      negative: rows.picking(whole.compactMap { place[$0.negative] }).matrix)
    var sums = [[Double]](repeating: [Double](repeating: 0, count: rows.columns), count: 2)
    sides.negative.addRowSum(to: &sums[0])
    sides.positive.addRowSum(to: &sums[1])
    let difference = Vectors.scaled(Vectors.minus(sums[1], sums[0]), by: 1 / Double(whole.count))
    let length = Vectors.norm(difference)
    let vector: [Double] =
      switch method {
      case .meanDifference: difference
      case .pairedComponent: Vectors.scaled(try sides.principalDirection(order: .asLabelled).unit, by: length)
      case .random: Vectors.scaled(Direction.random(width: rows.columns, seed: seed).unit, by: length)
      }
    let norms = Norms.lengths(of: sides.positive) + Norms.lengths(of: sides.negative)
    return Contrast(
      vector: vector, activationNorm: norms.reduce(0, +) / Double(norms.count), pairs: whole.count)
  }

  public func result(_ outcomes: [Contrast]) throws -> StudyResult {
    var arrays = PlaceArrays(name, kind: "contrast", of: selection)
    arrays.add(Schema.Analysis.activationNorm, outcomes.map(\.activationNorm))
    return selection.table(name, [], outcomes.map { _ in [] }, arrays: arrays.arrays)
  }

  /// The contrast at each hook, in the selection's order.
  /// - Throws: as `StudyRunner.run`.
  public func contrasts(threads: Int? = nil, check: @escaping @Sendable () throws -> Void) throws -> [Contrast] {
    try StudyRunner.outcomes(of: self, threads: threads, check: check)
  }
}

/// A vector between the two sides of pairs.
public struct Contrast: Sendable {
  public let vector: [Double]
  /// The mean length of the activations of both sides.
  public let activationNorm: Double
  public let pairs: Int
}
