import ActivationStore
import Checkpoints
import Execution
import Foundation
import Patching
import Tensors

/// A small model with random weights and what reference libraries computed on it.
public struct GoldenModel {
  public static let families = withCircuits + ["llama3", "qwen2", "mistral", "gemma3", "olmo2", "phi3"] + byHooks
  /// Those of which circuits and derivatives are stored, too.
  public static let withCircuits = ["gpt2", "llama", "qwen3", "neox", "gemma2"]
  /// Those that are made with PyTorch hooks, since TransformerLens has no bridge for all of their variants.
  public static let byHooks = [
    "gptneo", "gptj", "opt", "opt-postnorm", "opt-plain", "falcon", "falcon-new", "falcon-new-onenorm",
    "falcon-sequential", "neox-sequential",
  ]

  public let name: String
  public let loaded: LoadedModel
  public let values: StoreReader

  public init(_ name: String) throws {
    self.name = name
    loaded = try LoadedModel(folder: SharedFolder.path("golden/\(name)"))
    values = try StoreReader(foreign: SharedFolder.path("golden/\(name)/golden.h5"))
  }

  /// `clean_tokens` or `corrupted_tokens`, a list for each example.
  public func tokens(_ run: String) throws -> [[Int32]] {
    let flat = try values.integers(at: "/\(run)_tokens").map(Int32.init)
    let examples = try examples()
    let length = flat.count / examples
    return (0..<examples).map { Array(flat[$0 * length..<($0 + 1) * length]) }
  }

  /// How many pairs of prompts there are.
  public func examples() throws -> Int { try values.integers(at: "/answer_token").count }

  public func prompts() throws -> PromptSet {
    let (clean, corrupted) = (try tokens("clean"), try tokens("corrupted"))
    let answers = try values.integers(at: "/answer_token")
    let wrongs = try values.integers(at: "/wrong_token")
    return PromptSet(
      answers.indices.map {
        PromptSet.Pair(
          clean: clean[$0], corrupted: corrupted[$0], answers: [Int32(answers[$0])], wrongs: [Int32(wrongs[$0])])
      })
  }

  /// The reference values about its circuits.
  public func circuits() throws -> StoreReader {
    try StoreReader(foreign: SharedFolder.path("golden/\(name)/circuits.h5"))
  }

  public func reference(_ path: String) throws -> Tensor { try values.tensor(at: path) }
}

/// The largest absolute difference; infinite if the sizes differ or one side is NaN.
public func largestDifference(_ a: [Float], _ b: [Float]) -> Float {
  guard a.count == b.count else { return .infinity }
  return zip(a, b).reduce(0) { worst, pair in
    if pair.0 == pair.1 { return worst }
    let difference = abs(pair.0 - pair.1)
    return difference.isNaN ? .infinity : max(worst, difference)
  }
}
