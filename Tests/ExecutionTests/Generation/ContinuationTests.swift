import Checkpoints
import Execution
import ModelGraph
import Tensors
import TestSupport
import Testing

/// Runs continued token by token, compared with the plain executor on the whole sequences.
@Suite struct ContinuationTests {
  /// Sequences with these prompt lengths, each continued by as many tokens.
  static let lengths = [3, 1, 5]
  static let more = 6

  /// Continues prompts by given tokens; after each, the logits and the edits' reports are those of the oracle on the
  /// whole sequences.
  static func compare(_ model: Model, _ edits: [PlacedEdit], _ label: String, tolerance: Float = 1e-5) throws {
    guard case .tokens(let vocabulary, _) = model.graph.input else { return }
    let sequences = lengths.enumerated().map { row, length in
      (0..<length + more).map { Int32((7 * row + 5 * $0 * $0 + 3) % vocabulary) }
    }
    let prompts = zip(sequences, lengths).map { Array($0.prefix($1)) }
    func isOfPairs(_ edit: PlacedEdit) -> Bool {
      if case .perPair = model.graph[edit.node].layout { true } else { false }
    }
    var continuation = try Continuation(model, prompts: prompts, edits: edits)
    for step in 0...more {
      if step > 0 { try continuation.append(zip(sequences, lengths).map { $0[$1 + step - 1] }) }
      let whole = zip(sequences, lengths).map { Array($0.prefix($1 + step)) }
      #expect(continuation.tokens == whole)
      let present = edits.filter { $0.positions.lowerBound < whole[$0.row].count }
      let placed = present.map { edit in
        let length = whole[edit.row].count
        return PlacedEdit(
          node: edit.node, row: edit.row, positions: edit.positions.clamped(to: 0..<length), features: edit.features,
          sources: edit.sources.map { $0.clamped(to: 0..<length) }, action: edit.action)
      }
      let expected = try Oracle(model).lastLogits(try Batch(prompts: whole), edits: placed)
      let difference = relativeDifference(continuation.logits.values, expected.logits.values)
      #expect(difference < tolerance, "\(label), \(step) tokens on: \(difference)")
      let here = zip(edits, continuation.reports).filter { edit, _ in
        edit.positions.lowerBound < whole[edit.row].count
      }
      for ((edit, report), reference) in zip(here, expected.activations.reports) {
        // The oracle also writes a destination's zeros for later tokens.
        if !isOfPairs(edit) { #expect(report.numbersWritten == reference.numbersWritten) }
        // Beyond a window scores are -infinity: an edit that changes them makes an infinite change.
        #expect(
          report.changeNorm == reference.changeNorm
            || abs(report.changeNorm - reference.changeNorm) < 1e-4 * max(1, reference.changeNorm))
      }
    }
  }

  /// Every kind of edit that needs no other run, at positions in the prompt, after it, and across.
  static func edits(_ graph: ModelGraph) throws -> [(String, [PlacedEdit])] {
    func node(_ hook: HookName) -> Node? { graph.node(hook: hook) }
    let last = max(0, graph.dimensions.layers - 1)
    var edits: [(String, [PlacedEdit])] = []
    for hook: HookName in [
      "hook_embed", HookName(layer: 0, "hook_resid_pre"), HookName(layer: last, "hook_resid_post"),
      HookName(layer: 0, "attn.hook_k"), HookName(layer: 0, "attn.hook_v"), HookName(layer: last, "attn.hook_z"),
      HookName(layer: 0, "hook_mlp_out"),
    ] {
      guard let node = node(hook) else { continue }
      let vector = (0..<node.layout.width).map { Float($0 % 5) / 4 - 0.4 }
      let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
      for positions in [0..<2, 5..<Int.max, 0..<Int.max, 6..<7] {
        edits.append(
          (
            "\(hook) \(positions)",
            [
              PlacedEdit(
                node: node.id, row: 0, positions: positions, features: 0..<vector.count, action: .add(vector, times: 2)),
              PlacedEdit(
                node: node.id, row: 2, positions: positions, features: 0..<vector.count,
                action: .projectOut(vector.map { $0 / length })),
            ]
          ))
      }
      edits.append(
        (
          "\(hook) zero, between bounds",
          [
            PlacedEdit(node: node.id, row: 0, positions: 0..<Int.max, features: 0..<vector.count, action: .zero),
            PlacedEdit(
              node: node.id, row: 1, positions: 0..<Int.max, features: 0..<vector.count,
              action: .clamp(min: -0.1, max: 0.2)),
            PlacedEdit(node: node.id, row: 2, positions: 4..<Int.max, features: 0..<1, action: .zero),
          ]
        ))
      edits.append(
        (
          "\(hook), one feature doubled everywhere",
          [PlacedEdit(node: node.id, row: 1, positions: 0..<Int.max, features: 1..<2, action: .scale(2))]
        ))
    }
    if let pattern = node(HookName(layer: 0, "attn.hook_pattern")) {
      edits.append(
        (
          "attention to the second token taken away",
          [
            PlacedEdit(
              node: pattern.id, row: 0, positions: 2..<Int.max, features: 0..<1, sources: 1..<2, action: .zero),
            PlacedEdit(node: pattern.id, row: 2, positions: 4..<Int.max, features: 1..<2, action: .scale(0.5)),
            PlacedEdit(
              node: pattern.id, row: 1, positions: 0..<Int.max, features: 0..<2,
              action: .clamp(min: -.infinity, max: 0.3)),
          ]
        ))
    }
    if let scores = node(HookName(layer: last, "attn.hook_attn_scores")) {
      edits.append(
        (
          "scores scaled, between bounds",
          [
            PlacedEdit(node: scores.id, row: 0, positions: 0..<Int.max, features: 0..<2, action: .scale(2)),
            PlacedEdit(
              node: scores.id, row: 1, positions: 0..<Int.max, features: 1..<2, action: .clamp(min: -0.2, max: 0.1)),
            PlacedEdit(
              node: scores.id, row: 2, positions: 3..<Int.max, features: 0..<1, sources: 0..<1, action: .zero),
          ]
        ))
      // Scores of later tokens are -infinity and stay so.
      edits.append(
        (
          "scores set and turned about",
          [
            PlacedEdit(node: scores.id, row: 0, positions: 0..<Int.max, features: 0..<2, action: .zero),
            PlacedEdit(node: scores.id, row: 1, positions: 1..<Int.max, features: 0..<2, action: .scale(-1)),
            PlacedEdit(node: scores.id, row: 2, positions: 0..<Int.max, features: 0..<1, action: .set([0.5])),
          ]
        ))
    }
    return edits
  }

