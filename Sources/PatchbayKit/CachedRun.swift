import Execution
import Foundation
import ModelGraph
import Tensors
import Tokenization

/// A run of some prompts: the scores of what comes next, and the activations that were asked for.
public struct CachedRun: Sendable {
  /// [prompt][position]
  public let tokens: [[Int32]]
  /// The scores at each prompt's last token, [prompt, vocabulary].
  public let logits: Tensor
  /// What each edit of the run did, in the order they were given: how many numbers it wrote, and by how much it changed them.
  public var reports: [EditReport] { activations.reports }
  /// The names of the activations that were kept, in the order of computation.
  public var hooks: [HookName] { nodes.compactMap(\.hook) }
  private let activations: Activations
  private let nodes: [Node]
  private let tokenizer: Tokenizer?

  init(tokens: [[Int32]], logits: Tensor, activations: Activations, nodes: [Node], tokenizer: Tokenizer?) {
    self.tokens = tokens
    self.logits = logits
    self.activations = activations
    self.nodes = nodes
    self.tokenizer = tokenizer
  }

  /// One activation of one prompt: [position, features...], [head, destination, source] or [features...], as `patchbay hooks` lists its axes.
  /// - Parameters:
  ///   - hook: its name.
  ///   - prompt: which prompt, counted from 0.
  /// - Precondition: there is such a prompt.
  /// - Throws: `GraphError.noSuchHook` for one that was not kept, with the nearest that was.
  public func activation(_ hook: String, prompt: Int = 0) throws -> Tensor {
    guard let node = nodes.first(where: { $0.hook?.text == hook }) else {
      throw GraphError.noSuchHook(pattern: hook, family: "run", hooks: hooks.map(\.text))
    }
    let shape = Array(node.layout.sizes(examples: 1, positions: tokens[prompt].count).dropFirst())
    return activations.withExample(prompt, of: node) { Tensor(shape: shape, Array($0)) }
  }

  /// A token that may come next.
  public struct Candidate: Sendable, Hashable {
    public let token: Int32
    /// What it says; its id where there is no tokenizer.
    public let text: String
    public let logit: Float
    /// Of 1.
    public let probability: Double
  }

  /// The tokens with the highest scores after a prompt, highest first; of equal ones the lower id.
  /// - Precondition: there is such a prompt.
  public func top(_ count: Int, prompt: Int = 0) -> [Candidate] {
    let width = logits.shape[1]
    let own = logits.withValues { Array($0[prompt * width..<(prompt + 1) * width]) }
    let largest = Double(own.max() ?? 0)
    let sum = own.reduce(0) { $0 + exp(Double($1) - largest) }
    let order = own.indices.sorted { own[$0] != own[$1] ? own[$0] > own[$1] : $0 < $1 }
    return order.prefix(max(0, count)).map { index in
      Candidate(
        token: Int32(index), text: tokenizer?.tokenString(Int32(index)) ?? "\(index)", logit: own[index],
        probability: exp(Double(own[index]) - largest) / sum)
    }
  }
}
