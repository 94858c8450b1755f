import ActivationStore
import Diagnostics
import ExperimentFile
import Foundation
import Patching
import Runs
import TestSupport
import Testing

/// The readout `top_tokens` compared with the logit lens: the first token has rank 0, and its probability is the
/// largest.
@Suite struct TopTokensTests {
  private static let yaml = """
    name: x
    model: bundled:ioi
    metrics: [rank, prob]
    prompts:
      pairs:
        - clean: "When John and Mary went to the store, John gave a book to"
          corrupted: "When John and Mary went to the store, Mary gave a book to"
          answer: " Mary"
          wrong: " John"
        - clean: "Then, Anna and Tom went to the park. Anna gave a ring to"
          corrupted: "Then, Anna and Tom went to the park. Tom gave a ring to"
          answer: " Tom"
          wrong: " Anna"
    readouts:
      - {name: lens, read: logit_lens}
      - {name: top, read: top_tokens, count: 3}
    """

  @Test func theLensAgrees() throws {
    let folder = try TemporaryFolder()
    let run = try ExperimentRun(try Experiment(yaml: Self.yaml, file: "x.yaml"))
    let store = try ResultsReader(run.run(into: folder.path).results).store
    let group = "/readouts/top"
    #expect(try store.describe("\(group)/token").dimensions == ["run", "layer", "position", "place", "example"])
    let shape = try store.describe("\(group)/token").shape
    let (layers, positions, examples) = (shape[1], shape[2], shape[4])
    #expect(shape[0] == 2 && shape[3] == 3 && examples == 2 && layers == run.loaded.model.graph.dimensions.layers + 1)
    let tokens = try store.integers(at: "\(group)/token")
    let texts = try store.texts(at: "\(group)/text")
    let probabilities = try store.tensor(at: "\(group)/probability").values
    let ranks = try store.tensor(at: "/readouts/lens/rank").values
    let lens = try store.tensor(at: "/readouts/lens/prob").values
    var (onTop, beyond) = (0, 0)
    for side in 0..<2 {
      for layer in 0..<layers {
        for position in 0..<positions {
          for example in 0..<examples {
            let cell = (side * layers + layer) * positions + position
            func at(_ place: Int) -> Int { (cell * 3 + place) * examples + example }
            let pair = run.prompts.set.pairs[example]
            guard position < pair.clean.count else {
              #expect(
                (0..<3).allSatisfy { tokens[at($0)] == -1 && texts[at($0)].isEmpty && probabilities[at($0)].isNaN })
              beyond += 1
              continue
            }
            #expect(probabilities[at(0)] >= probabilities[at(1)] && probabilities[at(1)] >= probabilities[at(2)])
            #expect(Set((0..<3).map { tokens[at($0)] }).count == 3)
            #expect(texts[at(0)] == run.prompts.strings([Int32(tokens[at(0)])])?[0])
            // If the answer is among the first three, it is at its rank, with the probability from the lens.
            let rank = Int(ranks[cell * examples + example])
            let answer = Int(pair.answers[0])
            for place in 0..<3 { #expect((tokens[at(place)] == answer) == (place == rank)) }
            if rank < 3 {
              #expect(abs(probabilities[at(rank)] - lens[cell * examples + example]) < 1e-6)
              onTop += 1
            }
          }
        }
      }
    }
    #expect(onTop > 0 && beyond > 0)
  }

  @Test func mistakesAreNamed() throws {
    let yaml = try GoldenExperiment("gpt2").yaml(name: "x", "readouts:\n  - {name: top, read: top_tokens, count: 900}")
    let many = #expect(throws: ExperimentError.self) {
      _ = try ExperimentRun(try Experiment(yaml: yaml, file: "x.yaml"))
    }
    #expect(
      many?.message.contains("the top 900 tokens were requested, but the vocabulary has") ?? false,
      "\(many?.message ?? "")")
    let error = #expect(throws: ExperimentError.self) {
      _ = try Experiment(yaml: Self.yaml.replacing("count: 3", with: "count: 0"), file: "x.yaml")
    }
    #expect(error?.message.contains("'readouts[1].count'") ?? false, "\(error?.message ?? "")")
    let other = #expect(throws: ExperimentError.self) {
      _ = try Experiment(
        yaml: Self.yaml.replacing("read: logit_lens", with: "read: logit_lens, count: 2"), file: "x.yaml")
    }
    #expect(other?.message.contains("'count'") ?? false, "\(other?.message ?? "")")
  }
}
