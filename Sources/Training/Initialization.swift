import Checkpoints
import Diagnostics
import Foundation
import ModelGraph
import Tensors

/// First weights as GPT-2's: matrices normal with deviation 0.02, those that write to the residual stream smaller by the square root of how many
/// there are; biases 0, gains 1.
enum Initialization {
  static func weights(of graph: ModelGraph, _ spec: TransformerSpec, seed: UInt64) -> [Tensor] {
    let writers = max(1, spec.dMlp == 0 ? spec.layers : 2 * spec.layers)
    return graph.weights.enumerated().map { index, declaration in
      let name = declaration.name
      if declaration.shape.count == 1 {
        let isGain = name.hasSuffix(".weight")
        return Tensor(shape: declaration.shape, repeating: isGain ? 1 - spec.norm.gainOffset : 0)
      }
      let writes = name.hasSuffix("attn.o.weight") || name.hasSuffix("mlp.out.weight")
      let deviation = writes ? 0.02 / Double(writers).squareRoot() : 0.02
      // A generator of its own for each weight: one more layer leaves the others as they were.
      var generator = SplitMix64(seed: seed &+ UInt64(index) &* 0xD1B5_4A32_D192_ED03)
      return Tensor(shape: declaration.shape) { out in
        for i in out.indices { out[i] = Float(deviation * normal(&generator)) }
      }
    }
  }

  /// Nearly normal: twelve uniform numbers added up. Only sums, so that every machine gets the same bits.
  private static func normal(_ generator: inout SplitMix64) -> Double {
    var sum = -6.0
    for _ in 0..<12 { sum += Double(generator.next() >> 11) * 0x1p-53 }
    return sum
  }
}
