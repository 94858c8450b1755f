import ActivationStore
import Checkpoints
import Execution
import Foundation
import ModelGraph
import TestSupport
import Testing

/// What `patchbay cache` writes, compared with the oracle.
@Suite struct CacheTests {
  private static let prompts: [[Int32]] = [[1, 2, 5, 3], [2], [3, 6, 7, 8, 9, 10, 11, 12]]

  private func cache(_ lines: [String], _ options: String..., in place: Workplace) throws -> Tool.Finished {
    try place.write("prompts.jsonl", lines.joined(separator: "\n"))
    return try Tool.run(
      ["cache", "model", "--prompts", "prompts.jsonl", "--output", "out/cache.h5"] + options, in: place.path)
  }

  private func text(_ tokens: [Int32]) -> String { tokens.map { TinyModel.words[Int($0)] }.joined(separator: " ") }

  /// The largest difference between a stored activation and the oracle's; also checks for NaN beyond every prompt's
  /// end.
  private func difference(
    _ reader: CacheReader, _ run: StoredRun?, _ prompts: [[Int32]], _ hook: HookName, in place: Workplace
  ) throws -> Float {
    let model = try LoadedModel(folder: place.model).model
    let node = try #require(model.graph.node(hook: hook))
    let expected = try Oracle(model).run(try Batch(prompts: prompts), keeping: [node.id])
    let stored = try reader.read(run: run, hook: hook, examples: 0..<prompts.count)
    let longest = prompts.map(\.count).max() ?? 0
    #expect(stored.shape == node.layout.sizes(examples: prompts.count, positions: longest))
    var worst: Float = 0
    for (row, prompt) in prompts.enumerated() {
      let values = stored.values[row * stored.count / prompts.count..<(row + 1) * stored.count / prompts.count]
      let numbers = values.filter { !$0.isNaN }
      expected.withExample(row, of: node) { own in
        #expect(numbers.count == own.count, "prompt \(row) of \(prompt.count) tokens")
        for (a, b) in zip(numbers, own) where a != b { worst = max(worst, abs(a - b)) }
      }
    }
    return worst
  }

  @Test func everyActivationOfEveryPrompt() throws {
    let place = try Workplace()
    let lines = Self.prompts.map {
      "{\"prompt\": \"\(text($0))\", \"label\": \"n\($0.count)\", \"extra\": 1, \"list\": [2]}"
    }
    let finished = try cache(lines, "--hooks", "*", in: place)
    #expect(finished.status == 0)
    #expect(finished.output.hasPrefix("out/cache.h5: 3 prompts, "))
    #expect(finished.errorLines == ["note: prompts.jsonl: ignored keys: list"])
    #expect(try place.written() == ["cache.h5"])
    let reader = try CacheReader("\(place.out)/cache.h5")
    #expect(reader.runs == [.sole])
    #expect(reader.lengths == Self.prompts.map(\.count))
    let rows = try reader.prompts()
    #expect(rows.map(\.cleanTokens) == Self.prompts)
    #expect(rows.map(\.labels) == ["n4", "n1", "n8"].map { ["label": $0, "extra": "1"] })
    #expect(rows.map(\.text) == Self.prompts.map(text))
    #expect(rows[0].cleanTokenStrings == ["When", "Mary", "and", "John"])
    let graph = try LoadedModel(folder: place.model).model.graph
    #expect(Set(reader.hooks) == Set(graph.nodes.filter { !$0.isOnRequest }.compactMap(\.hook)))
    for hook in reader.hooks { #expect(try difference(reader, nil, Self.prompts, hook, in: place) < 1e-5, "\(hook)") }
    #expect(try reader.header().modelSHA256.count == 64)
  }

  @Test func pairsHaveTwoRuns() throws {
    let place = try Workplace()
    let corrupted: [[Int32]] = Self.prompts.map { $0.map { $0 == 2 ? 3 : $0 } }
    let lines = zip(Self.prompts, corrupted).map {
      "{\"clean_tokens\": \($0), \"corrupted_tokens\": \($1), \"answer\": \"Mary\", \"wrong_token\": 3}"
    }
    let finished = try cache(
      lines, "--hooks", "blocks.*.hook_resid_pre", "--hooks", "blocks.1.attn.hook_result,hook_embed", "--quiet",
      in: place)
    #expect(finished.status == 0 && finished.errors.isEmpty)
    let reader = try CacheReader("\(place.out)/cache.h5")
    #expect(reader.runs == [.clean, .corrupted])
    #expect(
      Set(reader.hooks) == [
        "blocks.0.hook_resid_pre", "blocks.1.hook_resid_pre", "blocks.1.attn.hook_result", "hook_embed",
      ])
    for hook in reader.hooks {
      #expect(try difference(reader, .clean, Self.prompts, hook, in: place) < 1e-5)
      #expect(try difference(reader, .corrupted, corrupted, hook, in: place) < 1e-5)
    }
    let rows = try reader.prompts()
    #expect(rows.map(\.corruptedTokens) == corrupted)
    #expect(rows.allSatisfy { $0.answerToken == 2 && $0.wrongToken == 3 })
  }

  @Test func halfPrecisionAndCompression() throws {
    let place = try Workplace()
    let lines = Self.prompts.map { "{\"tokens\": \($0)}" }
    let finished = try cache(lines, "--hooks", "blocks.1.hook_resid_pre", "--dtype", "float16", "--compress", in: place)
    #expect(finished.status == 0)
    let reader = try CacheReader("\(place.out)/cache.h5")
    let description = try reader.store.describe("/activations/blocks.1.hook_resid_pre")
    #expect(description.type == .float16)
    #expect(description.filters.contains("deflate"))
    #expect(try difference(reader, nil, Self.prompts, "blocks.1.hook_resid_pre", in: place) < 0.01)
  }

  /// More prompts than fit in one batch, through several workers, in order.
  @Test func manyPromptsInSeveralBatches() throws {
    var model = TinyModel()
    (model.context, model.dModel, model.dMlp) = (512, 64, 256)
    let place = try Workplace(model)
    let prompts = (0..<90).map { i in (0..<(100 + 37 * i % 400)).map { Int32(($0 * 7 + i) % 16) } }
    let lines = prompts.map { "{\"tokens\": \($0)}" }
    let finished = try cache(lines, "--hooks", "blocks.1.hook_resid_pre", "--threads", "3", in: place)
    #expect(finished.status == 0, "\(finished.errors)")
    let reader = try CacheReader("\(place.out)/cache.h5")
    #expect(try reader.prompts().map(\.cleanTokens) == prompts)
    #expect(try difference(reader, nil, prompts, "blocks.1.hook_resid_pre", in: place) < 1e-4)
  }
}
