import ExperimentFile
import Interventions
import Patching
import Runs
import Testing

@Suite struct DecodingTests {
  static let pair = "{clean: a, corrupted: b, answer: c, wrong: d}"

  /// A whole experiment around some sweeps, whose first line is line 4.
  static func sweeps(_ lines: String) -> String { "name: x\nprompts: {pairs: [\(pair)]}\nsweeps:\n\(lines)\n" }

  static func decode(_ yaml: String) throws -> Experiment { try Experiment(yaml: yaml, file: "x.yaml") }

  static func sweep(_ keys: String) throws -> Sweep {
    try #require(try decode(sweeps("  - {name: s, \(keys)}")).sweeps.first?.sweep)
  }

  @Test func everyKeyArrives() throws {
    let yaml = """
      name: ioi-denoise_1
      model: ../models/gpt2
      prompts:
        pairs:
          - clean: "When Mary"
            corrupted: "When John"
            answer: " Mary"
            wrong: [" John", " Tom"]
          - {clean_tokens: [1, 2], corrupted_tokens: [1, 3], answer_token: 4, wrong_token: [5, 6]}
      prepend_bos: true
      direction: noise
      metrics: [kl, logit_diff]
      sweeps:
        - {name: heads, site: z, over: [layer, head]}
        - name: steer
          site: resid_pre
          over: [layer]
          position: "-3..-1"
          edit: {add: {from: difference, coefficient: [0.5, 1]}}
      cache: {hooks: ["blocks.*.hook_resid_post"], runs: [clean]}
      """
    let experiment = try Experiment(yaml: yaml, file: "experiments/x.yaml")
    #expect(experiment.name == "ioi-denoise_1")
    #expect(experiment.model == .folder(written: "../models/gpt2", path: "experiments/../models/gpt2"))
    #expect(experiment.prependBOS == .always)
    #expect(experiment.direction == .noise)
    #expect(experiment.metrics == [.kl, .logitDiff])
    #expect(experiment.text == yaml)
    let (first, second) = (experiment.prompts.written[0], experiment.prompts.written[1])
    #expect(first.clean == .text("When Mary"))
    #expect(first.corrupted == .text("When John"))
    #expect(first.answers == [.text(" Mary")])
    #expect(first.wrongs == [.text(" John"), .text(" Tom")])
    #expect(first.place == Place(file: "experiments/x.yaml", line: 5))
    #expect(second.clean == .tokens([1, 2]))
    #expect(second.corrupted == .tokens([1, 3]))
    #expect(second.answers == [.id(4)])
    #expect(second.wrongs == [.id(5), .id(6)])
    #expect(experiment.sweeps.map(\.name) == ["heads", "steer"])
    #expect(
      experiment.sweeps[0].sweep == (try Sweep(name: "heads", site: Site(.z), over: [.site(.layer), .site(.head)])))
    let steer = try #require(experiment.sweeps[1].sweep)
    #expect(steer.over == [.site(.layer), .coefficient])
    #expect(steer.edit == .add(.difference, coefficients: [0.5, 1]))
    #expect(steer.site[.position] == .items([.range(-3, -1)]))
    #expect(experiment.cache?.hooks == ["blocks.*.hook_resid_post"])
    #expect(experiment.cache?.runs == [.clean])
  }

  @Test func whatIsLeftOutHasItsDefault() throws {
    let experiment = try Self.decode(Self.sweeps("  - {name: s, site: z, over: [layer]}"))
    #expect(experiment.model == nil)
    #expect(experiment.prependBOS == .automatic)
    #expect(experiment.direction == .denoise)
    #expect(experiment.metrics == [.logitDiff])
    #expect(experiment.cache == nil)
    #expect(experiment.sweeps[0].sweep?.edit == .patch)
  }

  @Test(
    arguments: [
      ("3", .index(3)), ("-1", .index(-1)), ("all", .all), ("[1, 3]", .items([.index(1), .index(3)])),
      ("2..5", .items([.range(2, 5)])), ("'-3..-1'", .items([.range(-3, -1)])), ("1..-1", .items([.range(1, -1)])),
      ("[0, 2..3]", .items([.index(0), .range(2, 3)])), ("[0, -1]", .items([.index(0), .index(-1)])),
      ("4..4", .items([.range(4, 4)])),
    ] as [(String, Selector)])
  func narrowing(written: String, selector: Selector) throws {
    // The pattern determines which hooks are meant.
    for axis in SiteAxis.allCases where axis != .site {
      let site = SiteName.allCases.first { $0.axes.contains(axis) && $0.axes.count > 1 }
      let name = site ?? .hook("embedder.block1.conv_out")
      let over = try #require(name.layerAxis).rawValue
      let sweep = try Self.sweep("site: \(name.rawValue), over: [\(over)], \(axis.rawValue): \(written)")
      #expect(sweep.site[axis] == selector, "\(axis)")
    }
  }

  @Test(
    arguments: [
      ("patch", .patch), ("zero", .zero), ("mean", .mean), ("resample", .resample(seed: 0)),
      ("{resample: {seed: 3}}", .resample(seed: 3)), ("{resample: {}}", .resample(seed: 0)), ("{scale: 2}", .scale(2)),
      ("{clamp: {min: -1, max: 2}}", .clamp(min: -1, max: 2)), ("{clamp: {max: 0.5}}", .clamp(max: 0.5)),
      ("{scale: -0.5}", .scale(-0.5)), ("{add: {from: difference}}", .add(.difference, coefficients: [1])),
      ("{add: {from: difference, coefficient: 2}}", .add(.difference, coefficients: [2])),
    ] as [(String, Edit)])
  func edits(written: String, edit: Edit) throws {
    #expect(try Self.sweep("site: z, over: [layer], edit: \(written)").edit == edit)
  }

  @Test func everySiteAndMetricCanBeNamed() throws {
    for site in SiteName.allCases {
      let axis = try #require(site.axes.first)
      #expect(try Self.sweep("site: \(site.rawValue), over: [\(axis.rawValue)]").site.name == site)
    }
    for metric in Metric.allCases {
      let yaml = "metrics: [\(metric.rawValue)]\n" + Self.sweeps("  - {name: s, site: z, over: [layer]}")
      #expect(try Self.decode(yaml).metrics == [metric])
    }
  }

  @Test func wordsThatOldYAMLTookForTruthAreText() throws {
    let yaml = """
      name: x
      prompts: {pairs: [{clean: no, corrupted: "off", answer: yes, wrong: "5"}]}
      cache: {hooks: ["*"]}
      """
    let prompt = try Self.decode(yaml).prompts.written[0]
    #expect(prompt.clean == .text("no"))
    #expect(prompt.answers == [.text("yes")])
    #expect(prompt.wrongs == [.text("5")])
  }
}
