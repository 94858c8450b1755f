import Checkpoints
import Execution
import Foundation
import ModelGraph
import Tensors
import TestSupport
import Testing

/// `patchbay logits` compared with the oracle, number by number, to the digits shown.
@Suite struct LogitsTests {
  private static let clean = "When Mary and John went to the store John gave a drink to"
  private static let corrupted = "When Mary and John went to the store Mary gave a drink to"

  private static func tokens(_ text: String) -> [Int32] {
    text.split(separator: " ").map { word in Int32(TinyModel.words.firstIndex(of: String(word)) ?? 0) }
  }

  private static func show(_ number: Float) -> String { String(format: "%.2f", number) }

  /// The cells of the line that begins with a given cell.
  private func row(_ first: String, in output: String) throws -> [String] {
    let lines = output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    return try #require(lines.first { $0.first == first && $0.count > 1 }, "no line begins with \(first):\n\(output)")
  }

  @Test func onePrompt() throws {
    let place = try Workplace()
    let finished = try Tool.run("logits", place.model, "--prompt", Self.clean, "--top", "3", "--answer", "Mary")
    #expect(finished.status == 0 && finished.errors.isEmpty)

    let model = try LoadedModel(folder: place.model).model
    let tokens = Self.tokens(Self.clean)
    let logits = try #require(
      try Oracle(model).run(try Batch(prompts: [tokens]), keeping: [model.graph.logits])[model.graph.logits])
    let last = Array(logits.values.suffix(TinyModel.words.count))
    let order = last.indices.sorted { last[$0] > last[$1] }
    for rank in 0..<3 {
      let cells = try row("\(rank)", in: finished.output)
      #expect(
        Array(cells[1...3]) == ["'\(TinyModel.words[order[rank]])'", "\(order[rank])", Self.show(last[order[rank]])])
      let share = exp(last[order[rank]]) / last.map { exp($0) }.reduce(0, +)
      #expect(abs(try #require(Float(cells[4])) - share) < 1e-4)
    }
    let mary = 2
    #expect(finished.output.contains("answer 'Mary': logit \(Self.show(last[mary])), "))
    #expect(finished.output.contains("rank \(order.firstIndex(of: mary) ?? -1)\n"))
    // Position 3, "John", is followed by "went".
    let third = Array(logits.values[3 * last.count..<4 * last.count])
    let next = Int(tokens[4])
    let cells = try row("3", in: finished.output)
    #expect(Array(cells[1...3]) == ["'John'", "'went'", Self.show(third[next])])
    #expect(cells[5] == "\(third.count { $0 > third[next] })")
  }

  @Test func twoPromptsAndEveryPatch() throws {
    let place = try Workplace()
    let finished = try Tool.run(
      "logits", place.model, "--prompt", Self.clean, "--against", Self.corrupted, "--answer", "John", "--layer", "0,1")
    #expect(finished.status == 0 && finished.errors.isEmpty)

    let model = try LoadedModel(folder: place.model).model
    let (clean, corrupted) = (Self.tokens(Self.clean), Self.tokens(Self.corrupted))
    let nodes = try (0..<2).map { try #require(model.graph.node(hook: HookName(layer: $0, "hook_resid_pre"))) }
    let other = try Oracle(model).run(try Batch(prompts: [corrupted]), keeping: nodes.map(\.id))
    let base = try Oracle(model).lastLogits(try Batch(prompts: [clean])).logits.values
    func cell(_ logits: [Float]) -> String { "\(Self.show(logits[3])) rank \(logits.count { $0 > logits[3] })" }
    #expect(finished.output.contains("The answer 'John': \(cell(base)); "))

    let sections = finished.output.components(separatedBy: "\nlayer ").dropFirst()
    #expect(sections.count == 2)
    for (layer, section) in sections.enumerated() {
      for position in clean.indices {
        let edit = PlacedEdit(
          node: nodes[layer].id, row: 0, positions: position..<position + 1, features: 0..<16,
          action: .replace(from: other, row: 0))
        let result = try Oracle(model).lastLogits(try Batch(prompts: [clean]), edits: [edit])
        let isSame = result.activations.reports[0].changeNorm == 0
        let shown = try row("\(position)", in: section).dropFirst(3).joined(separator: " ")
        #expect(
          shown == (isSame ? "." : "\(cell(base)) -> \(cell(result.logits.values))"),
          "layer \(layer), position \(position)")
      }
    }
    let compact = try Tool.run(
      "logits", place.model, "--prompt", Self.clean, "--against", Self.corrupted, "--answer", "John")
    #expect(compact.status == 0)
    #expect(try row("position", in: compact.output) == ["position", "token", "against", "L0", "L1"])
    #expect(try row("8", in: compact.output).prefix(3) == ["8", "'John'", "'Mary'"])
  }

  @Test func tokensForFoldersWithoutATokenizer() throws {
    var model = TinyModel()
    model.hasTokenizer = false
    let place = try Workplace(model)
    let finished = try Tool.run(
      "logits", place.model, "--tokens", "1,2,5", "--against-tokens", "1, 3,5", "--answer-token", "2")
    #expect(finished.status == 0 && finished.errors.isEmpty)
    #expect(finished.output.contains("The answer #2: "))
    try expectFailure(
      try Tool.run("logits", place.model, "--prompt", "Mary"), status: 65, "'--prompt' cannot be tokenized", "--tokens")
  }

  @Test func whatCannotBeAsked() throws {
    let place = try Workplace()
    func logits(_ arguments: String...) throws -> Tool.Finished {
      try Tool.run(["logits", "model"] + arguments, in: place.path)
    }
    try expectFailure(try logits("--prompt", ""), status: 65, "--prompt has no tokens")
    try expectFailure(
      try logits("--tokens", "1,16"), status: 65, "token 16 is outside the model's vocabulary (0 to 15)")
    try expectFailure(
      try logits("--tokens", Array(repeating: "1", count: 25).joined(separator: ",")), status: 65,
      "--prompt has 25 tokens, more than the model's context of 24")
    try expectFailure(
      try logits("--prompt", "Mary", "--answer", "Mary John"), status: 65,
      "--answer 'Mary John' must be one token, not 2")
    try expectFailure(
      try logits("--prompt", "Mary", "--against", "John", "--layer", "2"), status: 64,
      "layer 2: the model's layers are 0 to 1")
    let unequal = try logits("--prompt", "When Mary went", "--against", "When John and Mary went")
    #expect(unequal.status == 65)
    #expect(unequal.errorLines.count > 3)
    #expect(unequal.errorLines.contains { $0.contains("'Mary'") && $0.contains("'John'") })
  }
}
