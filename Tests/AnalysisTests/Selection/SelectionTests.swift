import ActivationStore
import Analysis
import Foundation
import Interventions
import LabelledArrays
import ModelGraph
import Tensors
import Testing

/// What selections contain, and which rows are read for them.
@Suite struct SelectionTests {
  /// A study that keeps what it receives.
  struct Echo: Study {
    struct Work: PlaceWork {
      var rows: [[Float]] = []
      var items: [Int] = []
      var passes = 0

      mutating func add(_ rows: Matrix, items: [Int]) throws {
        self.items += items
        for row in 0..<rows.rows { self.rows.append(rows.withRow(row) { Array($0) }) }
      }

      mutating func endPass() -> Bool {
        passes += 1
        return false
      }

      func outcome() -> Work { self }
    }

    let name = "echo"
    let selection: Selection

    func work(at place: Selection.Place) -> Work { Work() }

    func result(_ outcomes: [Work]) -> StudyResult {
      var arrays = ArrayGroup("/echo")
      for (place, outcome) in outcomes.enumerated() {
        let rows = outcome.rows.flatMap(\.self)
        arrays.add(LabelledArray("rows\(place)", axes: [LabelledAxis("row\(place)", .range(rows.count))], values: rows))
        let items = [LabelledAxis("item\(place)", .range(outcome.items.count))]
        arrays.add(LabelledArray("items\(place)", axes: items, values: .integers(outcome.items)))
      }
      return StudyResult(arrays: arrays, title: "", header: [], rows: [])
    }
  }

  /// The rows and items of every place, as read by one run of several studies.
  static func read(_ selections: [Selection]) throws -> [[(rows: [Float], items: [Int])]] {
    let results = try StudyRunner(selections.map(Echo.init), threads: 2).run(check: {})
    return results.map { result in
      (0..<result.arrays.arrays.count / 2).map { place in
        guard case .floats(let rows)? = result.arrays["rows\(place)"]?.values,
          case .integers(let items)? = result.arrays["items\(place)"]?.values
        else { return ([], []) }
        return (rows, items)
      }
    }
  }

