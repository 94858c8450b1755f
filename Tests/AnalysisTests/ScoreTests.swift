import Analysis
import Tensors
import Testing

@Suite struct ScoreTests {
  /// Scores -1, 1, 1, 3 of classes 0, 0, 1, 1 with probabilities 0.1, 0.65, 0.65, 0.95.
  @Test func byHand() {
    let scores = ReaderScores(
      scores: [-1, 1, 1, 3], probabilities: [0.1, 0.65, 0.65, 0.95], classes: [0, 0, 1, 1], weightLength: 2,
      intervals: Bootstrap(redraws: 0))
    #expect(near(scores.accuracy.value, 0.75))
    // Of four pairs, three are won and one is tied.
    #expect(near(scores.auc.value, 0.875))
    // Squares 0.01 + 0.4225 + 0.1225 + 0.0025, over four.
    #expect(near(scores.brier.value, 0.139375))
    // Bins: 0.1 against 0; 1.3 against 1 of two; 0.95 against 1.
    #expect(near(scores.calibrationError.value, 0.1125))
    // 1, -1, 1 and 3 over the weights' length.
    #expect(near(scores.margin.value, 0.5))
    // Means 0 and 2, squared deviations 2 + 2 over 2.
    #expect(near(scores.separation.value, 2.0.squareRoot()))
    #expect(scores.accuracy.low == scores.accuracy.value)
  }

  /// The area compared with its definition, over all small cases with ties.
  @Test func areaOfAllSmallCases() {
    for code in 0..<(3 * 3 * 3 * 3 * 16) {
      let levels = (0..<4).map { Double(code / [1, 3, 9, 27][$0] % 3) }
      let classes = (0..<4).map { code / 81 >> $0 & 1 }
      let (ones, zeros) = (classes.indices.filter { classes[$0] == 1 }, classes.indices.filter { classes[$0] == 0 })
      guard !ones.isEmpty, !zeros.isEmpty else { continue }
      var wins = 0.0
      for one in ones {
        for zero in zeros { wins += levels[one] > levels[zero] ? 1 : levels[one] == levels[zero] ? 0.5 : 0 }
      }
      let found = ReaderScores(
        scores: levels, probabilities: levels.map { $0 / 2 }, classes: classes, weightLength: 1,
        intervals: Bootstrap(redraws: 0))
      #expect(near(found.auc.value, wins / Double(ones.count * zeros.count)))
    }
  }

  @Test func intervalsAreSeededAndCover() {
    // 300 of 400 right: the binomial standard deviation is 0.0217.
    let scores = (0..<400).map { $0 < 300 ? 1.0 : -1.0 }
    func measured(_ bootstrap: Bootstrap) -> Interval {
      ReaderScores(
        scores: scores, probabilities: scores.map { $0 > 0 ? 0.9 : 0.1 },
        classes: (0..<400).map { $0 % 100 < 99 ? 1 : 0 },
        weightLength: 1, intervals: bootstrap
      ).accuracy
    }
    let first = measured(Bootstrap(seed: 1))
    #expect(first == measured(Bootstrap(seed: 1)) && first != measured(Bootstrap(seed: 2)))
    #expect(near(first.high - first.low, 2 * 1.96 * 0.0217, 0.02))
    // Whole groups whose members agree leave less to average over.
    let grouped = measured(Bootstrap(seed: 1, groups: (0..<400).map { $0 / 20 }))
    #expect(grouped.high - grouped.low > 3 * (first.high - first.low))
  }

  @Test func calibrationFindsTheOdds() {
    // At score 1, 30 of 40 are of class 1; at score -1, 10 of 40. Platt's targets shrink both a little.
    let scores = [Double](repeating: 1, count: 40) + [Double](repeating: -1, count: 40)
    let classes = (0..<80).map { $0 < 30 || $0 >= 70 ? 1 : 0 }
    let calibration = Calibration(scores: scores, classes: classes)
    // Targets 41/42 and 1/42: the mean at score 1 is (30 * 41 + 10) / 42 / 40.
    #expect(near(calibration.probability(1), 1240.0 / 1680, 1e-6))
    #expect(near(calibration.probability(-1), 440.0 / 1680, 1e-6))
    let separate = Calibration(scores: [-2, -1, 1, 2], classes: [0, 0, 1, 1])
    #expect(separate.slope.isFinite && separate.probability(2) > 0.6 && separate.probability(2) < 0.9)
    let flat = Calibration(scores: [0, 0, 0, 0], classes: [0, 1, 1, 1])
    #expect(flat.probability(0) > 0.5 && flat.probability(0) < 0.75)
  }

  @Test func learningCurveGrows() throws {
    var numbers = Numbers(seed: 11)
    let training = try numbers.examples(400, 30, shift: 1.5)
    let pairs = try Pairs(
      positive: training.picking(training.classes.indices.filter { training.classes[$0] == 1 }).rows,
      negative: training.picking(training.classes.indices.filter { training.classes[$0] == 0 }).rows)
    let testing = try numbers.examples(600, 30, shift: 1.5)
    let curve = try LearningCurve(
      .meanDifference, pairs: pairs, testing: testing, sizes: [2, 20, 200], draws: 8, seed: 3, threads: 1)
    #expect(curve.points.map(\.pairs) == [2, 20, 200])
    #expect(curve.points[0].accuracy.value < curve.points[1].accuracy.value - 0.03)
    #expect(curve.points[1].accuracy.value < curve.points[2].accuracy.value)
    // All pairs: every draw is the same.
    #expect(near(curve.points[2].accuracy.low, curve.points[2].accuracy.high))
    let again = try LearningCurve(
      .meanDifference, pairs: pairs, testing: testing, sizes: [2, 20, 200], draws: 8, seed: 3, threads: 3)
    #expect(again == curve)
    #expect(throws: AnalysisError.tooMany(what: "training pairs", asked: 201, limit: 200)) {
      try LearningCurve(.meanDifference, pairs: pairs, testing: testing, sizes: [201])
    }
  }
}
