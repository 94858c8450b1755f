import Datasets
import Diagnostics
import ExperimentFile
import Tokenization
import Workbenches

/// `patchbay dataset`: prints prompt pairs, or the training text, one JSON object per line.
public struct DatasetCommand: Sendable {
  /// A dataset's name, or `text`.
  public let name: String
  public let count: Int
  public let seed: UInt64
  public let corruption: String?
  public let split: String
  /// A model whose tokenizer the pairs must suit; nil for any.
  public let model: String?
  /// Whether all pairs have the same frame.
  public let isAligned: Bool

  /// The name of the text, which is not a dataset of pairs.
  static let text = "text"

  public init(
    name: String, count: Int = 10, seed: UInt64 = 0, corruption: String? = nil,
    split: String = DatasetSplit.heldOut.rawValue, model: String? = nil, isAligned: Bool = false
  ) {
    self.name = name
    self.count = count
    self.seed = seed
    self.corruption = corruption
    self.split = split
    self.model = model
    self.isAligned = isAligned
  }

  /// - Throws: `DatasetError`, `ExperimentError`, `TokenizerError`, `ConsoleError`.
  public func run(on console: Console) throws {
    guard count > 0 else { throw DatasetError.badCount(count) }
    if name == Self.text {
      let text = GrammarText(seed: seed)
      for index in 0..<count { try console.print("{\"text\": \(jsonString(text.document(index)))}") }
      return
    }
    guard let task = TaskDataset(rawValue: name) else { throw DatasetError.unknownTask(name) }
    guard let split = DatasetSplit(rawValue: split) else { throw DatasetError.unknownSplit(split) }
    let own = try model.flatMap { try tokenizer(of: $0) }
    var tokens: ((String) throws -> [Int32])?
    if let own { tokens = { try own.encode($0, addSpecialTokens: false) } }
    let sample = try task.sample(
      count: count, seed: seed, corruption: corruption, split: split, isAligned: isAligned, tokens: tokens)
    for item in sample.items { try console.print(Self.line(item)) }
    console.note(sample.note(task, wanted: count))
  }

  private func tokenizer(of model: String) throws -> Tokenizer? {
    let reference = ModelReference(model)
    guard let tokenizer = try reference.tokenizer() else {
      throw ExperimentError.nested(nil, .badData, "\(try reference.folder()): it has no tokenizer")
    }
    return tokenizer
  }

  /// A pair as a line of a prompt file.
  static func line(_ item: DatasetItem) -> String {
    func tokens(_ texts: [String]) -> String {
      let all = texts.map(jsonString)
      return all.count == 1 ? all[0] : "[" + all.joined(separator: ", ") + "]"
    }
    var members = [("clean", jsonString(item.clean)), ("corrupted", jsonString(item.corrupted))]
    members += [("answer", tokens(item.answers)), ("wrong", tokens(item.wrongs))]
    members += item.labels.map { ($0.name, jsonString($0.value)) }
    return "{" + members.map { "\(jsonString($0.0)): \($0.1)" }.joined(separator: ", ") + "}"
  }
}
