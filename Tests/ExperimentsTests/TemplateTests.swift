import ActivationStore
import BundledModels
import Datasets
import Diagnostics
import ExperimentFile
import Patching
import Runs
import TestSupport
import Testing
import Workbenches

/// Pairs that an experiment draws from a dataset.
@Suite struct TemplateTests {
  static func experiment(_ template: String, _ more: String = "cache: {hooks: [hook_embed]}") throws -> Experiment {
    try Experiment(
      yaml: "name: x\nmodel: bundled:ioi\nprompts: {template: {\(template)}}\n\(more)\n", file: "x.yaml")
  }

  @Test func decoding() throws {
    guard
      case .template(let spec) = try Self.experiment(
        "name: ioi, count: 5, seed: 3, corruption: random-name, split: training, aligned: true"
      ).prompts
    else {
      Issue.record("no template")
      return
    }
    #expect(
      spec
        == TemplateSpec(
          task: .ioi, count: 5, seed: 3, corruption: "random-name", split: .training, isAligned: true,
          place: spec.place))
    guard case .template(let plain) = try Self.experiment("name: greater-than").prompts else {
      Issue.record("no template")
      return
    }
    #expect(plain == TemplateSpec(task: .greaterThan, count: 64, place: plain.place))
  }

  @Test(arguments: [
    ("name: oi", "'prompts.template.name': there is no 'oi' (did you mean 'ioi'?)"),
    ("count: 5", "the key 'name' is missing in 'prompts.template' (the dataset)"),
    ("name: ioi, count: 0", "'prompts.template.count' is 0; it must be from 1 to 1000000"),
    ("name: ioi, seed: -1", "'prompts.template.seed' is -1; it must be 0 or more"),
    (
      "name: ioi, corruption: swap_subject",
      "'prompts.template.corruption': there is no 'swap_subject' (did you mean 'swap-subject'?)"
    ),
    ("name: ioi, split: held", "'prompts.template.split': there is no 'held' (one of: held-out, training, all)"),
    ("name: ioi, cuont: 3", "unknown key 'cuont' in 'prompts.template' (did you mean 'count'?)"),
  ])
  func wrongTemplates(template: String, message: String) {
    let error = #expect(throws: ExperimentError.self) { try Self.experiment(template) }
    #expect(error?.message.hasSuffix(message) == true, "\(error?.message ?? "")")
  }

  @Test func pairsAndTheirLabelsAreInTheResults() throws {
    let folder = try TemporaryFolder()
    let run = try ExperimentRun(
      try Self.experiment("name: ioi, count: 6, seed: 1", "sweeps: [{name: s, site: resid_pre, over: [layer]}]"))
    let outcome = try run.run(into: folder.path)
    let reader = try ResultsReader(outcome.results)
    let items = try TaskDataset.ioi.sample(count: 6, seed: 1).items
    let rows = try reader.prompts()
    #expect(rows.map(\.text) == items.map(\.clean))
    #expect(rows.map { $0.labels["order"] } == items.map { $0.labels.first { $0.name == "order" }?.value })
    #expect(try reader.header().attributes["prompts_drawn"] == .text("6 pairs of dataset ioi"))
  }

  @Test func severalAnswersAreKept() throws {
    let run = try ExperimentRun(try Self.experiment("name: greater-than, count: 4"))
    let pairs = run.prompts.set.pairs
    #expect(pairs.allSatisfy { $0.answers.count + $0.wrongs.count == 99 })
  }

  @Test func aModelWithoutTheWordsSaysSo() throws {
    let error = #expect(throws: ExperimentError.self) {
      _ = try ExperimentRun(
        try Self.experiment("name: ioi, count: 4"), model: ModelReference(SharedFolder.path("models/stories260K")))
    }
    #expect(error?.message.hasPrefix("x.yaml:3: no pair of dataset 'ioi' suits the tokenizer") == true)
  }
}
