import Diagnostics
import Tensors

extension Pairs {
  /// Which way round the difference of a pair is taken.
  public enum Order: Sendable, Equatable {
    /// Positive minus negative: centring then removes what all differences share, and the component shows how they
    /// differ.
    case asLabelled
    /// Either way round at random, seeded: what all differences share then varies in sign and so dominates the
    /// component.
    case shuffled(seed: UInt64)
  }

  /// The first principal component of the differences (Zou et al. 2023, "Representation engineering"). The differences
  /// are centred first, so with `.asLabelled` this is not the mean difference. Its sign is chosen so that the positive
  /// sides lie further along it on average.
  /// - Throws: `AnalysisError` for fewer than two pairs or differences that do not vary; `LinearAlgebraError`.
  public func principalDirection(order: Order) throws -> Direction {
    guard count >= 2 else { throw AnalysisError.tooFewPairs(found: count, needed: 2) }
    var signs: [Float]?
    if case .shuffled(let seed) = order {
      var generator = SplitMix64(seed: seed)
      signs = (0..<count).map { _ in Bool.random(using: &generator) ? 1 : -1 }
    }
    var accumulator = MomentAccumulator(width: width)
    try accumulator.add(differences(signs: signs).matrix)
    let components = try PrincipalComponents(try accumulator.moments(), count: 1)
    guard let first = components.variances.first, first > 0 else {
      throw AnalysisError.noVariance(method: "the first component of paired differences")
    }
    let direction = try Direction(components.axes.row(0), method: "the first component of paired differences")
    var means = [Double](repeating: 0, count: width)
    differences().matrix.addRowSum(to: &means)
    return Vectors.dot(direction.unit, means) < 0 ? direction.reversed : direction
  }
}
