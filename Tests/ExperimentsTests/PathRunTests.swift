import ActivationStore
import Foundation
import LabelledArrays
import Patching
import Runs
import Synchronization
import TestSupport
import Testing

/// Path sweeps from file to file: compared with the reference, and what is stored where there is nothing to compute.
@Suite struct PathRunTests {
  static func run(
    _ family: String, _ rest: String, in folder: TemporaryFolder
  ) throws -> (run: ExperimentRun, outcome: RunOutcome, results: ResultsReader) {
    let yaml = try GoldenExperiment(family).yaml(name: "paths", rest)
    let run = try ExperimentRun(Experiment(file: try folder.write("experiment.yaml", yaml)), threads: 2)
    let outcome = try run.run(into: folder.path)
    return (run, outcome, try ResultsReader(outcome.results))
  }

  static let heads = (0..<3).flatMap { layer in (0..<4).map { "\(layer).\($0)" } }

  @Test(arguments: ["denoise", "noise"]) func pathsAgreeWithTheReference(direction: String) throws {
    let golden = try GoldenModel("gpt2")
    let cases = try PathSweep.Freeze.allCases.flatMap { freeze in
      try golden.values.listing(of: "/path/\(direction)/\(freeze.rawValue)").datasets.map { (freeze.rawValue, $0) }
    }
    #expect(cases.count >= 8)
    func name(_ freeze: String, _ receiver: String) -> String {
      "\(freeze)-\(receiver)".replacing("+", with: "-").replacing(".", with: "-")
    }
    let sweeps = cases.map { freeze, receiver in
      "  - {name: \(name(freeze, receiver)), path: {senders: heads, receivers: ['\(receiver)'], freeze: \(freeze)}}"
    }
    let folder = try TemporaryFolder()
    let rest = "direction: \(direction)\nsweeps:\n\(sweeps.joined(separator: "\n"))"
    let (run, _, results) = try Self.run("gpt2", rest, in: folder)
    let base = try #require(run.baselines().base(run.experiment.direction)[.logitDiff])
    for (freeze, receiver) in cases {
      let sweep = try results.sweep(name(freeze, receiver))
      #expect(sweep.axes == [LabelledAxis("sender", .texts(Self.heads))])
      #expect(sweep.attributes["senders"] == .text("heads"))
      #expect(sweep.attributes["receivers"] == .texts([receiver]))
      #expect(sweep.attributes["freeze"] == .text(freeze))
      #expect(sweep.attributes["together"] == .integer(1))
      #expect(sweep.attributes["direction"] == .text(direction))
      #expect(sweep.attributes["method"] == .text("exact"))
      let values = try results.values(sweep: sweep.name, dataset: "logit_diff").values
      let reference = try golden.reference("/path/\(direction)/\(freeze)/\(receiver)").values
      #expect(largestDifference(values, reference) < 1e-4, "\(sweep.name)")
      let norms = try results.values(sweep: sweep.name, dataset: "change_norm").values
      let layer = receiver == "logits" ? 3 : try #require(Int(receiver.prefix(1)))
      for (sender, flag) in try results.flags(sweep: sweep.name, dataset: "has_path").enumerated() {
        #expect(flag == (sender / 4 < layer ? 1 : 0), "\(sweep.name) \(sender)")
        let own = sender * base.count..<(sender + 1) * base.count
        if flag == 0 { #expect(Array(values[own]) == base && norms[own].allSatisfy { $0 == 0 }) }
      }
      #expect(norms.contains { $0 > 0 })
    }
  }

  /// The reference has means over examples, and 0 where there is no path.
  @Test(arguments: [("gpt2", ["q", "k", "v"]), ("llama", ["q"]), ("qwen3", ["q"]), ("neox", ["v", "q", "k"])])
  func edgesAgreeWithTheReference(family: String, inputs: [String]) throws {
    let folder = try TemporaryFolder()
    let rest = "sweeps: [{name: e, path: {edges: heads, inputs: [\(inputs.joined(separator: ", "))]}}]"
    let (run, outcome, results) = try Self.run(family, rest, in: folder)
    let sweep = try results.sweep("e")
    #expect(sweep.axes.map(\.name) == ["sender_layer", "sender_head", "receiver_layer", "receiver_head", "input"])
    #expect(sweep.axes[4].labels == .texts(inputs))
    #expect(sweep.attributes["freeze"] == .text("heads+mlps"))
    #expect(sweep.attributes["inputs"] == .texts(inputs))
    let values = try results.values(sweep: "e", dataset: "logit_diff").values
    let flags = try results.flags(sweep: "e", dataset: "has_path")
    let base = try #require(run.baselines().corrupted[.logitDiff])
    let n = base.count
    let references = try inputs.map { try GoldenModel(family).reference("/direct_path/\($0)").values }
    #expect(flags.count == 144 * inputs.count)
    for (cell, flag) in flags.enumerated() {
      let own = Array(values[cell * n..<(cell + 1) * n])
      let reference = references[cell % inputs.count][cell / inputs.count]
      if flag == 1 {
        #expect(abs(own.reduce(0, +) / Float(n) - reference) < 1e-4, "cell \(cell)")
      } else {
        #expect(own == base && reference == 0, "cell \(cell)")
      }
    }
    #expect(flags.count { $0 == 1 } == 48 * inputs.count)
    let strongest = try #require(outcome.summaries.first?.strongest)
    #expect(strongest.allSatisfy { flags[$0.cell] == 1 && $0.labels.count == 5 && $0.labels[0] < $0.labels[2] })
    #expect(outcome.summaries[0].cells == flags.count)
  }

  /// Edges into keys and values of heads that share them: the same as one path sweep for each, and NaN where there is
  /// no such head.
  @Test(arguments: ["llama", "qwen3"]) func sharedKeysAndValues(family: String) throws {
    let folder = try TemporaryFolder()
    let rest = """
      sweeps:
        - {name: edges, path: {edges: heads, freeze: heads}}
        - {name: own, path: {senders: heads, receivers: [2.1.k, 1.0.v, 2.3.q], together: false}}
      """
    let (run, _, results) = try Self.run(family, rest, in: folder)
    let edges = try results.values(sweep: "edges", dataset: "logit_diff").values
    let norms = try results.values(sweep: "edges", dataset: "change_norm").values
    let flags = try results.flags(sweep: "edges", dataset: "has_path")
    let own = try results.values(sweep: "own", dataset: "logit_diff").values
    let ownFlags = try results.flags(sweep: "own", dataset: "has_path")
    #expect(try results.sweep("own").axes[1].labels == .texts(["2.1.k", "1.0.v", "2.3.q"]))
    let n = run.prompts.set.count
    for sender in 0..<12 {
      for (column, (layer, head, input)) in [(2, 1, 1), (1, 0, 2), (2, 3, 0)].enumerated() {
        let cell = ((sender * 3 + layer) * 4 + head) * 3 + input
        let ownCell = sender * 3 + column
        let (edge, path) = (edges[cell * n..<(cell + 1) * n], own[ownCell * n..<(ownCell + 1) * n])
        #expect(largestDifference(Array(edge), Array(path)) < 1e-5)
        #expect(flags[cell] == ownFlags[ownCell])
      }
      for receiver in 0..<12 {
        for input in 0..<3 {
          let cell = (sender * 12 + receiver) * 3 + input
          let isMissing = input > 0 && receiver % 4 >= 2
          let range = cell * n..<(cell + 1) * n
          #expect(edges[range].allSatisfy { $0.isNaN == isMissing })
          #expect(norms[range].allSatisfy { $0.isNaN == isMissing })
          if isMissing { #expect(flags[cell] == 0) }
        }
      }
    }
    #expect(run.total == (12 * 3 * 8 + 12 * 3) * n)
  }

  @Test func sendersOfEveryKind() throws {
    let folder = try TemporaryFolder()
    let rest = """
      sweeps:
        - {name: all, path: {senders: all, receivers: logits}}
        - {name: mlps, path: {senders: mlps, receivers: [mlp.1, 2.0.q]}}
        - {name: embed, path: {senders: embed, receivers: [0.0.q]}}
        - {name: list, path: {senders: ["1.1", "mlp.0+0.2", "embed"], receivers: [logits, 1.1.k], together: false}}
      """
    let (_, outcome, results) = try Self.run("gpt2", rest, in: folder)
    func senders(_ name: String) throws -> [String] { try results.sweep(name).axes[0].labels.texts }
    let blocks = (0..<3).flatMap { layer in (0..<4).map { "\(layer).\($0)" } + ["mlp.\(layer)"] }
    #expect(try senders("all") == ["embed"] + blocks)
    #expect(try senders("mlps") == ["mlp.0", "mlp.1", "mlp.2"])
    #expect(try results.flags(sweep: "mlps", dataset: "has_path") == [1, 1, 0])
    #expect(try senders("embed") == ["embed"])
    #expect(try senders("list") == ["1.1", "mlp.0+0.2", "embed"])
    #expect(try results.sweep("list").attributes["senders"] == .text("1.1, mlp.0+0.2, embed"))
    #expect(try results.flags(sweep: "list", dataset: "has_path") == [1, 0, 1, 1, 1, 1])
    #expect(outcome.summaries.map(\.axes) == [["sender"], ["sender"], ["sender"], ["sender", "receiver"]])
    // Only the MLPs that have a path are among the strongest.
    #expect(Set(outcome.summaries[1].strongest.map(\.labels)) == [["mlp.0"], ["mlp.1"]])
  }

  /// The change of a head at some positions; prompts without them are NaN.
  @Test func positions() throws {
    let folder = try TemporaryFolder()
    let yaml = """
      name: ragged
      model: \(SharedFolder.path("golden/gpt2"))
      prompts:
        pairs:
          - {clean_tokens: [1, 2, 3], corrupted_tokens: [1, 5, 3], answer_token: 4, wrong_token: 5}
          - {clean_tokens: [1, 2, 3, 4, 5], corrupted_tokens: [1, 5, 3, 4, 6], answer_token: 4, wrong_token: 5}
      sweeps:
        - {name: everywhere, path: {senders: ["0.0"], receivers: [1.0.q]}}
        - {name: spelt-out, path: {senders: ["0.0"], receivers: [1.0.q], sender_position: 0..-1, receiver_position: 0..-1}}
        - {name: first, path: {senders: ["0.0"], receivers: [1.0.q], sender_position: 0}}
        - {name: fourth, path: {senders: ["0.0"], receivers: [1.0.q], receiver_position: 3}}
        - {name: edges, path: {edges: heads, sender_position: [3, 4]}}
      """
    let run = try ExperimentRun(Experiment(file: try folder.write("experiment.yaml", yaml)))
    let outcome = try run.run(into: folder.path)
    let results = try ResultsReader(outcome.results)
    func values(_ sweep: String) throws -> [Float] { try results.values(sweep: sweep, dataset: "logit_diff").values }
    #expect(try values("everywhere") == values("spelt-out"))
    // The first token is the same in both runs.
    #expect(try values("first") == run.baselines().corrupted[.logitDiff])
    #expect(try results.values(sweep: "first", dataset: "change_norm").values == [0, 0])
    let fourth = try values("fourth")
    #expect(fourth[0].isNaN && fourth[1].isFinite)
    #expect(try results.values(sweep: "fourth", dataset: "change_norm").values[0].isNaN)
    for (index, value) in try values("edges").enumerated() { #expect(value.isNaN == (index % 2 == 0)) }
    #expect(outcome.summaries[3].strongest.map(\.examples) == [1])
    #expect(try results.sweep("fourth").attributes["receiver_position"] == .text("3"))
    #expect(try results.sweep("fourth").attributes["sender_position"] == .text("all"))
    #expect(try results.sweep("edges").attributes["sender_position"] == .text("3, 4"))
  }

  /// Senders in several runs and examples in several blocks give the same as one run.
  @Test(arguments: ["gpt2", "llama"]) func littleMemoryChangesNothing(family: String) throws {
    let folder = try TemporaryFolder()
    let pairs = (0..<90).map { index in
      let tokens = (0..<20).map { (index * 7 + $0 * 3) % 50 }
      return
        "{clean_tokens: \(tokens), corrupted_tokens: \(tokens.map { ($0 + 1) % 50 }), answer_token: 4, wrong_token: 5}"
    }
    func outcome(_ name: String, memory: Int?) throws -> RunOutcome {
      let yaml = """
        name: \(name)
        model: \(SharedFolder.path("golden/\(family)"))
        prompts: {pairs: [\(pairs.joined(separator: ", "))]}
        sweeps:
          - {name: edges, path: {edges: heads}}
          - {name: paths, path: {senders: all, receivers: [logits, 2.0.q], together: false}}
        """
      let experiment = try Experiment(file: try folder.write("\(name).yaml", yaml))
      let run = try ExperimentRun(experiment, threads: 2, memory: memory)
      let last = Mutex(0)
      let outcome = try run.run(into: folder.path) { progress in last.withLock { $0 = progress.done } }
      #expect(last.withLock { $0 } == run.total)
      return outcome
    }
    let (roomy, narrow) = (try outcome("roomy", memory: nil), try outcome("narrow", memory: 1 << 20))
    let (one, two) = (try ResultsReader(roomy.results), try ResultsReader(narrow.results))
    for sweep in ["edges", "paths"] {
      #expect(try one.flags(sweep: sweep, dataset: "has_path") == two.flags(sweep: sweep, dataset: "has_path"))
      for dataset in ["logit_diff", "change_norm"] {
        let (a, b) = (try one.values(sweep: sweep, dataset: dataset), try two.values(sweep: sweep, dataset: dataset))
        #expect(a.shape == b.shape)
        let pairs = zip(a.values, b.values).filter { !($0.isNaN && $1.isNaN) }
        #expect(largestDifference(pairs.map(\.0), pairs.map(\.1)) < 1e-4)
        #expect((pairs.count == a.values.count) == (family == "gpt2" || sweep == "paths"))
      }
    }
    #expect(roomy.summaries.map { $0.strongest.map(\.labels) } == narrow.summaries.map { $0.strongest.map(\.labels) })
  }
}
