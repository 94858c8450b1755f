import Diagnostics
import Execution
import ModelGraph
import Patching
import Tensors

/// A graph with little more than one operation, whose result is the logits.
struct OneOperation: Sendable, CustomStringConvertible {
  let description: String
  private let make: @Sendable (inout GraphBuilder) -> NodeID

  init(_ description: String, _ make: @escaping @Sendable (inout GraphBuilder) -> NodeID) {
    self.description = description
    self.make = make
  }

  /// The graph with random weights; weights with "scale" in their name are near 1.
  var model: Model {
    var builder = GraphBuilder()
    let output = make(&builder)
    let graph = builder.finish(
      family: "test", input: .tokens(vocabulary: 5, context: nil),
      dimensions: .init(layers: 0, heads: 1, keyValueHeads: 1, dModel: 1, dHead: 1, dMlp: 0), logits: output)
    var generator = SplitMix64(seed: 11)
    let matrices = graph.weights.map { declaration -> Matrix in
      let columns = declaration.shape.last ?? 1
      let rows = declaration.shape.count == 1 ? 1 : declaration.shape[0]
      let range: ClosedRange<Float> = declaration.name.contains("scale") ? 0.5...1.5 : -1...1
      return Tensor(shape: [rows, columns], (0..<rows * columns).map { _ in .random(in: range, using: &generator) })
        .matrix
    }
    return Model(graph: graph, weights: Weights(matrices))
  }
}

extension OneOperation {
  /// Every operation, in every variant.
  static let all: [OneOperation] = positionwise + norms + maps + byHead + rotations + attention

  private static func width(_ size: Int) -> Layout { .perPosition([Extent(.dModel, size)]) }

  private static func heads(_ count: Int, _ size: Int) -> Layout {
    .perPosition([Extent(.head, count), Extent(.dHead, size)])
  }

  /// An input value, different for each token.
  private static func input(_ name: String, _ layout: Layout, _ builder: inout GraphBuilder) -> NodeID {
    builder.add(.tokenEmbedding(table: builder.weight(name, [5, layout.width])), [], layout)
  }

  private static func bias(_ has: Bool, _ size: Int, _ builder: inout GraphBuilder) -> WeightID? {
    has ? builder.weight("bias", [size]) : nil
  }

  private static let positionwise: [OneOperation] =
    [
      OneOperation("token embedding") { input("x", width(3), &$0) },
      OneOperation("position embedding") {
        $0.add(.positionEmbedding(table: $0.weight("x", [4, 3])), [], width(3))
      },
      OneOperation("scaled") { $0.add(.scaled(by: -1.3), [input("x", width(3), &$0)], width(3)) },
      OneOperation("sum of one") { $0.add(.sum, [input("x", width(3), &$0)], width(3)) },
      OneOperation("sum of three") {
        $0.add(.sum, [input("x", width(3), &$0), input("y", width(3), &$0), input("w", width(3), &$0)], width(3))
      },
      OneOperation("sum with itself") {
        let x = input("x", width(3), &$0)
        return $0.add(.sum, [x, x], width(3))
      },
      OneOperation("product") {
        $0.add(.product, [input("x", width(3), &$0), input("y", width(3), &$0)], width(3))
      },
      OneOperation("product with itself") {
        let x = input("x", width(3), &$0)
        return $0.add(.product, [x, x], width(3))
      },
      OneOperation("soft cap") { $0.add(.softCap(0.8), [input("x", width(3), &$0)], width(3)) },
    ]
    + ActivationFunction.allCases.map { function in
      OneOperation("activation \(function)") {
        $0.add(.activation(function), [input("x", width(4), &$0)], width(4))
      }
    }

  private static let norms: [OneOperation] = [NormKind.layer, .rms].flatMap { kind -> [OneOperation] in
    let scale = Layout.perPosition([Extent(.head, 2), Extent(.scale, 1)])
    return [
      OneOperation("norm scale, \(kind)") {
        $0.add(
          .normScale(kind, epsilon: 0.01), [input("x", width(4), &$0)], .perPosition([Extent(.scale, 1)]))
      },
      OneOperation("norm scale by head, \(kind)") {
        $0.add(.normScale(kind, epsilon: 0.01), [input("x", heads(2, 3), &$0)], scale)
      },
      OneOperation("norm scale over all heads, \(kind)") {
        $0.add(.normScale(kind, epsilon: 0.01), [input("x", heads(2, 3), &$0)], .perPosition([Extent(.scale, 1)]))
      },
      OneOperation("normalized over all heads, \(kind)") {
        let x = input("x", heads(2, 3), &$0)
        return $0.add(.normalized(kind), [x, input("scale", .perPosition([Extent(.scale, 1)]), &$0)], heads(2, 3))
      },
      OneOperation("normalized, \(kind)") {
        let x = input("x", width(4), &$0)
        let divisor = input("scale", .perPosition([Extent(.scale, 1)]), &$0)
        return $0.add(.normalized(kind), [x, divisor], width(4))
      },
      OneOperation("normalized by head, \(kind)") {
        let x = input("x", heads(2, 3), &$0)
        return $0.add(.normalized(kind), [x, input("scale", scale, &$0)], heads(2, 3))
      },
      OneOperation("whole norm, \(kind)") {
        let x = input("x", width(4), &$0)
        let divisor = $0.add(.normScale(kind, epsilon: 0.01), [x], .perPosition([Extent(.scale, 1)]))
        return $0.add(.normalized(kind), [x, divisor], width(4))
      },
    ]
  }

