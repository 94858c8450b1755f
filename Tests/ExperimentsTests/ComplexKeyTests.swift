import Diagnostics
import Foundation
import Runs
import Testing

/// Keys that are not text: with aliases of aliases, a few hundred characters become a key that no machine can finish
/// reading.
@Suite struct ComplexKeyTests {
  private func refusal(_ yaml: String) -> String? {
    do {
      _ = try Experiment(yaml: yaml, file: "a.yaml")
      return nil
    } catch {
      return (error as? any DiagnosedError)?.message
    }
  }

  /// Thirty levels: a thousand million nodes in the last.
  private static let bomb = "[&c0 {x: y}" + (1...30).map { ", &c\($0) {a: *c\($0 - 1), b: *c\($0 - 1)}" }.joined()

  @Test(arguments: [
    ", {? *c30 : 1}]", ", {*c30 : 1}]", ", {[*c30]: 1}]", ", {[*c30]  # and\n : 1}]", ", {{a: *c30}: 1}]",
    ", {? [*c30] : 1}]", ", {?\n  *c30 : 1}]",
  ])
  func aKeyWithoutEndIsRefusedAtOnce(ending: String) throws {
    let start = ContinuousClock.now
    let message = try #require(refusal("name: x\nsweeps: \(Self.bomb)\(ending)\n"))
    #expect(
      message.contains("a key that is a list, a map or an alias cannot be used in a file that has aliases"),
      "\(message)")
    #expect(message.hasPrefix("a.yaml:"), "\(message)")
    #expect(ContinuousClock.now - start < .seconds(2))
  }

  /// As a value the same costs nothing: it is read one level at a time.
  @Test func aValueWithoutEndIsLookedAtOneLevelAtATime() throws {
    let start = ContinuousClock.now
    let message = try #require(refusal("name: x\nsweeps: \(Self.bomb)]\n"))
    #expect(message.contains("sweeps[0]") || message.contains("prompts"), "\(message)")
    #expect(ContinuousClock.now - start < .seconds(2))
  }

  @Test func aliasesMayBeUsedAsPeopleDo() throws {
    let experiment = try Experiment(
      yaml: """
        name: aliases
        prompts:
          pairs:
            - {clean: "Who? Mary", corrupted: "Who? John", answer: &a " Mary", wrong: &b " John"}
            - {clean: "What * is a & b [x]", corrupted: "Why? [y]", answer: *a, wrong: *b}
        metrics: &m [logit_diff, prob]
        sweeps: [{name: heads, site: z, over: [layer, head]}]
        """, file: "a.yaml")
    #expect(experiment.prompts.written.count == 2)
  }

  /// Without aliases, the reader itself can tell such keys apart.
  @Test func withoutAliasesTheMessageSaysWhatAKeyIs() throws {
    let message = try #require(refusal("name: x\n? [a, b]\n: 1\n"))
    #expect(!message.contains("aliases") && message.contains("a.yaml:2"), "\(message)")
  }
}
