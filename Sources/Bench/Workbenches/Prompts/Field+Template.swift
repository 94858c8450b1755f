import Datasets
import ExperimentFile

extension Field {
  /// The dataset from which pairs are drawn.
  package func template() throws -> TemplateSpec {
    let keys = try map(.template)
    let task = try keys.required("name").choice(TaskDataset.self)
    if let field = keys["corruption"] { _ = try field.choice(of: task.corruptions) }
    return TemplateSpec(
      task: task, count: try keys["count"].map { try $0.integer(from: 1, to: 1_000_000) } ?? 64,
      seed: try keys["seed"].map { UInt64(try $0.integer(from: 0)) } ?? 0,
      corruption: try keys["corruption"].map { try $0.text() },
      split: try keys["split"].map { try $0.choice(DatasetSplit.self) } ?? .heldOut,
      isAligned: try keys["aligned"].map { try $0.flag() } ?? false, place: place)
  }
}
