import ActivationStore
import Analyses
import Analysis
import ExperimentFile
import Foundation
import Interventions
import Runs
import TestSupport
import Testing

/// Analysis files: what is read, what is refused, and the messages.
@Suite struct AnalysisDecodingTests {
  static func read(_ text: String, folder: String = "") throws -> AnalysisFile {
    try AnalysisFile(yaml: text, file: folder.isEmpty ? "a.yaml" : "\(folder)/a.yaml")
  }

  @Test func everythingThatCanBeSaid() throws {
    let folder = try TemporaryFolder()
    try folder.write("labels.csv", "example,\"si,de\"\r\n1,\"a \"\"b\"\"\"\r\n0,c\r\n")
    try folder.write("v.json", "[1, 2]")
    let file = try Self.read(
      """
      name: all
      caches:
        - one.cache.h5
        - {name: two, file: sub/two.h5}
        - {name: made, model: [bundled:ioi, m/x, n/x], prompts: p.jsonl, hooks: ["hook_embed"], prepend_bos: true}
        - {model: bundled:ioi, prompts: {template: {name: ioi, count: 4}}, hooks: "*"}
      labels: kind
      classes: [thing, 7]
      split: {train: 0.5, by: thing, seed: 3}
      select:
        caches: [one, two]
        runs: [corrupted]
        hooks: ["*resid*"]
        layers: 1..2
        heads: all
        positions: [0, -1, mean, "{subject}", {token: " lamp", occurrence: 2}, {span: object, at: first}]
        examples: {kind: thing, n: [1, 2]}
      limit: 100
      across_models: true
      analyses:
        - {name: a, kind: readers, methods: [leace, random], penalty: 2, shrinkage: 0, pairs: id, redraws: 9, curve: [8, 2], draws: 4, influence: true}
        - {name: b.2, kind: probes, target: numbers, penalty: 3, control: token, redraws: 0, labels: {file: labels.csv, column: "si,de"}}
        - {name: c, kind: components, count: 4, project: false, labels: run, select: {positions: [every]}}
        - {name: d, kind: clusters, methods: [average], count: 4, restarts: 2, seed: 5}
        - {name: e, kind: trajectory, train: {labels: kind, classes: [x, y], select: {positions: [-1]}}, method: leace}
        - {name: f, kind: units, along: a, method: random, top: 2, bins: 0, threshold: -1}
        - {name: g, kind: units, along: v.json}
        - {name: h, kind: units, units: [1, 2]}
        - {name: i, kind: norms, threshold: 3}
        - {name: j, kind: separation, silhouette: false}
        - {name: k, kind: similarity}
        - {name: l, kind: matrix}
      """, folder: folder.path)
    #expect(file.name == "all" && file.acrossModels && file.caches.count == 4)
    guard case .file("one", "\(folder.path)/one.cache.h5", _) = file.caches[0],
      case .file("two", "\(folder.path)/sub/two.h5", _) = file.caches[1], case .made(let made) = file.caches[2],
      case .made(let drawn) = file.caches[3]
    else {
      Issue.record("caches: \(file.caches)")
      return
    }
    #expect(made.names == ["made.ioi", "made.x", "made.x-2"] && made.prependBOS == .always)
    #expect(drawn.names == ["cache"] && drawn.hooks == ["*"])
    let a = file.analyses[0]
    #expect(a.labels == LabelSpec(.key("kind"), classes: ["thing", "7"]) && a.limit == 100)
    #expect(a.split == SplitSpec(train: 0.5, by: "thing", seed: 3))
    #expect(
      a.select
        == SelectionSpec(
          caches: ["one", "two"], runs: [.corrupted], hooks: ["*resid*"], layers: .items([.range(1, 2)]), heads: .all,
          positions: [
            .index(0), .index(-1), .mean, .span(label: "subject", occurrence: -1, edge: .last),
            .token(" lamp", occurrence: 2), .span(label: "object", occurrence: -1, edge: .first),
          ], examples: ["kind": ["thing"], "n": ["1", "2"]]))
    guard case .readers(let options, let methods) = a.kind else { return }
    #expect(methods == [.leace, .random] && options.curve == [2, 8] && options.pairs == "id" && options.influence)
    #expect(options.penalty == 2 && options.shrinkage == 0 && options.redraws == 9 && options.draws == 4)
    // Its own labels have their own classes.
    #expect(
      file.analyses[1].labels == LabelSpec(.column("si,de", values: [1: "a \"b\"", 0: "c"])))
    #expect(file.analyses[2].labels == LabelSpec(.run) && file.analyses[2].select.positions == [.every])
    #expect(file.analyses[2].select.hooks == ["*resid*"])
    guard case .trajectory(let trajectory) = file.analyses[4].kind else { return }
    #expect(trajectory.method == .leace && trajectory.labels.classes == ["x", "y"])
    #expect(
      trajectory.select == SelectionSpec(hooks: ["*resid*"], layers: .items([.range(1, 2)]), positions: [.index(-1)]))
    guard case .units(let units, .readers("a", .random)?) = file.analyses[5].kind else { return }
    #expect(units.top == 2 && units.bins == 0 && units.threshold == -1)
    guard case .units(_, .file([[1, 2]], isByLayer: false)?) = file.analyses[6].kind else {
      Issue.record("\(file.analyses[6].kind)")
      return
    }
  }

  @Test func defaults() throws {
    let file = try Self.read("{name: n, caches: x.cache.h5, analyses: [{name: a, kind: readers}]}")
    let analysis = file.analyses[0]
    #expect(!file.acrossModels && analysis.labels == nil && analysis.split == SplitSpec())
    #expect(analysis.select == SelectionSpec() && analysis.limit == 50_000)
    guard case .readers(let options, nil) = analysis.kind else { return }
    #expect(options.penalty == 1 && options.shrinkage == 0.1 && options.redraws == 1000 && options.curve.isEmpty)
  }

  /// What replaces `analyses: ...` or precedes it, and the message.
  static let refusals: [(String, String)] = [
    ("", "a.yaml:1: the key 'analyses' is missing (what is computed)"),
    ("analyses: []", "a.yaml:3: 'analyses' is empty; give at least one of analyses"),
    (
      "analyses: [{name: a}]",
      "a.yaml:3: the key 'kind' is missing in 'analyses[0]' (readers, probes, components, separation, clusters, similarity, norms, trajectory, units or matrix)"
    ),
    (
      "analyses: [{name: a, kind: reader}]",
      "a.yaml:3: 'analyses[0].kind': there is no 'reader' (did you mean 'readers'?)"
    ),
    (
      "analyses: [3]",
      "a.yaml:3: 'analyses[0]' must be an analysis: a map with name, kind and what that needs, not the number 3"
    ),
    (
      "analyses: [{name: a b, kind: norms}]",
      "a.yaml:3: 'analyses[0].name' is 'a b'; it must be letters, digits, -, _ and points only"
    ),
    (
      "analyses: [{name: a, kind: norms, count: 3}]",
      "a.yaml:3: unknown key 'count' in 'analyses[0]' (one of: name, kind, labels, classes, split, select, limit, threshold)"
    ),
    (
      "analyses: [{name: a, kind: norms}, {name: a, kind: norms}]",
      "a.yaml:3: an analysis named 'a' is already defined at line 3"
    ),
    ("analyses: [{name: a, kind: units, along: r}]", "a.yaml:3: 'analyses[0].along': there is no 'r'"),
    ("analyses: [{name: a, kind: units, along: v.npy}]", "a.yaml:3: v.npy: no such file"),
    (
      "analyses: [{name: a, kind: units, method: leace}]",
      "a.yaml:3: 'method' cannot be combined with 'units' in 'analyses[0]'"
    ),
    (
      "analyses: [{name: a, kind: trajectory}]",
      "a.yaml:3: the key 'train' is missing in 'analyses[0]' (where centroids come from)"
    ),
    ("analyses: [{name: a, kind: readers, penalty: 0}]", "a.yaml:3: 'analyses[0].penalty' is 0.0; it must be above 0"),
    ("analyses: [{name: a, kind: readers, curve: [2, 2]}]", "a.yaml:3: 'analyses[0].curve' has '2' twice"),
    (
      "analyses: [{name: a, kind: readers, shrinkage: 2}]",
      "a.yaml:3: 'analyses[0].shrinkage' is 2.0; it must be from 0.0 to 1.0"
    ),
    (
      "split: {train: 1}\nanalyses: [{name: a, kind: norms}]",
      "a.yaml:3: 'split.train' is 1.0; it must be between 0 and 1, both excluded"
    ),
    (
      "select: {positions: [every, 1]}\nanalyses: [{name: a, kind: norms}]",
      "a.yaml:3: 'select.positions': 'every' makes each token an example, and cannot be combined with other positions"
    ),
    (
      "select: {positions: [lamp]}\nanalyses: [{name: a, kind: norms}]",
      "a.yaml:3: 'select.positions[0]' must be a number, mean, every, \"{label}\", or a map with token or span, not the text 'lamp'"
    ),
    (
      "select: {positions: [{token: a, occurrence: 0}]}\nanalyses: [{name: a, kind: norms}]",
      "a.yaml:3: 'select.positions[0].occurrence' is 0; it must be 1 or more, or counted from the end: -1, -2"
    ),
    (
      "select: {runs: [clan]}\nanalyses: [{name: a, kind: norms}]",
      "a.yaml:3: 'select.runs[0]': there is no 'clan' (did you mean 'clean'?)"
    ),
    ("classes: [a, a]\nanalyses: [{name: a, kind: norms}]", "a.yaml:3: 'classes' has 'a' twice"),
    ("labels: {file: no.csv, column: x}\nanalyses: [{name: a, kind: norms}]", "a.yaml:3: no.csv: no such file"),
    (
      "labels: {file: no.csv}\nanalyses: [{name: a, kind: norms}]",
      "a.yaml:3: the key 'column' is missing in 'labels' (a column of the CSV file)"
    ),
    (
      "labels: 3\nanalyses: [{name: a, kind: norms}]",
      "a.yaml:3: 'labels' must be the name of a label, run, cache, token, position, or a map with key, or file and column, not the number 3"
    ),
  ]

  @Test(arguments: refusals.indices) func refused(index: Int) {
    let (rest, message) = Self.refusals[index]
    do {
      _ = try Self.read("name: n\ncaches: [x.h5]\n\(rest)\n")
      Issue.record("read: \(rest)")
    } catch {
      #expect((error as? ExperimentError)?.message == message)
      #expect((error as? ExperimentError)?.kind == (message.hasSuffix("no such file") ? .inputNotFound : .badData))
    }
  }

  @Test(arguments: [
    ("[{name: a}]", "exactly one of file, model is needed in 'caches[0]'; there is none"),
    ("[{file: a.h5, hooks: x}]", "'hooks' cannot be combined with 'file' in 'caches[0]'"),
    (
      "[{model: m, hooks: x}]",
      "the key 'prompts' is missing in 'caches[0]' (a JSONL file of prompts, or {template: ...})"
    ),
    ("[a.h5, x/a.cache.h5]", "a cache named 'a' is already defined at line 2; give one of them another 'name'"),
    ("[{name: a/b, file: x}]", "'caches[0].name' is 'a/b'; it must be letters, digits, -, _ and points only"),
  ])
  func cachesRefused(caches: String, message: String) {
    do {
      _ = try Self.read("name: n\ncaches: \(caches)\nanalyses: [{name: a, kind: norms}]\n")
      Issue.record("read: \(caches)")
    } catch {
      #expect((error as? ExperimentError)?.message == "a.yaml:2: \(message)")
    }
  }

  @Test(arguments: [
    ("", "t.csv:1: the table is empty; its first line must name the columns"),
    ("a,b\n1\n", "t.csv:2: the line has 1 cell and the header 2"),
    ("alpha,beta\n1,2\n", "t.csv:1: there is no column 'x' (one of: alpha, beta)"),
    ("x\n\"1\n2\n", "t.csv:2: the quoted cell that begins here is never closed"),
    ("example,x\n0,a\n0,b\n", "t.csv:3: 'example' has '0' twice"),
    ("example,x\n-1,a\n", "t.csv:2: 'example' is '-1'; it must be a prompt's number, from 0"),
  ])
  func tablesRefused(table: String, message: String) throws {
    let folder = try TemporaryFolder()
    try folder.write("t.csv", table)
    do {
      _ = try Self.read(
        "name: n\ncaches: [x.h5]\nlabels: {file: t.csv, column: x}\nanalyses: [{name: a, kind: norms}]\n",
        folder: folder.path)
      Issue.record("read: \(table)")
    } catch {
      #expect((error as? ExperimentError)?.message == "\(folder.path)/\(message)")
    }
  }

  @Test func experimentsHaveThemToo() throws {
    let head = """
      name: e
      prompts: {pairs: [{clean_tokens: [1], corrupted_tokens: [2], answer_token: 1, wrong_token: 2}]}

      """
    let cache = "cache: {hooks: [\"*\"]}\n"
    let file = try Experiment(
      yaml: head + cache + "labels: kind\nanalyses: [{name: a, kind: separation}]\n", file: "e.yaml")
    #expect(file.analyses.map(\.labels) == [LabelSpec(.key("kind"))])
    for (text, message) in [
      (
        head + "analyses: [{name: a, kind: norms}]\n",
        "e.yaml:3: 'analyses' need cached activations; give the key 'cache' too"
      ),
      (
        head + cache + "split: {seed: 1}\n",
        "e.yaml:4: 'split' applies to analyses only, but there are none; give the key 'analyses'"
      ),
    ] {
      do {
        _ = try Experiment(yaml: text, file: "e.yaml")
        Issue.record("read")
      } catch {
        #expect((error as? ExperimentError)?.message == message)
      }
    }
  }
}