  private static let maps: [OneOperation] = [false, true].flatMap { hasBias -> [OneOperation] in
    let affine = [Float(0), 1].flatMap { offset in
      [(width(4), 4), (heads(2, 4), 4), (heads(2, 4), 8)].map { layout, gains in
        OneOperation("affine, offset \(offset), bias \(hasBias), width \(layout.width), gains \(gains)") {
          let x = input("x", layout, &$0)
          let bias = bias(hasBias, gains, &$0)
          return $0.add(.affine(gain: $0.weight("gain", [gains]), gainOffset: offset, bias: bias), [x], layout)
        }
      }
    }
    let linear = [LinearMap.Orientation.inputsByOutputs, .outputsByInputs].map { orientation in
      OneOperation("linear, \(orientation), bias \(hasBias)") {
        let x = input("x", width(3), &$0)
        return $0.add(.linear(map(orientation, 3, 4, hasBias, &$0)), [x], width(4))
      }
    }
    return affine + linear
  }

  private static func map(
    _ orientation: LinearMap.Orientation, _ inputs: Int, _ outputs: Int, _ hasBias: Bool, _ builder: inout GraphBuilder
  ) -> LinearMap {
    let shape = orientation == .inputsByOutputs ? [inputs, outputs] : [outputs, inputs]
    return LinearMap(
      weight: builder.weight("W", shape), orientation: orientation, bias: bias(hasBias, outputs, &builder),
      inputs: inputs, outputs: outputs)
  }

  private static let byHead: [OneOperation] = [1, 2, 3].flatMap { count -> [OneOperation] in
    let maps = [LinearMap.Orientation.inputsByOutputs, .outputsByInputs].flatMap { orientation -> [OneOperation] in
      [
        OneOperation("linear by head, \(count) heads, \(orientation)") {
          let x = input("x", heads(count, 4), &$0)
          return $0.add(.linearByHead(map(orientation, 4, 2 * count, false, &$0), heads: count), [x], heads(count, 2))
        },
        OneOperation("linear by head with bias, \(count) heads, \(orientation)") {
          let x = input("x", heads(count, 4), &$0)
          return $0.add(.linearByHead(map(orientation, 4, 2 * count, true, &$0), heads: count), [x], heads(count, 2))
        },
        OneOperation("head results, \(count) heads, \(orientation)") {
          let x = input("x", heads(count, 2), &$0)
          return $0.add(.headResults(map(orientation, 2 * count, 3, false, &$0), heads: count), [x], heads(count, 3))
        },
      ]
    }
    return maps + [
      OneOperation("sum over \(count) heads") {
        $0.add(.sumOverHeads(bias: nil), [input("x", heads(count, 3), &$0)], width(3))
      },
      OneOperation("sum over \(count) heads with bias") {
        let x = input("x", heads(count, 3), &$0)
        return $0.add(.sumOverHeads(bias: bias(true, 3, &$0)), [x], width(3))
      },
      OneOperation("copied to \(count) heads") {
        $0.add(.copiedToHeads(count), [input("x", width(3), &$0)], heads(count, 3))
      },
    ]
  }

  private static let rotations: [OneOperation] = [
    RotarySpec(dimensions: 4, theta: 100), RotarySpec(dimensions: 2, theta: 100), RotarySpec(dimensions: 0, theta: 100),
    RotarySpec(dimensions: 4, inverseFrequencies: [1, 0.3], amplitude: 1.2),
    RotarySpec(dimensions: 4, theta: 100, adjacentPairs: true),
    RotarySpec(dimensions: 2, inverseFrequencies: [0.7], amplitude: 1.2, adjacentPairs: true),
  ].map { spec in
    let pairs = spec.adjacentPairs ? ", adjacent pairs" : ""
    return OneOperation("rotary, \(spec.dimensions) of 4, amplitude \(spec.amplitude)\(pairs)") {
      $0.add(.rotary(spec), [input("x", heads(2, 4), &$0)], heads(2, 4))
    }
  }

  private static let attention: [OneOperation] = [
    AttentionSpec(queryHeads: 1, keyValueHeads: 1, dHead: 2, scale: 1.1),
    AttentionSpec(queryHeads: 2, keyValueHeads: 2, dHead: 2, scale: 0.7, causal: false),
    AttentionSpec(queryHeads: 4, keyValueHeads: 2, dHead: 2, scale: 0.7),
    AttentionSpec(queryHeads: 3, keyValueHeads: 1, dHead: 1, scale: 1.5, softCap: 0.9),
    AttentionSpec(queryHeads: 4, keyValueHeads: 2, dHead: 2, scale: 0.7, softCap: 0.5, causal: false, window: 2),
    AttentionSpec(queryHeads: 2, keyValueHeads: 1, dHead: 3, scale: 0.7, window: 2),
    AttentionSpec(queryHeads: 2, keyValueHeads: 2, dHead: 2, scale: 0.7, window: 1),
  ].map { spec in
    OneOperation(
      """
      attention, \(spec.queryHeads) heads of \(spec.keyValueHeads), cap \(spec.softCap ?? 0), causal \(spec.causal), window \
      \(spec.window ?? 0)
      """
    ) {
      let pairs = Layout.perPair(heads: spec.queryHeads)
      let q = input("q", heads(spec.queryHeads, spec.dHead), &$0)
      let k = input("k", heads(spec.keyValueHeads, spec.dHead), &$0)
      let v = input("v", heads(spec.keyValueHeads, spec.dHead), &$0)
      let scores = $0.add(.attentionScores(spec), [q, k], pairs)
      let pattern = $0.add(.attentionPattern, [scores], pairs)
      return $0.add(.attentionMix(spec), [pattern, v], heads(spec.queryHeads, spec.dHead))
    }
  }
}
