import Diagnostics

/// Which examples a reader is trained on, and which it is scored on.
public struct Split: Sendable, Equatable {
  /// Ascending.
  public let training: [Int]
  /// Ascending.
  public let testing: [Int]

  public init(training: [Int], testing: [Int]) {
    self.training = training.sorted()
    self.testing = testing.sorted()
  }

  /// Splits examples, seeded, so that each class has the same share on both sides, as far as whole examples allow.
  /// - Parameters:
  ///   - classes: the class of each example.
  ///   - names: of the classes.
  ///   - share: the share of the examples to train on, between 0 and 1.
  /// - Throws: `AnalysisError` if a class would be missing on one side.
  public static func stratified(
    classes: [Int], names: [String], share: Double, seed: UInt64
  ) throws(AnalysisError) -> Split {
    guard share > 0, share < 1 else { throw .share(name: "the share to train on", value: share) }
    var generator = SplitMix64(seed: seed)
    var (training, testing): ([Int], [Int]) = ([], [])
    for label in names.indices {
      let members = classes.indices.filter { classes[$0] == label }.shuffled(using: &generator)
      let count = Int((share * Double(members.count)).rounded())
      guard count > 0 else { throw .splitLeavesNone(className: names[label], side: "training") }
      guard count < members.count else { throw .splitLeavesNone(className: names[label], side: "testing") }
      training += members[..<count]
      testing += members[count...]
    }
    return Split(training: training, testing: testing)
  }

  /// Splits groups of examples (the two sides of a pair, all tokens of a prompt), seeded, so that no group is on both
  /// sides.
  /// - Parameters:
  ///   - groups: the group of each example, any numbers.
  ///   - share: the share of the groups to train on, between 0 and 1.
  /// - Throws: `AnalysisError` for fewer than two groups.
  public static func grouped(groups: [Int], share: Double, seed: UInt64) throws(AnalysisError) -> Split {
    guard share > 0, share < 1 else { throw .share(name: "the share to train on", value: share) }
    let distinct = Set(groups).sorted()
    guard distinct.count > 1 else {
      throw .tooFewExamples(purpose: "a split into groups", found: distinct.count, needed: 2)
    }
    var generator = SplitMix64(seed: seed)
    let order = distinct.shuffled(using: &generator)
    let count = min(max(1, Int((share * Double(order.count)).rounded())), order.count - 1)
    let trained = Set(order[..<count])
    return Split(
      training: groups.indices.filter { trained.contains(groups[$0]) },
      testing: groups.indices.filter { !trained.contains(groups[$0]) })
  }
}
