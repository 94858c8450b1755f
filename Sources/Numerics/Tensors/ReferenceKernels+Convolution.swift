extension ReferenceKernels {
  /// Convolves every picture: [n, outputs * rows * columns]. See `Tensor.convolved`.
  package static func convolved(_ x: Tensor, _ weight: Matrix, bias: Matrix?, _ shape: ConvolutionShape) -> [Double] {
    let w = rows(weight)
    let b = bias.map { rows($0)[0] } ?? [Double](repeating: 0, count: shape.outputs)
    return cut(numbers(x), shape.inputCount).flatMap { picture in
      (0..<shape.outputs).flatMap { output in
        places(shape).map { row, column in
          var sum = b[output]
          forEachNeighbour(of: row, column, shape) { from, at in sum += picture[from] * w[output][at] }
          return sum
        }
      }
    }
  }

  /// The derivatives with respect to a convolution's input [n, inputs * rows * columns], weight and bias. See
  /// `Tensor.pulledBackThroughConvolution` and `Tensor.addConvolutionGradients`.
  package static func convolutionGradients(
    input: Tensor, gradient: Tensor, _ weight: Matrix, _ shape: ConvolutionShape
  ) -> (input: [Double], weight: [Double], bias: [Double]) {
    let w = rows(weight)
    let width = shape.inputs * shape.kernel * shape.kernel
    var (byWeight, byBias) = ([Double](repeating: 0, count: w.count * width), [Double](repeating: 0, count: w.count))
    let byInput = zip(cut(numbers(input), shape.inputCount), cut(numbers(gradient), shape.outputCount)).flatMap {
      picture, gradient in
      var byInput = [Double](repeating: 0, count: picture.count)
      for output in 0..<shape.outputs {
        for (place, (row, column)) in places(shape).enumerated() {
          let g = gradient[output * shape.rows * shape.columns + place]
          byBias[output] += g
          forEachNeighbour(of: row, column, shape) { from, at in
            byInput[from] += g * w[output][at]
            byWeight[output * width + at] += g * picture[from]
          }
        }
      }
      return byInput
    }
    return (byInput, byWeight, byBias)
  }

  /// The maximum around every second place. See `Tensor.maxPooled`.
  package static func maxPooled(_ x: Tensor, rows: Int, columns: Int) -> [Double] {
    cut(numbers(x), rows * columns).flatMap { plane in
      stride(from: 0, to: rows, by: 2).flatMap { row in
        stride(from: 0, to: columns, by: 2).map { column in plane[largest(plane, row, column, rows, columns)] }
      }
    }
  }

  /// Gives each output's derivative to the first of the largest places in its window. See
  /// `Tensor.pulledBackThroughMaxPool`.
  package static func maxPoolGradient(_ g: Tensor, of x: Tensor, rows: Int, columns: Int) -> [Double] {
    let (height, width) = ((rows + 1) / 2, (columns + 1) / 2)
    return zip(cut(numbers(x), rows * columns), cut(numbers(g), height * width)).flatMap { plane, g in
      var back = [Double](repeating: 0, count: plane.count)
      for row in 0..<height {
        for column in 0..<width { back[largest(plane, 2 * row, 2 * column, rows, columns)] += g[row * width + column] }
      }
      return back
    }
  }

  private static func places(_ shape: ConvolutionShape) -> [(row: Int, column: Int)] {
    (0..<shape.rows).flatMap { row in (0..<shape.columns).map { (row, $0) } }
  }

  /// Calls `body` with each place of the input that an output sees inside the picture, and its place in the output's
  /// row of the weight.
  private static func forEachNeighbour(
    of row: Int, _ column: Int, _ shape: ConvolutionShape, _ body: (_ from: Int, _ at: Int) -> Void
  ) {
    let (kernel, reach) = (shape.kernel, shape.kernel / 2)
    for input in 0..<shape.inputs {
      for i in 0..<kernel {
        for j in 0..<kernel {
          let (r, c) = (row + i - reach, column + j - reach)
          guard (0..<shape.rows).contains(r), (0..<shape.columns).contains(c) else { continue }
          body((input * shape.rows + r) * shape.columns + c, (input * kernel + i) * kernel + j)
        }
      }
    }
  }

  /// The first of the largest places around one place.
  private static func largest(_ plane: [Double], _ row: Int, _ column: Int, _ rows: Int, _ columns: Int) -> Int {
    var best: Int?
    for r in max(0, row - 1)...min(rows - 1, row + 1) {
      for c in max(0, column - 1)...min(columns - 1, column + 1) {
        let at = r * columns + c
        if best.map({ plane[at] > plane[$0] }) ?? true { best = at }
      }
    }
    return best ?? 0
  }
}
