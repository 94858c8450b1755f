import ActivationStore
import Analysis
import Foundation
import Interventions
import LabelledArrays
import ModelGraph
import Tensors
import Testing

/// Studies compared with the numerics underneath, on the data that was written.
@Suite struct StudyTests {
  static func rows(_ sample: CacheSample, hook: Int, at position: (Int) -> Int, run: StoredRun = .clean) -> Matrix {
    let all = (0..<sample.lengths.count).flatMap { sample.row(hook, $0, position($0), run: run) }
    return Tensor(shape: [sample.lengths.count, 6], all).matrix
  }

  static func values(_ result: StudyResult, _ name: String) throws -> [Double] {
    let dataset = try #require(result.arrays[name], "\(name)")
    switch dataset.values {
    case .floats(let values): return values.map(Double.init)
    case .doubles(let values): return values
    case .integers(let values): return values.map(Double.init)
    case .flags, .texts: return []
    }
  }

  static func run(_ study: any Study) throws -> StudyResult {
    let result = try StudyRunner([study], threads: 2).run(check: {})[0]
    #expect(result.rows.allSatisfy { $0.count == result.header.count })
    return result
  }

  static let spec = SelectionSpec(hooks: ["*resid_post"])

  @Test func components() throws {
    let sample = try CacheSample()
    defer { sample.remove() }
    let selection = try Selection(Self.spec, labels: nil, in: [sample.cache])
    let result = try Self.run(try ComponentsStudy("a", selection, count: 3))
    for (place, hook) in [3, 4].enumerated() {
      let rows = Self.rows(sample, hook: hook) { sample.lengths[$0] - 1 }
      var accumulator = MomentAccumulator(width: 6)
      try accumulator.add(rows)
      let expected = try PrincipalComponents(accumulator.moments(), count: 3)
      #expect(near(Array(try Self.values(result, "explained")[place * 3..<place * 3 + 3]), expected.explained, 1e-6))
      #expect(near(Array(try Self.values(result, "axis")[place * 18..<place * 18 + 18]), expected.axes.values, 1e-6))
      let projections = expected.projections(of: rows)
      for component in 0..<3 {
        let start = (place * 3 + component) * 30
        #expect(
          near(Array(try Self.values(result, "projection")[start..<start + 30]), projections.column(component), 1e-5))
      }
    }
    let without = try Self.run(try ComponentsStudy("a", selection, count: 3, projects: false))
    #expect(without.arrays["projection"] == nil)
  }

  /// Readers are trained on the items given by `split`, and the stored readers reproduce the scores.
  @Test func readers() throws {
    let sample = try CacheSample(examples: 60)
    defer { sample.remove() }
    let selection = try Selection(Self.spec, labels: LabelSpec(.key("side")), in: [sample.cache])
    let methods: [ReaderChoice] = [.meanDifference, .logistic, .discriminant, .leace, .random, .shuffled]
    let study = try ReadersStudy(
      "r", selection,
      ReadersStudy.Options(methods: methods, redraws: 50, curve: [2, 8], draws: 3, influence: true),
      split: SplitSpec(seed: 5))
    let result = try Self.run(study)
    let split = try Self.values(result, "split").map(Int.init)
    #expect(split.count { $0 == 0 } == 42 && split.count { $0 == 1 } == 18)
    let classes = (0..<60).map { $0 % 2 == 0 ? 0 : 1 }
    #expect(selection.classNames == ["left", "right"])
    for (place, hook) in [3, 4].enumerated() {
      let rows = Self.rows(sample, hook: hook) { sample.lengths[$0] - 1 }
      let all = try Examples(rows: rows, classes: classes, names: selection.classNames)
      let training = all.picking((0..<60).filter { split[$0] == 0 })
      let testing = all.picking((0..<60).filter { split[$0] == 1 })
      for (index, method) in [
        ReaderMethod.meanDifference, .logistic(penalty: 1), .linearDiscriminant(shrinkage: 0.1), .leace,
      ].enumerated() {
        let reader = try Reader(method, training: training)
        let at = (place * 6 + index)
        #expect(near(Array(try Self.values(result, "direction")[at * 6..<at * 6 + 6]), reader.direction.unit, 1e-6))
        let expected = try reader.scored(on: testing, intervals: Bootstrap(redraws: 50, seed: 5))
        #expect(near(try Self.values(result, "accuracy")[at], expected.accuracy.value, 1e-6))
        #expect(near(try Self.values(result, "auc_low")[at], expected.auc.low, 1e-6))
        #expect(near(try Self.values(result, "margin")[at], expected.margin.value, 1e-5))
      }
      let influences = try Influence.onMeanDifference(training).map(\.cosine)
      let stored = try Self.values(result, "influence")
      let own = (0..<60).filter { split[$0] == 0 }.map { stored[place * 6 * 60 + $0] }
      #expect(near(own, influences, 1e-6))
      #expect((0..<60).filter { split[$0] == 1 }.allSatisfy { stored[place * 6 * 60 + $0].isNaN })
    }
    let cosines = try Self.values(result, "cosine")
    for method in 0..<6 { #expect(near(cosines[method * 6 + method], 1, 1e-6)) }
    let across = try Self.values(result, "cosine_across")
    #expect(near(across[0], 1, 1e-6) && near(across[1], across[6 * 2], 1e-6))
    #expect(
      result.notes[0].hasPrefix("blocks.0.hook_resid_post at -1, mean-difference: accuracy by training pairs 2: "))
    let turning = try Self.values(result, "influence")
    let least = try #require((0..<60).filter { split[$0] == 0 }.min { turning[$0] < turning[$1] })
    #expect(
      result.notes[10].hasPrefix("blocks.0.hook_resid_post at -1, mean-difference: turned most by examples \(least) ("))
    #expect(result.notes.count == 2 * 5 + 2 * 3)
    // Shuffled labels have no curve; others do, and more pairs score better.
    let curve = try Self.values(result, "curve_accuracy")
    #expect(curve[5 * 2].isNaN && curve[1 * 2 + 1] >= curve[1 * 2] - 0.1)
    #expect(result.rows.count == 2 && result.header.suffix(6) == methods.map(\.rawValue)[...])
  }

  /// Tokens of a prompt are on the same side of the split, and redrawn together: redrawn separately, they would make
  /// intervals too narrow.
  @Test func tokensOfAPromptStayTogether() throws {
    let sample = try CacheSample(examples: 40)
    defer { sample.remove() }
    let selection = try Selection(
      SelectionSpec(hooks: ["blocks.1.hook_resid_post"], positions: [.every]), labels: LabelSpec(.key("side")),
      in: [sample.cache])
    let study = try ReadersStudy("r", selection, ReadersStudy.Options(methods: [.meanDifference], redraws: 200))
    let result = try Self.run(study)
    let items = selection.sources[0].table.items
    let split = try Self.values(result, "split")
    for (item, other) in zip(items.indices, items.indices.dropFirst()) where items[item].example == items[other].example
    {
      #expect(split[item] == split[other])
    }
    func side(_ number: Double) throws -> (examples: Examples, prompts: [Int]) {
      let own = items.indices.filter { split[$0] == number }
      let rows = own.flatMap { sample.row(4, items[$0].example, items[$0].position ?? 0) }
      return (
        try Examples(
          rows: Tensor(shape: [own.count, 6], rows).matrix, classes: own.map { items[$0].label ?? 0 },
          names: selection.classNames), own.map { items[$0].example }
      )
    }
    let (training, testing) = (try side(0), try side(1))
    let scores = try Reader(.meanDifference, training: training.examples).scored(
      on: testing.examples, intervals: Bootstrap(redraws: 200, groups: testing.prompts))
    #expect(near(try Self.values(result, "accuracy")[0], scores.accuracy.value, 1e-6))
    #expect(near(try Self.values(result, "accuracy_low")[0], scores.accuracy.low, 1e-6))
    #expect(near(try Self.values(result, "accuracy_high")[0], scores.accuracy.high, 1e-6))
  }

  /// Both runs of a prompt are a pair, on the same side of the split.
  @Test func pairsOfRuns() throws {
    let sample = try CacheSample()
    defer { sample.remove() }
    let selection = try Selection(Self.spec, labels: LabelSpec(.run), in: [sample.cache])
    let study = try ReadersStudy("r", selection, ReadersStudy.Options(methods: [.pairedComponent], redraws: 10))
    let result = try Self.run(study)
    let split = try Self.values(result, "split")
    #expect((0..<30).allSatisfy { split[$0] == split[$0 + 30] })
    let trained = (0..<30).filter { split[$0] == 0 }
    func side(_ run: StoredRun) -> Matrix {
      Tensor(
        shape: [trained.count, 6], trained.flatMap { sample.row(3, $0, sample.lengths[$0] - 1, run: run) }
      ).matrix
    }
    let pairs = try Pairs(positive: side(.clean), negative: side(.corrupted))
    let expected = try pairs.principalDirection(order: .asLabelled).unit
    #expect(near(Array(try Self.values(result, "direction")[0..<6]), expected, 1e-6))
    let single = try Selection(Self.spec, labels: LabelSpec(.key("side")), in: [sample.cache])
    #expect(throws: SelectionError.noPairs(label: "pairs")) {
      try ReadersStudy("r", single, ReadersStudy.Options(methods: [.pairedComponent]))
    }
    // Two examples with the same value, one of each class; values with more examples are not pairs.
    #expect(throws: SelectionError.noPairs(label: "size")) {
      try ReadersStudy("r", single, ReadersStudy.Options(methods: [.pairedComponent], pairs: "size"))
    }
  }

  @Test func probesOfClassesAndNumbers() throws {
    let sample = try CacheSample(examples: 90)
    defer { sample.remove() }
    let colors = try Selection(Self.spec, labels: LabelSpec(.key("color")), in: [sample.cache])
    let result = try Self.run(try ProbesStudy("p", colors, target: .classes, control: .label("size"), redraws: 20))
    let confusion = try Self.values(result, "confusion")
    let accuracy = try Self.values(result, "accuracy")
    for place in 0..<2 {
      let cells = Array(confusion[place * 9..<place * 9 + 9])
      #expect(near(accuracy[place], (cells[0] + cells[4] + cells[8]) / cells.reduce(0, +), 1e-6))
    }
    #expect(
      near(
        try Self.values(result, "selectivity")[0], accuracy[0] - (try Self.values(result, "control_accuracy")[0]), 1e-6)
    )
    let sizes = try Selection(Self.spec, labels: LabelSpec(.key("size")), in: [sample.cache])
    let numbers = try Self.run(try ProbesStudy("p", sizes, target: .numbers, redraws: 20))
    let told = try Self.values(numbers, "prediction").prefix(90)
    let tested = told.indices.filter { told[$0].isFinite }
    let truth = tested.map { Double($0 % 5) }
    let errors = zip(tested, truth).map { (told[$0] - $1) * (told[$0] - $1) }
    #expect(near(try Self.values(numbers, "rmse")[0], (errors.reduce(0, +) / Double(errors.count)).squareRoot(), 1e-4))
    #expect(
      near(try Self.values(numbers, "r2")[0], RidgeRegression.explained(truth, by: tested.map { told[$0] }), 1e-4))
    #expect(throws: SelectionError.notANumber("blue", label: "color", file: sample.cache.file, example: 2)) {
      try ProbesStudy(
        "p", try Selection(Self.spec, labels: LabelSpec(.key("color"), classes: ["blue"]), in: [sample.cache]),
        target: .numbers)
    }
  }

  @Test func separationClustersAndNorms() throws {
    let sample = try CacheSample()
    defer { sample.remove() }
    let selection = try Selection(Self.spec, labels: LabelSpec(.key("color")), in: [sample.cache])
    let rows = Self.rows(sample, hook: 4) { sample.lengths[$0] - 1 }
    let classes = selection.sources[0].table.items.compactMap(\.label)
    let examples = try Examples(rows: rows, classes: classes, names: selection.classNames)
    let separation = try Self.run(try SeparationStudy("s", selection))
    #expect(
      near(
        try Self.values(separation, "between_over_within")[1],
        try ClassSeparation(examples.moments()).betweenOverWithin, 1e-5))
    #expect(
      near(try Self.values(separation, "silhouette")[1], try Silhouette.mean(DenseMatrix(rows), classes: classes), 1e-6)
    )
    let clusters = try Self.run(try ClustersStudy("c", selection, methods: ClustersStudy.Method.allCases))
    let expected = try KMeans(DenseMatrix(rows), count: 3)
    #expect(near(try Self.values(clusters, "inertia")[1], expected.inertia, 1e-4))
    #expect(try Self.values(clusters, "cluster")[4 * 30..<5 * 30].map(Int.init) == expected.clusters)
    #expect(
      near(
        try Self.values(clusters, "adjusted_rand")[4], try ClusterAgreement(expected.clusters, classes).adjustedRand,
        1e-6))
    let norms = try Self.run(try NormsStudy("n", selection, threshold: 1.2))
    let lengths = Norms.lengths(of: rows)
    #expect(near(try Self.values(norms, "largest")[1], lengths.max() ?? 0, 1e-5))
    let roots = (0..<6).map { feature in
      ((0..<30).reduce(0.0) { $0 + pow(Double(rows.withRow($1) { $0[feature] }), 2) } / 30).squareRoot()
    }
    #expect(near(Array(try Self.values(norms, "root_mean_square")[6..<12]), roots, 1e-5))
    let median = (roots.sorted()[2] + roots.sorted()[3]) / 2
    #expect(try Self.values(norms, "is_outlier")[6..<12].map { $0 == 1 } == roots.map { $0 > 1.2 * median })
    #expect(throws: StudyError.self) { try ClustersStudy("c", selection, count: 31) }
  }

  @Test func similarityOfPlaces() throws {
    let sample = try CacheSample(flat: true)
    defer { sample.remove() }
    let spec = SelectionSpec(runs: [.clean, .corrupted], hooks: ["hook_embed", "*resid_post"])
    let selection = try Selection(spec, labels: nil, in: [sample.cache])
    let result = try Self.run(try SimilarityStudy("s", selection))
    let all = [StoredRun.clean, .corrupted].flatMap { run in
      [0, 3, 4].map { Self.rows(sample, hook: $0, at: { _ in 3 }, run: run) }
    }
    var accumulator = KernelAlignmentAccumulator(widths: all.map(\.columns))
    try accumulator.add(all)
    #expect(near(try Self.values(result, "cka"), try accumulator.alignment().values, 1e-5))
    let cosine =
      (0..<30).map { row -> Double in
        let (a, b) = (all[0].withRow(row) { $0.map(Double.init) }, all[5].withRow(row) { $0.map(Double.init) })
        func dot(_ x: [Double], _ y: [Double]) -> Double { zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } }
        return dot(a, b) / (dot(a, a) * dot(b, b)).squareRoot()
      }.reduce(0, +) / 30
    #expect(near(try Self.values(result, "cosine")[5], cosine, 1e-5))
    let filtered = try Selection(
      SelectionSpec(hooks: ["hook_embed"], examples: ["side": ["left"]]), labels: nil, in: [sample.cache])
    #expect(try Self.run(try SimilarityStudy("s", filtered)).arrays.attributes["examples"] == .integer(15))
  }

  /// A trajectory's share is 0 at the mean of one class and 1 at that of the other.
  @Test func trajectories() throws {
    let (sample, other) = (try CacheSample(), try CacheSample("other", seed: 3))
    defer { for each in [sample, other] { each.remove() } }
    let caches = [sample.cache, other.cache]
    let training = try Selection(
      SelectionSpec(caches: ["sample"], hooks: ["*resid_post"]), labels: LabelSpec(.key("side")), in: caches)
    let followed = try Selection(
      SelectionSpec(caches: ["sample", "other"], hooks: ["*resid_post"], positions: [.index(0), .index(-1)]),
      labels: LabelSpec(.key("side")), in: caches)
    let result = try Self.run(
      try TrajectoryStudy("t", followed, TrajectoryStudy.Training(training, method: .discriminant)))
    let shares = try Self.values(result, "share")
    // Source sample, second hook, last position: what the centroids were made from.
    let own = Array(shares[3 * 30..<4 * 30])
    for (side, expected) in [0.0, 1.0].enumerated() {
      let mean = (0..<30).filter { $0 % 2 == side }.map { own[$0] }.reduce(0, +) / 15
      #expect(near(mean, expected, 1e-5))
    }
    let centroid = Array(try Self.values(result, "centroid_mean")[3 * 12..<3 * 12 + 6])
    let distance = try Self.values(result, "distance")
    for example in 0..<30 {
      let row = other.row(4, example, 0).map(Double.init)
      let expected = zip(row, centroid).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
      // Source other, second hook, first position, first centroid.
      #expect(near(distance[(6 * 2) * 30 + example], expected, 1e-5))
    }
    let strange = try CacheSample("strange", model: "n")
    defer { strange.remove() }
    let foreign = try Selection(SelectionSpec(hooks: ["hook_embed"]), labels: nil, in: [strange.cache])
    #expect(throws: SelectionError.noTraining(source: "strange/clean", hook: "hook_embed")) {
      try TrajectoryStudy("t", foreign, TrajectoryStudy.Training(training))
    }
  }

  @Test func units() throws {
    let sample = try CacheSample()
    defer { sample.remove() }
    let selection = try Selection(
      SelectionSpec(hooks: ["*resid_post"], positions: [.every]), labels: nil, in: [sample.cache])
    let options = UnitsStudy.Options(units: .items([.index(4), .index(0)]), top: 3, bins: 7, threshold: 0.25)
    let result = try Self.run(try UnitsStudy("u", selection, options))
    let items = selection.sources[0].table.items
    for (place, hook) in [3, 4].enumerated() {
      for (unit, feature) in [4, 0].enumerated() {
        let all = items.map { Double(sample.row(hook, $0.example, $0.position ?? 0)[feature]) }
        let at = place * 2 + unit
        let ranked = all.indices.sorted { (-all[$0], $0) < (-all[$1], $1) }.prefix(3)
        #expect(near(Array(try Self.values(result, "top_value")[at * 3..<at * 3 + 3]), ranked.map { all[$0] }, 1e-6))
        #expect(
          try Self.values(result, "top_example")[at * 3..<at * 3 + 3].map(Int.init) == ranked.map { items[$0].example })
        #expect(
          try Self.values(result, "top_position")[at * 3..<at * 3 + 3].map(Int.init)
            == ranked.map { items[$0].position ?? -1 })
        #expect(
          near(try Self.values(result, "active_share")[at], Double(all.count { $0 > 0.25 }) / Double(all.count), 1e-6))
        let mean = all.reduce(0, +) / Double(all.count)
        func moment(_ power: Double) -> Double { all.reduce(0) { $0 + pow($1 - mean, power) } / Double(all.count) }
        #expect(near(try Self.values(result, "deviation")[at], moment(2).squareRoot(), 1e-5))
        #expect(near(try Self.values(result, "excess_kurtosis")[at], moment(4) / pow(moment(2), 2) - 3, 1e-4))
        let histogram = try Self.values(result, "histogram")[at * 7..<at * 7 + 7]
        let (low, high) = (all.min() ?? 0, all.max() ?? 0)
        #expect(histogram.reduce(0, +) == Double(all.count))
        #expect(histogram.first == Double(all.count { $0 < low + (high - low) / 7 }))
      }
    }
    // Along a direction there is one unit.
    let along = try Self.run(
      try UnitsStudy("u", selection, UnitsStudy.Options(top: 1), along: [[0, 1, 0, 0, 0, 0], [0, 0, -1, 0, 0, 0]]))
    let lowest = items.map { Double(sample.row(4, $0.example, $0.position ?? 0)[2]) }.min() ?? 0
    #expect(near(try Self.values(along, "top_value")[1], -lowest, 1e-6))
    let texts = try #require(along.arrays["top_text"])
    guard case .texts(let shown) = texts.values else { return }
    #expect(shown.allSatisfy { $0.contains("«") && $0.contains("»") })
    #expect(throws: StudyError.self) { try UnitsStudy("u", selection, along: [[1], [1]]) }
  }

  /// If all activations at a place are the same there is nothing to find, but the other places are still reported.
  @Test func placesWhereNothingVaries() throws {
    let sample = try CacheSample()
    defer { sample.remove() }
    // One example's class has all its activations; the other class too: one prompt only.
    let one = SelectionSpec(hooks: ["*resid_post"], examples: ["size": ["1"], "color": ["green"], "side": ["right"]])
    let selection = try Selection(one, labels: nil, in: [sample.cache])
    #expect(selection.sources[0].count == 1)
    #expect(throws: StudyError.self) { try StudyRunner([try ComponentsStudy("c", selection)]).run(check: {}) }
  }

  /// Several studies in one reading give what each gives by itself, on any number of threads; the seed decides the
  /// thinning.
  @Test func readTogetherAsAlone() throws {
    let sample = try CacheSample(examples: 200)
    defer { sample.remove() }
    let selection = try Selection(Self.spec, labels: LabelSpec(.key("side")), in: [sample.cache])
    func studies() throws -> [any Study] {
      [
        try ReadersStudy("r", selection, ReadersStudy.Options(methods: [.logistic], redraws: 10), limit: 50),
        try ComponentsStudy("c", selection, count: 2), try NormsStudy("n", selection),
        try SimilarityStudy("s", selection, limit: 60), try MatrixStudy("m", selection),
      ]
    }
    let together = try StudyRunner(try studies(), threads: 1).run(check: {}).map(\.arrays)
    for (index, study) in try studies().enumerated() {
      #expect(NaNEqual.same(try StudyRunner([study], threads: 2).run(check: {})[0].arrays, together[index]))
    }
    let split = try #require(together[0]["split"])
    guard case .integers(let sides) = split.values else { return }
    #expect(sides.count { $0 >= 0 } == 50)
  }
}

/// Arrays with NaNs in them are not equal to themselves.
enum NaNEqual {
  static func same(_ a: ArrayGroup, _ b: ArrayGroup) -> Bool {
    a.axes == b.axes && a.attributes == b.attributes && a.arrays.count == b.arrays.count
      && zip(a.arrays, b.arrays).allSatisfy { x, y in
        if case .floats(let p) = x.values, case .floats(let q) = y.values {
          return x.name == y.name && p.count == q.count && zip(p, q).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) }
        }
        return x == y
      }
  }
}
