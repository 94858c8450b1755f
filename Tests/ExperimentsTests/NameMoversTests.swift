import ActivationStore
import Diagnostics
import Foundation
import Patching
import Questions
import Runs
import Tensors
import TestSupport
import Testing
import Tokenization
import Workbenches

/// The name-mover experiment can be read, its prompts are as its comments say, and it runs on a model with GPT-2
/// small's layout.
@Suite struct NameMoversTests {
  static let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("experiments/name-movers.yaml").path

  @Test func itReads() throws {
    let experiment = try Experiment(file: Self.file)
    #expect(experiment.model == nil)
    #expect(experiment.direction == .noise)
    #expect(experiment.sweeps.map(\.name) == ["into-logits", "into-name-mover-queries"])
    #expect(
      experiment.sweeps[1].kind
        == .path(
          PathSpec(
            senders: .every(.heads),
            receivers: [.head(layer: 9, head: 9, .q), .head(layer: 9, head: 6, .q), .head(layer: 10, head: 0, .q)],
            positions: PathPositions(receivers: .index(-1)))))
  }

  @Test func itsPromptsAreOneTokenApart() throws {
    let folder = SharedFolder.path("models/gpt2-tokenizer")
    let resolver = PromptResolver(
      tokenizer: try Tokenizer.load(folder: folder), folder: folder, vocabulary: 50257, context: 1024)
    let pairs = try resolver.resolve(try Experiment(file: Self.file).prompts.written).set.pairs
    #expect(pairs.count == 8)
    for (index, pair) in pairs.enumerated() {
      #expect(pair.clean.count == 14)
      #expect(pair.clean.indices.filter { pair.clean[$0] != pair.corrupted[$0] } == [9])
      // ABBA and then BABA; the second mention is the subject's, or the indirect object's in the corrupted prompt.
      #expect(
        (pair.clean[1], pair.clean[3])
          == (index < 4 ? (pair.answers[0], pair.wrongs[0]) : (pair.wrongs[0], pair.answers[0])))
      #expect(pair.clean[9] == pair.wrongs[0])
      #expect(pair.corrupted[9] == pair.answers[0])
    }
  }

  @Test func itRunsOnAModelOfThatLayout() throws {
    let folder = try TemporaryFolder()
    let model = "\(folder.path)/model"
    var tiny = TinyModel()
    (tiny.layers, tiny.heads, tiny.dModel, tiny.dMlp, tiny.context) = (12, 12, 24, 24, 20)
    tiny.hasTokenizer = false
    // GPT-2's vocabulary in place of the tiny model's few words.
    let words = TinyModel.words.count
    try tiny.write(to: model) { _, tensor in
      guard tensor.shape.first == words else { return tensor }
      var generator = SplitMix64(seed: 2)
      return Tensor(shape: [50257] + tensor.shape.dropFirst()) { numbers in
        for index in numbers.indices {
          numbers.initializeElement(at: index, to: Float.random(in: -0.5...0.5, using: &generator))
        }
      }
    }
    try folder.write(
      "model/config.json", tiny.config.replacing("\"vocab_size\": \(words)", with: "\"vocab_size\": 50257"))
    let tokenizer = SharedFolder.path("models/gpt2-tokenizer/tokenizer.json")
    try FileManager.default.copyItem(atPath: tokenizer, toPath: "\(model)/tokenizer.json")
    let run = try ExperimentRun(Experiment(file: Self.file), model: ModelReference(model), threads: 2)
    #expect(run.total == (144 * 2 + 3) * 8)
    let results = try ResultsReader(try run.run(into: folder.path).results)
    #expect(try results.sweeps() == ["into-logits", "into-name-mover-queries"])
    let flags = try results.flags(sweep: "into-name-mover-queries", dataset: "has_path")
    #expect(flags == (0..<144).map { $0 < 120 ? 1 : 0 })
    let norms = try results.values(sweep: "into-name-mover-queries", dataset: "change_norm").values
    #expect(norms[..<960].allSatisfy { $0 > 0 } && norms[960...].allSatisfy { $0 == 0 })
    #expect(try results.flags(sweep: "into-logits", dataset: "has_path").allSatisfy { $0 == 1 })
  }
}
