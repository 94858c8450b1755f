import Diagnostics

extension DatasetError {
  public var message: String {
    switch self {
    case .unknownTask(let name):
      "there is no dataset '\(name)'" + suggestion(for: name, among: TaskDataset.allCases.map(\.rawValue))
    case .unknownCorruption(let name, let task, let known):
      "dataset '\(task)' has no corruption '\(name)'" + suggestion(for: name, among: known)
    case .unknownSplit(let name):
      "there is no split '\(name)'" + suggestion(for: name, among: DatasetSplit.allCases.map(\.rawValue))
    case .badCount(let count): "\(count) pairs cannot be drawn; give a count of 1 or more"
    case .nothingSuits(let task):
      "no pair of dataset '\(task)' suits the tokenizer: every answer has several tokens, or the prompts differ in length"
    }
  }
}
