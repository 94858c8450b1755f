import Checkpoints
import Execution
import ModelGraph
import Patching
import Tensors

/// Two transformers small enough to run with pencil and paper. Tests compare every patch effect with a fraction derived
/// by hand.
///
/// Tokens A B C D are 0 1 2 3. The clean prompt is A B C, the corrupted one B A D; the answer is token 0 and the wrong
/// one token 1.
public enum MicroModel {
  public static let clean: [Int32] = [0, 1, 2]
  public static let corrupted: [Int32] = [1, 0, 3]

  /// The pair, and the pair the other way round: when denoising, the second example shows what noising does to the
  /// first.
  public static let bothWays = PromptSet([pair(clean, corrupted), pair(corrupted, clean)])

  /// The same prompt on both sides; each example can only resample from the other.
  public static let unpaired = PromptSet([pair(corrupted, corrupted), pair(clean, clean)])

  private static func pair(_ clean: [Int32], _ corrupted: [Int32]) -> PromptSet.Pair {
    PromptSet.Pair(clean: clean, corrupted: corrupted, answers: [0], wrongs: [1])
  }

  /// Two layers of attention, two heads each of one feature, no norm, no positions, four features:
  ///
  ///     feature   a: what heads read     A 1, B -2, C 0, D 3
  ///               x: what heads write    0
  ///               k: key                 A 1, others 0
  ///               s: query               C 1, others 0
  ///
  /// Head 0.0 attends evenly (its queries and keys are 0), reads a and writes half of it to x. Head 0.1 has query 40 s
  /// and key k: from C it attends only to the A tokens (e^-40 is nothing), and evenly from any other token or if there
  /// is no A; it reads a and writes it to x. Heads 1.0 and 1.1 attend like 0.0 and 0.1, read x, and write it once and
  /// twice to x. The logit difference is a + x at the last token.
  ///
  /// Let mean and sel be what an even and a choosing head read from positions up to their own, and y be x after layer
  /// 0:
  ///
  ///     y = mean(a) / 2 + sel(a)        logit difference = a2 + y2 + mean(y) + 2 sel(y), all at position 2
  public static func attentionOnly(_ options: GraphOptions = GraphOptions()) -> Model {
    var spec = TransformerSpec(
      family: "patchbay", layers: 2, heads: 2, keyValueHeads: 2, dModel: 4, dHead: 1, dMlp: 0, vocabulary: 4,
      context: nil, norm: .init(kind: nil), activation: .relu, positions: .none)
    spec.attentionScale = 1
    return model(
      spec, options,
      [
        "embed.weight": [[1, 0, 1, 0], [-2, 0, 0, 0], [0, 0, 0, 1], [3, 0, 0, 0]],
        "blocks.0.attn.q.weight": [[0, 0, 0, 0], [0, 0, 0, 40]],
        "blocks.0.attn.k.weight": [[0, 0, 0, 0], [0, 0, 1, 0]],
        "blocks.0.attn.v.weight": [[1, 0, 0, 0], [1, 0, 0, 0]],
        "blocks.0.attn.o.weight": [[0, 0], [0.5, 1], [0, 0], [0, 0]],
        "blocks.1.attn.q.weight": [[0, 0, 0, 0], [0, 0, 0, 40]],
        "blocks.1.attn.k.weight": [[0, 0, 0, 0], [0, 0, 1, 0]],
        "blocks.1.attn.v.weight": [[0, 1, 0, 0], [0, 1, 0, 0]],
        "blocks.1.attn.o.weight": [[0, 0], [1, 2], [0, 0], [0, 0]],
        "unembed.weight": [[0.5, 0.5, 0, 0], [-0.5, -0.5, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]],
      ])
  }

  /// One layer with an MLP, learned positions and biases, no norm, three features:
  ///
  ///     feature   a: token and position  A 1, B -2, C 0, D 3, plus 0, 1, -1 by position
  ///               x: what attention writes
  ///               m: what the MLP writes
  ///
  /// Both heads attend evenly and read a; head 0.1's values have a bias of 1. They are written to x with weights 1 and
  /// -1/2, and attention's bias is 1/2, so that attn_out = mean(a) - (mean(a) + 1) / 2 + 1/2 = mean(a) / 2. There are
  /// three rectified neurons:
  ///
  ///     n0 = relu(a)   n1 = relu(3 x + 1)   n2 = relu(a - 3 x)   mlp_out = 2 n0 - n1 + n2 + 1/2 to m
  ///
  /// The logit difference is x + m at the last token.
  public static func withMLP(_ options: GraphOptions = GraphOptions()) -> Model {
    var spec = TransformerSpec(
      family: "patchbay", layers: 1, heads: 2, keyValueHeads: 2, dModel: 3, dHead: 1, dMlp: 3, vocabulary: 4,
      context: 3,
      norm: .init(kind: nil), activation: .relu, positions: .learned)
    spec.hasQueryKeyValueBias = true
    spec.hasOutputBias = true
    spec.hasMlpBias = true
    return model(
      spec, options,
      [
        "embed.weight": [[1, 0, 0], [-2, 0, 0], [0, 0, 0], [3, 0, 0]],
        "pos_embed.weight": [[0, 0, 0], [1, 0, 0], [-1, 0, 0]],
        "blocks.0.attn.v.weight": [[1, 0, 0], [1, 0, 0]],
        "blocks.0.attn.v.bias": [[0, 1]],
        "blocks.0.attn.o.weight": [[0, 0], [1, -0.5], [0, 0]],
        "blocks.0.attn.o.bias": [[0, 0.5, 0]],
        "blocks.0.mlp.in.weight": [[1, 0, 0], [0, 3, 0], [1, -3, 0]],
        "blocks.0.mlp.in.bias": [[0, 1, 0]],
        "blocks.0.mlp.out.weight": [[0, 0, 0], [0, 0, 0], [2, -1, 1]],
        "blocks.0.mlp.out.bias": [[0, 0, 0.5]],
        "unembed.weight": [[0, 0.5, 0.5], [0, -0.5, -0.5], [1, 0, 0], [0, 0, 0]],
      ])
  }

  /// Weights by name, row by row [outputs, inputs]; those left out are 0.
  private static func model(_ spec: TransformerSpec, _ options: GraphOptions, _ weights: [String: [[Float]]]) -> Model {
    let graph = spec.graph(options)
    precondition(Set(weights.keys).isSubset(of: graph.weights.map(\.name)), "a weight that the graph does not use")
    let matrices = graph.weights.map { declaration in
      let count = declaration.shape.reduce(1, *)
      let shape = declaration.shape.count == 1 ? [1, count] : declaration.shape
      return Tensor(shape: shape, weights[declaration.name]?.flatMap { $0 } ?? [Float](repeating: 0, count: count))
        .matrix
    }
    return Model(graph: graph, weights: Weights(matrices))
  }
}