  @Test func defaultsAreTheLastTokensOfAllVectors() throws {
    let sample = try CacheSample()
    defer { sample.remove() }
    let selection = try Selection(SelectionSpec(), labels: nil, in: [sample.cache])
    #expect(selection.sources.map(\.name) == ["sample/clean"])
    #expect(
      selection.hooks.map(\.text) == [
        "hook_embed", "blocks.0.attn.hook_z", "blocks.0.hook_resid_post", "blocks.1.hook_resid_post",
      ])
    #expect(selection.rules == [.index(-1)] && selection.heads == nil && selection.classNames.isEmpty)
    let found = try Self.read([selection])[0]
    #expect(found.count == 4 && found.allSatisfy { $0.items == Array(0..<30) })
    for (place, hook) in [0, 1, 3, 4].enumerated() {
      #expect(found[place].rows == (0..<30).flatMap { sample.row(hook, $0, sample.lengths[$0] - 1) })
    }
  }

  /// Prompts that have no token at a position are counted and named, in the table and in the file.
  @Test func whatIsLeftOutIsSaid() throws {
    let sample = try CacheSample(examples: 5)
    defer { sample.remove() }
    let spec = SelectionSpec(
      hooks: ["hook_embed"], positions: [.index(3), .span(label: "color", occurrence: -1, edge: .last), .index(4)])
    let selection = try Selection(spec, labels: nil, in: [sample.cache])
    let notes = [
      "left out at 3: 2 of 5 examples (prompt 0: it has 3 tokens; prompt 3: it has 3 tokens)",
      "left out at 4: 4 of 5 examples (prompt 0: it has 3 tokens; prompt 1: it has 4 tokens; prompt 3: it has 3 tokens; "
        + "prompt 4: it has 4 tokens)",
    ]
    #expect(selection.leftOutNotes == notes)
    let result = try #require(try StudyRunner([NormsStudy("n", selection)], threads: 1).run(check: {}).first)
    #expect(Array(result.notes.prefix(2)) == notes)
    #expect(result.title.hasSuffix("5 examples, 2 without 3 left out, 4 without 4 left out"))
    #expect(result.arrays.attributes["left_out"] == .texts(notes))

    // Of two runs side by side each is named; of many the first twelve.
    let both = try CacheSample(examples: 40)
    defer { both.remove() }
    let paired = try Selection(
      SelectionSpec(hooks: ["hook_embed"], positions: [.index(3)]), labels: LabelSpec(.run), in: [both.cache])
    let note = try #require(paired.leftOutNotes.first)
    #expect(paired.leftOutNotes.count == 1)
    #expect(note.hasPrefix("left out at 3: 28 of 80 examples (prompt 0 of sample/corrupted: it has 3 tokens; "))
    #expect(note.hasSuffix("prompt 33 of sample/corrupted: it has 3 tokens; and 16 more)"))
    let whole = try Selection(SelectionSpec(hooks: ["hook_embed"]), labels: nil, in: [sample.cache])
    #expect(whole.leftOutNotes.isEmpty)
  }

  /// Positions of every kind, heads one by one, runs side by side: each row is the one that was written.
  @Test func everyKindOfPosition() throws {
    for flat in [false, true] {
      let sample = try CacheSample(flat: flat)
      defer { sample.remove() }
      func selection(_ spec: SelectionSpec) throws -> Selection {
        try Selection(spec, labels: nil, in: [sample.cache])
      }
      let hooks = ["blocks.0.attn.hook_z"]
      let selections = [
        try selection(SelectionSpec(hooks: hooks, positions: [.index(0), .index(3), .token(" w2", occurrence: 1)])),
        try selection(SelectionSpec(hooks: hooks, positions: [.every])),
        try selection(SelectionSpec(hooks: hooks, positions: [.mean])),
        try selection(
          SelectionSpec(runs: [.corrupted, .clean], hooks: hooks, heads: .index(1), positions: [.index(-1)])),
        try selection(SelectionSpec(hooks: hooks, positions: [.index(1)], examples: ["color": ["red", "blue"]])),
        try selection(SelectionSpec(hooks: hooks, positions: [.span(label: "color", occurrence: -1, edge: .last)])),
      ]
      let found = try Self.read(selections)
      let all = Array(0..<30)
      #expect(found[0][0].rows == all.flatMap { sample.row(1, $0, 0) })
      let long = all.filter { sample.lengths[$0] > 3 }
      #expect(found[0][1].items == long && found[0][1].rows == long.flatMap { sample.row(1, $0, 3) })
      #expect(found[0][2].rows == all.flatMap { sample.row(1, $0, 2) })
      #expect(
        found[1][0].rows
          == all.flatMap { example in (0..<sample.lengths[example]).flatMap { sample.row(1, example, $0) } })
      let tokens = selections[1].sources[0].table.items
      #expect(found[1][0].items == Array(tokens.indices) && tokens.map(\.example).last == 29)
      for (example, expected) in all.map({ example in
        (
          example,
          (0..<6).map { feature in
            (0..<sample.lengths[example]).map { sample.row(1, example, $0)[feature] }.reduce(0, +)
              / Float(sample.lengths[example])
          }
        )
      }) {
        let row = Array(found[2][0].rows[example * 6..<example * 6 + 6])
        #expect(zip(row, expected).allSatisfy { abs($0 - $1) < 1e-6 })
      }
      #expect(selections[3].sources.map(\.name) == ["sample/corrupted", "sample/clean"])
      for (source, run) in [StoredRun.corrupted, .clean].enumerated() {
        #expect(
          found[3][source].rows
            == all.flatMap { Array(sample.row(1, $0, sample.lengths[$0] - 1, run: run)[3..<6]) })
      }
      let chosen = all.filter { $0 % 3 != 1 }
      #expect(found[4][0].items == Array(chosen.indices))
      #expect(found[4][0].rows == chosen.flatMap { sample.row(1, $0, 1) })
      #expect(found[5][0].rows == all.flatMap { sample.row(1, $0, 1) })
    }
  }

  /// More examples than fit in a block, including unneeded ones at its ends.
  @Test func blocksJoin() throws {
    let sample = try CacheSample(examples: 2600, runs: [.sole], flat: true)
    defer { sample.remove() }
    let spec = SelectionSpec(hooks: ["hook_embed"], positions: [.index(1)], examples: ["size": ["0", "2", "3"]])
    let found = try Self.read([
      try Selection(spec, labels: nil, in: [sample.cache]),
      try Selection(SelectionSpec(hooks: ["hook_embed"]), labels: nil, in: [sample.cache]),
    ])
    let chosen = (0..<2600).filter { [0, 2, 3].contains($0 % 5) }
    #expect(found[0][0].rows == chosen.flatMap { sample.row(0, $0, 1, run: .sole) })
    #expect(found[1][0].rows == (0..<2600).flatMap { sample.row(0, $0, 3, run: .sole) })
  }

  @Test func labels() throws {
    let sample = try CacheSample()
    defer { sample.remove() }
    let hooks = ["hook_embed"]
    func selection(_ spec: SelectionSpec, _ labels: LabelSpec) throws -> Selection {
      try Selection(spec, labels: labels, in: [sample.cache])
    }
    let colors = try selection(SelectionSpec(hooks: hooks), LabelSpec(.key("color")))
    #expect(colors.classNames == ["blue", "green", "red"])
    #expect(colors.sources[0].table.items.prefix(3).map(\.label) == [2, 1, 0])
    let two = try selection(SelectionSpec(hooks: hooks), LabelSpec(.key("color"), classes: ["red", "blue"]))
    #expect(two.sources[0].count == 20 && two.sources[0].table.unlabelled == 10)
    #expect(two.sources[0].table.items.prefix(2).map(\.label) == [0, 1])
    let runs = try selection(SelectionSpec(hooks: hooks), LabelSpec(.run))
    #expect(runs.classNames == ["corrupted", "clean"] && runs.sources.count == 1 && runs.sources[0].count == 60)
    #expect(try Self.read([runs])[0][0].rows.count == 360)
    let tokens = try selection(SelectionSpec(hooks: hooks, positions: [.index(1)]), LabelSpec(.token))
    #expect(tokens.classNames == [" blue", " green", " red"])
    let places = try selection(SelectionSpec(hooks: hooks, positions: [.every]), LabelSpec(.position))
    #expect(places.classNames == ["0", "1", "2", "3", "4"] && places.sources[0].table.items[4].number == 1)
    let column = Dictionary(uniqueKeysWithValues: (0..<30).map { ($0, $0 == 7 ? "" : "\(Double($0) / 2)") })
    let table = try selection(SelectionSpec(hooks: hooks), LabelSpec(.column("score", values: column)))
    #expect(table.sources[0].count == 29 && table.sources[0].table.items[7].number == 4)
    // Two files, pooled.
    let other = try CacheSample("other", seed: 1)
    defer { other.remove() }
    let pooled = try Selection(SelectionSpec(hooks: hooks), labels: LabelSpec(.cache), in: [sample.cache, other.cache])
    #expect(pooled.classNames == ["sample", "other"] && pooled.sources.map(\.name) == ["sample+other"])
    let rows = try Self.read([pooled])[0][0].rows
    #expect(rows == [sample, other].flatMap { s in (0..<30).flatMap { s.row(0, $0, s.lengths[$0] - 1) } })
  }

  static let refusals: [(String, SelectionSpec, LabelSpec?, @Sendable (String) -> SelectionError)] = [
    ("cache", SelectionSpec(caches: ["smple"]), nil, { _ in .noSuchCache("smple", known: ["sample"]) }),
    (
      "hook", SelectionSpec(hooks: ["blocks.*.hook_resid_pre"]), nil,
      { .noSuchHook("blocks.*.hook_resid_pre", file: $0, known: CacheSample.sortedHooks) }
    ),
    (
      "layer", SelectionSpec(hooks: ["*resid_post"], layers: .index(5)), nil,
      { .noSuchLayer(file: $0, layers: [0, 1]) }
    ),
    ("pattern", SelectionSpec(hooks: ["*pattern"]), nil, { _ in .noVectors(hook: "blocks.0.attn.hook_pattern") }),
    ("heads", SelectionSpec(hooks: ["hook_embed"], heads: .all), nil, { _ in .noHeads(hook: "hook_embed") }),
    (
      "head", SelectionSpec(hooks: ["*hook_z"], heads: .index(2)), nil,
      { _ in .headOutside(2, hook: "blocks.0.attn.hook_z", heads: 2) }
    ),
    (
      "label", SelectionSpec(), LabelSpec(.key("colour")),
      { .noSuchLabel("colour", file: $0, known: ["color", "side", "size"]) }
    ),
    (
      "class", SelectionSpec(), LabelSpec(.key("color"), classes: ["red", "bleu"]),
      { _ in .noSuchValue("bleu", label: "color", known: ["blue", "green", "red"]) }
    ),
    (
      "value", SelectionSpec(examples: ["side": ["middle"]]), nil,
      { _ in .noSuchValue("middle", label: "side", known: ["left", "right"]) }
    ),
    (
      "position", SelectionSpec(positions: [.index(7)]), nil,
      { _ in .positionNowhere("7", source: "sample/clean", hint: "the first prompt has 3 tokens") }
    ),
    (
      "token", SelectionSpec(positions: [.token(" w9", occurrence: -1)]), nil,
      { _ in
        .positionNowhere(
          "' w9'", source: "sample/clean", hint: "the first prompt's tokens are ' w0' ' red' ' w2'")
      }
    ),
    ("every", SelectionSpec(positions: [.every, .index(0)]), nil, { _ in .everyWithOtherPositions }),
    (
      "one position", SelectionSpec(positions: [.index(0), .index(1)]), LabelSpec(.token),
      { _ in .onePosition(label: "token") }
    ),
    ("column", SelectionSpec(), LabelSpec(.column("x", values: [0: "a"])), { _ in .noRow(column: "x", example: 1) }),
  ]

  @Test(arguments: refusals.indices) func refused(index: Int) throws {
    let (name, spec, labels, expected) = Self.refusals[index]
    let sample = try CacheSample()
    defer { sample.remove() }
    #expect(throws: expected(sample.cache.file), "\(name)") { try Selection(spec, labels: labels, in: [sample.cache]) }
  }

  @Test func runsModelsAndTokensThatAreNotThere() throws {
    let sole = try CacheSample(runs: [.sole], hasStrings: false, hasLabels: false)
    let other = try CacheSample("other", model: "n")
    defer { for each in [sole, other] { each.remove() } }
    #expect(throws: SelectionError.noSuchRun("corrupted", cache: "sample", known: [])) {
      try Selection(SelectionSpec(runs: [.corrupted]), labels: nil, in: [sole.cache])
    }
    #expect(throws: SelectionError.noTokenStrings(file: sole.cache.file)) {
      try Selection(SelectionSpec(positions: [.token(" a", occurrence: 1)]), labels: nil, in: [sole.cache])
    }
    #expect(throws: SelectionError.noSuchLabel("kind", file: sole.cache.file, known: [])) {
      try Selection(SelectionSpec(), labels: LabelSpec(.key("kind")), in: [sole.cache])
    }
    #expect(throws: SelectionError.differentModels(file: sole.cache.file, other: other.cache.file)) {
      try Selection(SelectionSpec(), labels: nil, in: [sole.cache, other.cache])
    }
    let both = try Selection(
      SelectionSpec(hooks: ["hook_embed"]), labels: nil, in: [sole.cache, other.cache], acrossModels: true)
    #expect(both.sources.map(\.name) == ["sample", "other/clean"])
    #expect(throws: SelectionError.differentModels(file: sole.cache.file, other: other.cache.file)) {
      try Selection(SelectionSpec(), labels: LabelSpec(.cache), in: [sole.cache, other.cache], acrossModels: true)
    }
  }

  /// A NaN is reported by file, hook, run, example, position and feature.
  @Test func whereANumberIsNone() throws {
    let sample = try CacheSample(spoilt: (.corrupted, 3, 11, 2 * 6 + 4))
    defer { sample.remove() }
    let selection = try Selection(
      SelectionSpec(runs: [.corrupted], hooks: ["*resid_post"], positions: [.every]), labels: nil, in: [sample.cache])
    let expected = SelectionError.notFinite(
      file: sample.cache.file, hook: "blocks.0.hook_resid_post", run: "corrupted", example: 11, position: 2, feature: 4,
      isUnwritten: false)
    for study: any Study in [
      try ComponentsStudy("a", selection), try NormsStudy("b", selection), try UnitsStudy("c", selection),
      try MatrixStudy("d", selection),
    ] {
      #expect(throws: expected) { try StudyRunner([study]).run(check: {}) }
    }
    #expect(
      expected.message
        == "\(sample.cache.file): 'blocks.0.hook_resid_post' of the corrupted run is not a finite number at "
        + "example 11, position 2, feature 4; leave that example out")
  }

  /// The user interrupts.
  @Test func stopsBetweenBlocks() throws {
    let sample = try CacheSample()
    defer { sample.remove() }
    let selection = try Selection(SelectionSpec(), labels: nil, in: [sample.cache])
    #expect(throws: CancellationError.self) {
      try StudyRunner([
        try ComponentsStudy("a", try Selection(SelectionSpec(hooks: ["hook_embed"]), labels: nil, in: [sample.cache]))
      ])
      .run(check: { throw CancellationError() })
    }
    #expect(selection.sources.count == 1)
  }
}

extension CacheSample {
  static let sortedHooks = hooks.map(\.name).sorted().map(\.text)
}
