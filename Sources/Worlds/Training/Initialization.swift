import Checkpoints
import Diagnostics
import Foundation
import ModelGraph
import Tensors

/// The weights before the first step. Biases are 0, gains 1, matrices normally distributed.
///
/// A transformer's are like GPT-2's: standard deviation 0.02, with those that write to the residual stream smaller by
/// the square root of their number. A conv policy's follow He et al. 2015: sqrt(2 / inputs), with those that write to a
/// residual sum and the two outputs smaller.
enum Initialization {
  static func weights(of graph: ModelGraph, _ spec: any ModelSpec, seed: UInt64) -> [Tensor] {
    graph.weights.enumerated().map { index, declaration in
      if declaration.shape.count == 1 {
        let offset = (spec as? TransformerSpec)?.norm.gainOffset ?? 0
        return Tensor(shape: declaration.shape, repeating: declaration.name.hasSuffix(".weight") ? 1 - offset : 0)
      }
      let deviation = (spec as? TransformerSpec).map { Self.deviation(declaration, $0) } ?? Self.deviation(declaration)
      // A generator of its own for each weight, so that another layer leaves the others unchanged.
      var generator = SplitMix64(seed: seed &+ UInt64(index) &* 0xD1B5_4A32_D192_ED03)
      return Tensor(shape: declaration.shape) { out in
        for i in out.indices { out[i] = Float(deviation * normal(&generator)) }
      }
    }
  }

  private static func deviation(_ declaration: WeightDeclaration, _ spec: TransformerSpec) -> Double {
    let writers = max(1, spec.dMlp == 0 ? spec.layers : 2 * spec.layers)
    let writes = declaration.name.hasSuffix("attn.o.weight") || declaration.name.hasSuffix("mlp.out.weight")
    return writes ? 0.02 / Double(writers).squareRoot() : 0.02
  }

  private static func deviation(_ declaration: WeightDeclaration) -> Double {
    let inputs = declaration.shape.dropFirst().reduce(1, *)
    let share =
      declaration.name.hasSuffix(".conv2.weight") ? 0.4 : declaration.name.hasPrefix("fc_") ? 0.1 : 1
    return share * (2 / Double(inputs)).squareRoot()
  }

  /// Approximately normal: the sum of twelve uniform numbers. Only sums, so that every machine gets the same bits.
  private static func normal(_ generator: inout SplitMix64) -> Double {
    var sum = -6.0
    for _ in 0..<12 { sum += Double(generator.next() >> 11) * 0x1p-53 }
    return sum
  }
}
