import Tensors
import Testing

/// Convolution and pooling compared with their plain versions.
@Suite struct ConvolutionTests {
  private static func difference(_ fast: Tensor, _ plain: [Double]) -> Double {
    guard fast.count == plain.count else { return .infinity }
    return zip(fast.values, plain).reduce(0) { max($0, abs(Double($1.0) - $1.1) / max(1, abs($1.1))) }
  }

  private static let shapes: [ConvolutionShape] =
    (1...4).flatMap { rows in
      (1...4).flatMap { columns in
        [(1, 1), (2, 3), (3, 16)].map {
          ConvolutionShape(inputs: $0.0, outputs: $0.1, rows: rows, columns: columns, kernel: 3)
        }
      }
    } + [
      // The policy's shapes, in multiples of 16 channels and others; other kernels.
      ConvolutionShape(inputs: 16, outputs: 32, rows: 9, columns: 8, kernel: 3),
      ConvolutionShape(inputs: 32, outputs: 32, rows: 8, columns: 8, kernel: 3),
      ConvolutionShape(inputs: 17, outputs: 15, rows: 5, columns: 7, kernel: 3),
      ConvolutionShape(inputs: 3, outputs: 4, rows: 6, columns: 5, kernel: 1),
      ConvolutionShape(inputs: 3, outputs: 4, rows: 6, columns: 7, kernel: 5),
    ]

  @Test(arguments: shapes) func forwardAndBack(shape: ConvolutionShape) {
    var numbers = Numbers(seed: 3)
    let width = shape.inputs * shape.kernel * shape.kernel
    let weight = numbers.tensor([shape.outputs, width]).matrix
    let bias = numbers.tensor([1, shape.outputs]).matrix
    // One picture, a few, and more than one call takes.
    for pictures in [1, 3, 17] {
      let x = numbers.tensor([pictures, shape.inputs * shape.rows * shape.columns])
      let g = numbers.tensor([pictures, shape.outputs * shape.rows * shape.columns])
      for bias in [bias, nil] {
        let plain = ReferenceKernels.convolved(x, weight, bias: bias, shape)
        #expect(Self.difference(x.convolved(weight, bias: bias, shape), plain) < 1e-4)
      }
      let plain = ReferenceKernels.convolutionGradients(input: x, gradient: g, weight, shape)
      #expect(Self.difference(g.pulledBackThroughConvolution(weight, shape), plain.input) < 1e-4)
      // Added to existing values.
      var byWeight = Tensor(shape: [shape.outputs, shape.inputs, shape.kernel, shape.kernel], repeating: 1)
      var byBias = Tensor(shape: [shape.outputs], repeating: -2)
      Tensor.addConvolutionGradients(input: x, gradient: g, shape, weight: &byWeight, bias: &byBias)
      #expect(Self.difference(byWeight, plain.weight.map { $0 + 1 }) < 1e-4)
      #expect(Self.difference(byBias, plain.bias.map { $0 - 2 }) < 1e-4)
    }
  }

  /// A picture's result does not depend on the others, nor on threads.
  @Test func alone() {
    let shape = ConvolutionShape(inputs: 16, outputs: 16, rows: 8, columns: 8, kernel: 3)
    var numbers = Numbers(seed: 5)
    let weight = numbers.tensor([16, 16 * 9]).matrix
    let x = numbers.tensor([20, 16 * 64])
    let together = x.convolved(weight, bias: nil, shape)
    for picture in [0, 7, 8, 19] {
      let own = x.gatheringRows([picture]).convolved(weight, bias: nil, shape)
      #expect(Self.difference(own, together.gatheringRows([picture]).values.map(Double.init)) < 1e-6)
    }
    ProductThreads.set(1)
    #expect(x.convolved(weight, bias: nil, shape) == together)
    ProductThreads.set(2)
    #expect(x.convolved(weight, bias: nil, shape) == together)
  }

  @Test func pooling() {
    var numbers = Numbers(seed: 6)
    for rows in 1...7 {
      for columns in 1...7 {
        for planes in [1, 3] {
          // Few different numbers, so that there are equal ones next to each other.
          let x = Tensor(
            shape: [planes, rows, columns], numbers.tensor([planes * rows * columns]).values.map { $0.rounded() })
          let pooled = x.maxPooled(planes: planes, rows: rows, columns: columns)
          #expect(pooled.values.map(Double.init) == ReferenceKernels.maxPooled(x, rows: rows, columns: columns))
          let g = numbers.tensor([pooled.count])
          let back = g.pulledBackThroughMaxPool(of: x, planes: planes, rows: rows, columns: columns)
          let plain = ReferenceKernels.maxPoolGradient(g, of: x, rows: rows, columns: columns)
          #expect(Self.difference(back, plain) < 1e-6)
        }
      }
    }
  }
}
