import ActivationStore
import Foundation
import TestSupport
import Testing

/// `patchbay analyze`: the examples in the repository, what is written and what is refused.
@Suite struct AnalyzeTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  /// The numbers of a dataset and its axes' labels.
  private struct Labelled {
    let values: [Double]
    let axes: [[String]]

    init(_ file: String, _ dataset: String) throws {
      let store = try StoreReader(file, expecting: [.analysis])
      values = try store.numbers(at: dataset)
      let group = dataset.split(separator: "/").dropLast().map { "/\($0)" }.joined()
      axes = try store.describe(dataset).dimensions.map { try store.labels(at: "\(group)/\($0 ?? "")").texts }
    }

    /// The numbers at labels of the leading axes.
    func at(_ labels: String...) throws -> [Double] {
      var (start, count) = (0, values.count)
      for (axis, label) in labels.enumerated() {
        count /= axes[axis].count
        start += try #require(axes[axis].firstIndex(of: label), "\(label) of \(axes[axis])") * count
      }
      return Array(values[start..<start + count])
    }
  }

  /// A thing that the context gives a mind is most of the way to people in the upper layers; another is not.
  @Test func whenAThingIsTreatedAsSomeone() throws {
    let place = try Workplace()
    let finished = try Tool.run("analyze", "\(Self.root)/experiments/agency.yaml", "--output", place.out)
    #expect(finished.status == 0 && finished.errors.isEmpty, "\(finished.errors)")
    #expect(finished.output.contains("results: \(place.out)/agency.analysis.h5"))
    #expect(
      finished.output.hasSuffix(
        "\nreport: \(place.out)/agency.analysis/report.html\nnotebook: \(place.out)/agency.analysis/agency.analysis.ipynb\n"
      ))
    #expect(
      try place.written().filter { !$0.contains("/") } == [
        "agency.analysis", "agency.analysis.h5", "agency.contexts.cache.h5", "agency.subjects.cache.h5",
      ])
    let page = try String(contentsOfFile: "\(place.out)/agency.analysis/report.html", encoding: .utf8)
    for words in ["The analysis", "towards-persons: the way from one class to another", "mind-or-not: readers"] {
      #expect(page.contains(words), "\(words)")
    }
    let exported = try Tool.run("export", "\(place.out)/agency.analysis.h5", "--output", "\(place.path)/again")
    #expect(exported.status == 0, "\(exported.errors)")
    #expect(try String(contentsOfFile: "\(place.path)/again/agency.analysis/report.html", encoding: .utf8) == page)
    let file = "\(place.out)/agency.analysis.h5"
    let shares = try Labelled(file, "/analyses/towards-persons/share")
    let contexts = try StoreReader(file).texts(at: "/analyses/towards-persons/item_label")
    func mean(_ hook: String, _ position: String, _ context: String) throws -> Double {
      let all = try shares.at("contexts", hook, position)
      let own = contexts.indices.filter { contexts[$0] == context }.map { all[$0] }
      return own.reduce(0, +) / Double(own.count)
    }
    for layer in [3, 4] {
      let hook = "blocks.\(layer).hook_resid_post"
      #expect(try mean(hook, "{thing}", "mind") > 0.5)
      #expect(try mean(hook, "{thing}", "thing") < 0.1 && abs(mean(hook, "{thing}", "without")) < 0.1)
      // At its first mention the thing is a thing: the sentence is still to come.
      #expect(try mean(hook, "{thing} 1", "mind") < 0.2)
    }
    #expect(abs(try mean("hook_embed", "{thing}", "mind")) < 0.1)
    let accuracy = try Labelled(file, "/analyses/mind-or-not/accuracy")
    #expect(try accuracy.at("contexts", "blocks.4.hook_resid_post", "-1", "logistic") == [1])
    #expect(try accuracy.at("contexts", "hook_embed", "-1", "logistic")[0].isNaN)
    // Existing caches are not made again.
    let made = try FileManager.default.attributesOfItem(atPath: "\(place.out)/agency.contexts.cache.h5")
    let again = try Tool.run("analyze", "\(Self.root)/experiments/agency.yaml", "--output", place.out)
    #expect(again.output == finished.output)
    let kept = try FileManager.default.attributesOfItem(atPath: "\(place.out)/agency.contexts.cache.h5")
    #expect(made[.modificationDate] as? Date == kept[.modificationDate] as? Date)
  }

  @Test func whereAStoryKeepsGender() throws {
    let place = try Workplace()
    let finished = try Tool.run(
      "analyze", "\(Self.root)/experiments/gender.yaml", "--model", SharedFolder.path("models/stories260K"),
      "--output", place.out)
    #expect(finished.status == 0 && finished.errors.isEmpty, "\(finished.errors)")
    let accuracy = try Labelled("\(place.out)/gender.analysis.h5", "/analyses/readers/accuracy")
    func read(_ hook: String, _ position: String) throws -> Double {
      try accuracy.at("stories", hook, position, "logistic")[0]
    }
    #expect(try read("hook_embed", "{gender}") == 1 && read("blocks.4.hook_resid_post", "-1") >= 0.95)
    #expect(try read("blocks.0.hook_resid_post", "-1") < 0.7)
  }

  /// Several models in one file, each measured with its own centroids.
  @Test func modelsSideBySide() throws {
    let place = try Workplace()
    try Workplace.other(at: "\(place.path)/other")
    try place.write(
      "p.jsonl",
      "{\"tokens\": [1, 2, 3], \"k\": \"a\"}\n{\"tokens\": [3, 2, 1], \"k\": \"b\"}\n{\"tokens\": [2, 2], \"k\": \"a\"}\n{\"tokens\": [5, 4], \"k\": \"b\"}\n"
    )
    try place.write(
      "a.yaml",
      """
      name: two
      caches: [{name: c, model: [model, other], prompts: p.jsonl, hooks: ["blocks.*.hook_resid_post"]}]
      analyses:
        - {name: path, kind: trajectory, train: {labels: k, select: {caches: [c.model, c.other]}}, select: {caches: [c]}}
        - {name: alike, kind: similarity}
      """)
    let finished = try Tool.run("analyze", "a.yaml", "--output", "out", in: place.path)
    #expect(finished.status == 0, "\(finished.errors)")
    #expect(
      try place.written().filter { $0.hasSuffix(".h5") } == [
        "two.analysis.h5", "two.c.model.cache.h5", "two.c.other.cache.h5",
      ])
    let shares = try Labelled("\(place.out)/two.analysis.h5", "/analyses/path/share")
    for source in ["c.model", "c.other"] {
      let own = try shares.at(source, "blocks.1.hook_resid_post", "-1")
      #expect(abs(own[0] + own[2]) < 1e-4 && abs(own[1] + own[3] - 2) < 1e-4)
    }
    // For a list of files it must be stated that they are of different models.
    try place.write(
      "b.yaml",
      """
      name: two
      caches: [out/two.c.model.cache.h5, out/two.c.other.cache.h5]
      analyses: [{name: alike, kind: similarity}]
      """)
    let refused = try Tool.run("analyze", "b.yaml", "--output", "out", in: place.path)
    #expect(refused.status == 65)
    #expect(refused.errorLines.count == 1 && refused.errors.contains("come from different models"))
  }

  @Test func experimentsAnalyseTheirCache() throws {
    let place = try Workplace()
    let path = try place.experiment(
      (
        "cache: {",
        "labels: run\nanalyses: [{name: sides, kind: readers, methods: [mean-difference], redraws: 0, split: {train: 0.5}}]\ncache: {"
      ))
    let finished = try Tool.run("run", path, "--output", place.out)
    #expect(finished.status == 0, "\(finished.errors)")
    #expect(
      try place.written().filter { $0.hasSuffix(".h5") } == ["names.analysis.h5", "names.cache.h5", "names.h5"])
    #expect(finished.output.contains("analyses: \(place.out)/names.analysis.h5"))
    let store = try StoreReader("\(place.out)/names.analysis.h5")
    #expect(try store.integers(at: "/analyses/sides/trained") == [2, 2])
  }

  /// Everything that is written, of every kind and with every option, recomputed from the caches.
  @Test(.enabled(if: PythonReadsTests.interpreter != nil, PythonReadsTests.absence))
  func pythonFindsTheSame() throws {
    let python = try #require(PythonReadsTests.interpreter)
    let script = "\(Self.root)/scripts/python/check_analyze.py"
    let checked = try Tool.finish(try Tool.start(python, [script, Tool.path]))
    #expect(checked.status == 0, "\(checked.output.suffix(2000))\n\(checked.errors)")
    #expect(checked.output.split(separator: "\n").count { $0.contains(" compared ") } > 500)
  }

  static let refusals: [(String, String, Int32)] = [
    ("caches: [no.h5]", "a.yaml:2: 'no.h5': no such file", 66),
    ("caches: [p.jsonl]", "a.yaml:2: 'p.jsonl': not an HDF5 file", 65),
    ("caches: [{model: none, prompts: p.jsonl, hooks: x}]", "a.yaml:2: none: no such folder", 66),
    ("caches: [{model: model, prompts: no.jsonl, hooks: x}]", "a.yaml:2: no.jsonl: no such file", 66),
    (
      "caches: [{model: model, prompts: p.jsonl, hooks: hook_embd}]",
      "a.yaml:2: hook 'hook_embd': no activation of this patchbay model has that name (did you mean 'hook_embed'?)", 65
    ),
    (
      "caches: [c.h5]\nselect: {hooks: hook_resid}",
      "c.h5: no activation matches 'hook_resid'; it has blocks.0.hook_resid_post, hook_embed", 65
    ),
    ("caches: [c.h5]\nlabels: kind", "c.h5: prompts have no label 'kind' (one of: k, one)", 65),
    ("caches: [c.h5]\nlabels: one", "all examples are in the class 'same'; a direction needs two classes", 65),
    ("caches: [c.h5]", "an analysis of the kind 'readers' needs 'labels'", 65),
    (
      "caches: [c.h5]\nlabels: k\nselect: {positions: [4]}",
      "no prompt of c has the position 4; the first prompt has 3 tokens", 65
    ),
    ("caches: [c.h5]\nlabels: k\nselect: {examples: {n: [1, 3]}}", "prompts have no label 'n'", 65),
    ("caches: [c.h5]\nlabels: k\nsplit: {train: 0.99}", "the split leaves no example of the class 'a' for testing", 65),
  ]

  @Test(arguments: refusals.indices) func refused(index: Int) throws {
    let (head, message, status) = Self.refusals[index]
    let place = try Workplace()
    try place.write(
      "p.jsonl",
      "{\"tokens\": [1, 2, 3], \"k\": \"a\", \"one\": \"same\"}\n{\"tokens\": [3, 2, 1], \"k\": \"b\", \"one\": \"same\"}\n{\"tokens\": [2, 2], \"k\": \"a\", \"one\": \"same\"}\n{\"tokens\": [5, 4], \"k\": \"b\", \"one\": \"same\"}\n"
    )
    let cached = try Tool.run(
      "cache", "model", "--prompts", "p.jsonl", "--hooks", "hook_embed", "--hooks", "blocks.0.hook_resid_post",
      "--output",
      "c.h5", in: place.path)
    #expect(cached.status == 0, "\(cached.errors)")
    try place.write("a.yaml", "name: n\n\(head)\nanalyses: [{name: a, kind: readers, methods: [logistic]}]\n")
    let finished = try Tool.run("analyze", "a.yaml", "--output", "out", in: place.path)
    #expect(finished.status == status && finished.output.isEmpty)
    #expect(finished.errorLines.count == 1 && finished.errors.contains(message), "\(finished.errors)")
    #expect(try place.written().allSatisfy { !$0.hasSuffix("analysis.h5") && !$0.hasSuffix(".partial") })
  }
}

extension Workplace {
  /// Another model of the same shape.
  static func other(at folder: String) throws {
    var model = TinyModel()
    model.seed = 9
    try model.write(to: folder)
  }
}
