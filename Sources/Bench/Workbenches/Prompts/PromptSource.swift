import Datasets
import ExperimentFile
import Tokenization

/// The source of an experiment's prompt pairs.
public enum PromptSource: Sendable {
  /// Written in the experiment file, or in the prompt file that it names.
  case written([PromptSpec])
  /// Drawn from a dataset; which pairs are suitable depends on the model's tokenizer.
  case template(TemplateSpec)
  /// Mazes, for a policy.
  case mazes(MazeSpec)

  /// The written pairs; empty if they are drawn.
  public var written: [PromptSpec] {
    if case .written(let pairs) = self { pairs } else { [] }
  }
}

/// Prompt pairs that an experiment file draws from a dataset.
public struct TemplateSpec: Sendable, Hashable {
  public let task: TaskDataset
  public let count: Int
  public let seed: UInt64
  /// nil for the dataset's first.
  public let corruption: String?
  public let split: DatasetSplit
  /// Whether all pairs have the same frame, so that positions mean the same in all.
  public let isAligned: Bool
  public let place: Place

  public init(
    task: TaskDataset, count: Int, seed: UInt64 = 0, corruption: String? = nil, split: DatasetSplit = .heldOut,
    isAligned: Bool = false,
    place: Place
  ) {
    self.task = task
    self.count = count
    self.seed = seed
    self.corruption = corruption
    self.split = split
    self.isAligned = isAligned
    self.place = place
  }

  /// Draws pairs that are suitable for a tokenizer.
  /// - Parameter folder: the model's folder, for messages.
  /// - Returns: the pairs, and a note on how many there are and why others were left out.
  /// - Throws: `ExperimentError` at the template's line.
  package func pairs(tokenizer: Tokenizer?, folder: String) throws -> (pairs: [PromptSpec], note: String) {
    let sample = try sample(tokenizer: tokenizer, folder: folder)
    let pairs = sample.items.map { item in
      PromptSpec(
        clean: .text(item.clean), corrupted: .text(item.corrupted), answers: item.answers.map { .text($0) },
        wrongs: item.wrongs.map { .text($0) },
        labels: Dictionary(uniqueKeysWithValues: item.labels.map { ($0.name, $0.value) }), place: place)
    }
    return (pairs, sample.note(task, wanted: count))
  }

  /// Draws items that are suitable for a tokenizer.
  /// - Throws: as `pairs`.
  package func sample(tokenizer: Tokenizer?, folder: String) throws -> DatasetSample {
    do {
      guard let tokenizer else {
        throw FileProblem.needsTokenizer(key: "template", folder: folder, instead: "pairs of token ids")
      }
      return try task.sample(count: count, seed: seed, corruption: corruption, split: split, isAligned: isAligned) {
        try tokenizer.encode($0, addSpecialTokens: false)
      }
    } catch let problem as FileProblem {
      throw ExperimentError.inFile(place, problem)
    } catch {
      throw ExperimentError.wrapping(error, at: place)
    }
  }
}

extension DatasetSample {
  /// How many pairs were kept, and why others were left out.
  package func note(_ task: TaskDataset, wanted: Int) -> String {
    var note = "\(items.count) \(items.count == 1 ? "pair" : "pairs") of dataset \(task.rawValue)"
    if items.count < wanted { note += " (\(wanted) were requested, but there are no more)" }
    let reasons = leftOut.map { "\($0.count) left out: \($0.reason.rawValue)" }
    return ([note] + reasons).joined(separator: "; ")
  }
}
