import Checkpoints
import Diagnostics
import Execution
import ModelGraph
import Patching
import Tensors

/// A model of any spec with random weights, the same for the same seed and weight names, whatever the graph's options.
public func randomModel(_ spec: TransformerSpec, _ options: GraphOptions = GraphOptions(), seed: UInt64 = 1) -> Model {
  let graph = spec.graph(options)
  let matrices = graph.weights.map { declaration -> Matrix in
    let isVector = declaration.shape.count == 1
    let columns = declaration.shape[isVector ? 0 : 1]
    let rows = isVector ? 1 : declaration.shape[0]
    var generator = SplitMix64(seed: declaration.name.utf8.reduce(seed) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 })
    return Tensor(shape: [rows, columns]) { out in
      let range = Range(of: declaration, spec: spec)
      for i in out.indices { (out.baseAddress! + i).initialize(to: .random(in: range.bounds, using: &generator)) }
    }.matrix
  }
  return Model(graph: graph, weights: Weights(matrices))
}

/// A conv policy whose weights are random numbers, wide enough that activations stay near 1.
public func randomModel(_ spec: ImpalaSpec, seed: UInt64 = 1) -> Model {
  let graph = spec.graph()
  let matrices = graph.weights.map { declaration -> Matrix in
    let inputs = declaration.shape.dropFirst().reduce(1, *)
    var generator = SplitMix64(seed: declaration.name.utf8.reduce(seed) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 })
    let limit = declaration.shape.count == 1 ? 0.2 : (3 / Float(inputs)).squareRoot()
    let (rows, columns) = declaration.shape.count == 1 ? (1, declaration.shape[0]) : (declaration.shape[0], inputs)
    return Tensor(
      shape: [rows, columns], (0..<rows * columns).map { _ in .random(in: -limit...limit, using: &generator) }
    ).matrix
  }
  return Model(graph: graph, weights: Weights(matrices))
}

/// Random pictures, [count, channel, row, column].
public func randomPictures(_ count: Int, _ spec: ImpalaSpec, seed: UInt64 = 5) -> Tensor {
  var generator = SplitMix64(seed: seed)
  let shape = [count, spec.channels, spec.size, spec.size]
  return Tensor(shape: shape, (0..<shape.reduce(1, *)).map { _ in .random(in: 0...1, using: &generator) })
}

/// The range from which a weight's numbers are drawn, such that activations stay near 1 and patches matter.
private struct Range {
  let bounds: ClosedRange<Float>

  init(of declaration: WeightDeclaration, spec: TransformerSpec) {
    let name = declaration.name
    if name.hasSuffix(".bias") {
      bounds = -0.4...0.4
    } else if declaration.shape.count == 1 {
      let middle = 1 - (name.contains("attn.") ? 0 : spec.norm.gainOffset)
      bounds = middle - 0.5...middle + 0.5
    } else if name == "embed.weight" || name == "pos_embed.weight" {
      bounds = -1...1
    } else {
      let inputs = name == "unembed.weight" || spec.orientation == .outputsByInputs ? 1 : 0
      let limit = (3 / Float(declaration.shape[inputs])).squareRoot() * 0.7
      bounds = -limit...limit
    }
  }
}

/// Random tokens and lengths, on which tests of every edit run.
public enum RandomPrompts {
  /// Three pairs; in the second both prompts are the same in the first half, in the third except for the last token.
  /// The first has two accepted answers and two wrong ones.
  public static func pairs(lengths: [Int], vocabulary: Int, seed: UInt64 = 7) -> PromptSet {
    var generator = SplitMix64(seed: seed)
    func token() -> Int32 { Int32.random(in: 0..<Int32(vocabulary), using: &generator) }
    return PromptSet(
      lengths.enumerated().map { place, length in
        let clean = (0..<length).map { _ in token() }
        let shared = [0, length / 2, length - 1][place % 3]
        let corrupted = clean.indices.map {
          $0 < shared ? clean[$0] : (clean[$0] + 1 + token() / 2) % Int32(vocabulary)
        }
        let four = Array((0..<Int32(vocabulary)).shuffled(using: &generator).prefix(4))
        return PromptSet.Pair(
          clean: clean, corrupted: corrupted, answers: place == 0 ? Array(four[0..<2]) : [four[0]],
          wrongs: place == 0 ? Array(four[2..<4]) : [four[2]])
      })
  }
}

/// The largest difference, relative to the larger of 1 and the numbers compared; infinite if the sizes differ or only
/// one is NaN.
public func relativeDifference(_ a: [Float], _ b: [Float]) -> Float {
  guard a.count == b.count else { return .infinity }
  var worst: Float = 0
  for (x, y) in zip(a, b) where x != y && !(x.isNaN && y.isNaN) {
    let difference = abs(x - y) / max(1, abs(x), abs(y))
    worst = difference.isNaN ? .infinity : max(worst, difference)
  }
  return worst
}
