import ActivationStore
import LabelledArrays

extension NotebookBuilder {
  /// The run that is shown: the clean one, if the file has it.
  func firstRun(_ values: LabelledArray) -> (name: String, index: Int)? {
    guard let axis = values.axis(Schema.Axis.run), axis.count > 0 else { return nil }
    let index = axis.labels.firstIndex(of: .text("clean")) ?? 0
    return (axis.labels.texts[index], index)
  }
}
