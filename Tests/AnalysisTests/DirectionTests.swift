import Analysis
import Tensors
import Testing

@Suite struct DirectionTests {
  @Test func meanDifferenceByHand() throws {
    let examples = try Examples(rows: StreamingTests.rows, classes: [0, 0, 1], names: ["no", "yes"])
    let direction = try examples.moments().meanDifference()
    #expect(near(direction.length, 45.0.squareRoot()) && near(direction.vector, [3, 6]))
  }

  /// Unit scatter within classes at (0, 0) and (2, 2): the discriminant is (2, 2) over the variance, with its boundary
  /// half-way.
  @Test func discriminantByHand() throws {
    let rows = matrix([[1, 0], [-1, 0], [0, 1], [0, -1], [3, 2], [1, 2], [2, 3], [2, 1]])
    let examples = try Examples(rows: rows, classes: [0, 0, 0, 0, 1, 1, 1, 1], names: ["no", "yes"])
    let found = try examples.moments().linearDiscriminant()
    // The scatter within is 4 I over 8 examples.
    #expect(near(found.weights, [4, 4], 1e-6) && near(found.bias, -8, 1e-6))
    // Fully shrunk: trace / width is the same here.
    #expect(near(try examples.moments().linearDiscriminant(shrinkage: 1).weights, [4, 4], 1e-6))
    #expect(throws: AnalysisError.share(name: "the shrinkage", value: 1.5)) {
      try examples.moments().linearDiscriminant(shrinkage: 1.5)
    }
  }

  /// Differences (1, 3), (1, -3), (1, 6), (1, -6): their mean is along the first feature, their component along the
  /// second.
  @Test func pairedComponentIsNotTheMeanDifference() throws {
    let pairs = try Pairs(
      positive: matrix([[1, 3], [1, -3], [1, 6], [1, -6.5]]), negative: matrix([[0, 0], [0, 0], [0, 0], [0, 0]]))
    let direction = try pairs.principalDirection(order: .asLabelled)
    // The mean along the second feature is negative, so the direction is too.
    #expect(abs(direction.unit[0]) < 0.05 && direction.unit[1] < -0.99)
    #expect(throws: AnalysisError.tooFewPairs(found: 1, needed: 2)) {
      try pairs.picking([0]).principalDirection(order: .asLabelled)
    }
    let same = try Pairs(positive: matrix([[1, 1], [2, 2]]), negative: matrix([[0, 0], [1, 1]]))
    #expect(throws: AnalysisError.self) { try same.principalDirection(order: .asLabelled) }
    // Taken the other way round for some pairs, what all differences share varies most.
    let shared = try Pairs(
      positive: matrix([[5, 0.1], [5, -0.1], [5, 0.2], [5, -0.2], [5, 0.1], [5, 0]]),
      negative: matrix([[0, 0], [0, 0], [0, 0], [0, 0], [0, 0], [0, 0]]))
    #expect(try shared.principalDirection(order: .shuffled(seed: 1)).unit[0] > 0.99)
  }

  /// After LEACE no class mean differs from another, and features orthogonal to the removed direction are unchanged.
  @Test(arguments: [2, 3, 5]) func leaceLeavesNothingToRead(classes: Int) throws {
    var numbers = Numbers(seed: 8)
    let examples = try numbers.examples(700, 9, classes: classes)
    let eraser = try ConceptEraser(examples.moments())
    #expect(eraser.rank == classes - 1)
    let erased = try Examples(
      rows: eraser.erasing(examples.rows).matrix, classes: examples.classes, names: examples.names)
    let after = try erased.moments()
    for label in 1..<classes { #expect(near(after.classMeans.row(label), after.classMeans.row(0), 1e-5)) }
    #expect(near(after.mean, try examples.moments().mean, 1e-5))
    // Erasing is a projection: doing it twice changes nothing.
    let projection = eraser.projection
    #expect(near((projection * projection).values, projection.values, 1e-8))
    if classes == 2 {
      let removed = try Direction(eraser.removed.row(0), method: "test")
      #expect(abs(removed.cosine(with: try examples.moments().meanDifference())) > 1 - 1e-9)
      let reading = try Direction(eraser.reading.row(0), method: "test")
      let discriminant = try Direction(try examples.moments().linearDiscriminant().weights, method: "test")
      #expect(abs(reading.cosine(with: discriminant)) > 1 - 1e-6)
    }
  }

  @Test func leaceOfASingularCovariance() throws {
    // The second feature repeats the first; the third is constant.
    let rows = matrix([[0, 0, 5], [1, 1, 5], [2, 2, 5], [3, 3, 5]])
    let examples = try Examples(rows: rows, classes: [0, 1, 0, 1], names: ["no", "yes"])
    let eraser = try ConceptEraser(examples.moments())
    let erased = eraser.erasing(rows)
    #expect(erased.values.enumerated().allSatisfy { abs($1 - ($0 % 3 == 2 ? 5 : 1.5)) < 1e-4 })
    let level = try Examples(rows: rows, classes: [0, 1, 1, 0], names: ["no", "yes"])
    #expect(throws: AnalysisError.noVariance(method: "LEACE")) { try ConceptEraser(level.moments()) }
  }

  /// If features are sums of others, nothing is read along what is 0 for all examples: rounding is not taken for
  /// variance.
  @Test(arguments: [ReaderMethod.leace, .linearDiscriminant(shrinkage: 0)])
  func dependentFeaturesAreReadAlongTheirSpaceOnly(method: ReaderMethod) throws {
    var numbers = Numbers(seed: 12)
    let free = try numbers.examples(300, 6)
    let sums = (0..<6).flatMap { first in (first + 1..<6).map { (first, $0) } }
    let rows = (0..<300).map { row -> [Float] in
      // Whole numbers, so that the sums are exact.
      let values = free.rows.withRow(row) { $0.map { ($0 * 1000).rounded() } }
      return values + sums.map { values[$0.0] + values[$0.1] }
    }
    let examples = try Examples(rows: matrix(rows), classes: free.classes, names: free.names)
    let direction = try Reader(method, training: examples).direction.unit
    for (index, sum) in sums.enumerated() {
      #expect(abs(direction[sum.0] + direction[sum.1] - direction[6 + index]) < 1e-6)
    }
  }

  @Test func randomDirectionsAreSeededAndSpread() {
    let directions = (0..<200).map { Direction.random(width: 50, seed: UInt64($0)) }
    #expect(directions[3] == Direction.random(width: 50, seed: 3))
    #expect(directions.allSatisfy { near($0.unit.reduce(0) { $0 + $1 * $1 }, 1) })
    let cosines = Direction.cosines(directions)
    #expect(near(cosines.diagonal, [Double](repeating: 1, count: 200)))
    // The cosine of independent directions has mean square 1 / width.
    let square = (cosines.norm * cosines.norm - 200) / (200 * 199)
    #expect(near(square, 0.02, 0.002))
  }

  static let methods: [ReaderMethod] = [
    .meanDifference, .pairedComponent(order: .shuffled(seed: 1)), .logistic(penalty: 1),
    .linearDiscriminant(shrinkage: 0.01), .leace,
  ]

  @Test(arguments: methods) func readersReadWhatTheyWereTrainedFor(method: ReaderMethod) throws {
    var numbers = Numbers(seed: 9)
    let (training, testing) = (try numbers.examples(600, 8, shift: 4), try numbers.examples(500, 8, shift: 4))
    let positive = training.picking(training.classes.indices.filter { training.classes[$0] == 1 })
    let negative = training.picking(training.classes.indices.filter { training.classes[$0] == 0 })
    let pairs = try Pairs(positive: positive.rows, negative: negative.rows)
    let reader = try Reader(method, training: training, pairs: pairs)
    let scores = try reader.scored(on: testing)
    #expect(scores.accuracy.value > 0.85 && scores.auc.value > 0.9 && scores.separation.value > 1)
    #expect(scores.margin.value > 0 && scores.brier.value < 0.15)
    for interval in [scores.accuracy, scores.auc, scores.brier, scores.margin, scores.separation] {
      #expect(interval.low <= interval.value && interval.value <= interval.high && interval.low < interval.high)
    }
    // Trained on shuffled labels, a reader points anywhere, to either side equally often.
    if method != .pairedComponent(order: .shuffled(seed: 1)) {
      var sum = 0.0
      for seed in UInt64(0)..<40 {
        let control = try Reader(method, training: training.shufflingLabels(seed: seed), pairs: pairs)
        sum += try control.scored(on: testing, intervals: Bootstrap(redraws: 0)).auc.value
      }
      #expect(abs(sum / 40 - 0.5) < 0.2)
    }
    #expect(try Reader(method, training: training, pairs: pairs) == reader)
  }

  @Test func readersThatCannotBeTrainedSaySo() throws {
    var numbers = Numbers(seed: 10)
    let examples = try numbers.examples(20, 3)
    let one = examples.picking([1, 3, 5])
    for method in Self.methods + [.random(seed: 1)] {
      #expect(throws: AnalysisError.oneClass("class 1")) { try Reader(method, training: one) }
      let three = try numbers.examples(9, 3, classes: 3)
      #expect(throws: AnalysisError.notTwoClasses(method: "the \(method.name)", found: 3)) {
        try Reader(method, training: three)
      }
    }
    #expect(throws: AnalysisError.tooFewPairs(found: 0, needed: 2)) {
      try Reader(.pairedComponent(order: .asLabelled), training: examples)
    }
    let reader = try Reader(.meanDifference, training: examples)
    #expect(throws: AnalysisError.otherWidth(found: 4, expected: 3)) { try reader.scored(on: numbers.examples(10, 4)) }
    let constant = try Examples(rows: matrix([[1, 1], [1, 1]]), classes: [0, 1], names: ["no", "yes"])
    #expect(throws: AnalysisError.noVariance(method: "the mean difference")) {
      try Reader(.meanDifference, training: constant)
    }
    #expect(throws: AnalysisError.noVariance(method: "the linear discriminant")) {
      try Reader(.linearDiscriminant(shrinkage: 0), training: constant)
    }
  }

  @Test func splits() throws {
    let classes = (0..<30).map { $0 < 10 ? 1 : 0 }
    let split = try Split.stratified(classes: classes, names: ["no", "yes"], share: 0.6, seed: 4)
    #expect(split.training.count == 18 && split.training.count { classes[$0] == 1 } == 6)
    #expect(Set(split.training + split.testing) == Set(0..<30) && split.testing.count == 12)
    #expect(split == (try Split.stratified(classes: classes, names: ["no", "yes"], share: 0.6, seed: 4)))
    #expect(split != (try Split.stratified(classes: classes, names: ["no", "yes"], share: 0.6, seed: 5)))
    #expect(throws: AnalysisError.splitLeavesNone(className: "yes", side: "training")) {
      try Split.stratified(classes: [0, 0, 0, 1], names: ["no", "yes"], share: 0.4, seed: 0)
    }
    #expect(throws: AnalysisError.share(name: "the share to train on", value: 1)) {
      try Split.stratified(classes: classes, names: ["no", "yes"], share: 1, seed: 0)
    }
    let groups = (0..<40).map { $0 / 2 }
    let grouped = try Split.grouped(groups: groups, share: 0.7, seed: 1)
    #expect(grouped.training.count == 28)
    #expect(Set(grouped.training.map { groups[$0] }).isDisjoint(with: grouped.testing.map { groups[$0] }))
    #expect(throws: AnalysisError.self) { try Split.grouped(groups: [3, 3], share: 0.5, seed: 1) }
  }
}