  @Test(arguments: GoldenModel.families)
  func everyFamilyGoesOnAsTheOracleSays(family: String) throws {
    for options in [GraphOptions(), GraphOptions(splitsInputs: true, separatesResults: true)] {
      let model = try GoldenModel(family).loaded.model(options)
      try Self.compare(model, [], family)
      for (label, edits) in try Self.edits(model.graph) {
        // A stream of which almost nothing is left is divided by its tiny norm, which magnifies rounding.
        let tolerance: Float = label.hasSuffix("zero, between bounds") ? 1e-4 : 1e-5
        try Self.compare(model, edits, "\(family) \(label)", tolerance: tolerance)
      }
    }
  }

  @Test(arguments: SmallSpec.all.filter { $0.spec.isCausal && $0.spec.heads > 1 })
  func everySpecGoesOnAsTheOracleSays(small: SmallSpec) throws {
    let model = randomModel(small.spec)
    try Self.compare(model, [], small.name)
    for (label, edits) in try Self.edits(model.graph) { try Self.compare(model, edits, "\(small.name) \(label)") }
  }

  @Test func aModelThatSeesLaterTokensIsRefused() throws {
    let small = try #require(SmallSpec.all.first { !$0.spec.isCausal })
    #expect(throws: RunError.seesLaterTokens(hook: "blocks.0.attn.hook_z")) {
      var spec = small.spec
      spec.layers = 1
      _ = try Continuation(randomModel(spec), prompts: [[1]])
    }
  }

  /// A causal model hides later tokens with scores of -infinity and weights of 0. A text cannot be continued under an
  /// edit that changes these.
  @Test func editsThatWouldShowLaterTokensAreRefused() throws {
    let model = randomModel(try #require(SmallSpec.all.first { $0.spec.isCausal && $0.spec.heads > 1 }).spec)
    let name = HookName(layer: 0, "attn.hook_pattern")
    let node = try #require(model.graph.node(hook: name))
    for action in [.clamp(min: 0.1, max: 1), .add([0.2, 0], times: 1), .set([0, 1])] as [PlacedEdit.Action] {
      func edit(_ sources: Range<Int>?) -> PlacedEdit {
        PlacedEdit(node: node.id, row: 0, positions: 1..<Int.max, features: 0..<2, sources: sources, action: action)
      }
      for sources in [nil, 0..<3] {
        #expect(throws: RunError.editShowsLaterTokens(hook: name.text)) {
          _ = try Continuation(model, prompts: [[1, 2, 3]], edits: [edit(sources)])
        }
      }
      // No token sees a later one here.
      _ = try Continuation(model, prompts: [[1, 2, 3]], edits: [edit(0..<2)])
    }
  }

  @Test func whatDoesNotFitIsRefusedAndChangesNothing() throws {
    var spec = try #require(SmallSpec.all.first).spec
    spec.context = 3
    var continuation = try Continuation(randomModel(spec), prompts: [[1, 2], [3]])
    #expect(throws: RunError.tokenOutOfRange(token: 11, example: 1, position: 1, vocabulary: 11)) {
      try continuation.append([1, 11])
    }
    #expect(continuation.tokens == [[1, 2], [3]])
    try continuation.append([1, 4])
    #expect(throws: RunError.promptTooLong(example: 0, tokens: 4, context: 3)) { try continuation.append([1, 2]) }
    #expect(continuation.tokens == [[1, 2, 1], [3, 4]])
    #expect(throws: RunError.emptyPrompt(example: 1)) { _ = try Continuation(randomModel(spec), prompts: [[1], []]) }
  }
}
