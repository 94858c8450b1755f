extension Tensor {
  /// Convolves every picture: [n, inputs * rows * columns] -> [n, outputs * rows * columns].
  /// - Parameters:
  ///   - weight: [outputs, inputs * kernel * kernel].
  ///   - bias: one row of `outputs` numbers, or nil.
  /// - Precondition: whole pictures, and a weight of the shape's size.
  public func convolved(_ weight: Matrix, bias: Matrix?, _ shape: ConvolutionShape) -> Tensor {
    check(weight, shape)
    let pictures = count / shape.inputCount
    precondition(count == pictures * shape.inputCount, "\(self.shape) is not whole pictures of \(shape)")
    return Tensor(shape: [pictures, shape.outputCount]) { out in
      withValues { x in
        weight.withPointer { w in
          func run(_ bias: UnsafePointer<Float>?) {
            forEachChunk(of: pictures, shape) { range in
              let primitive = ConvolutionPrimitive.primitive(
                shape, pictures: range.count, .forward(hasBias: bias != nil))
              primitive.run(
                [readOnly(x.baseAddress! + range.lowerBound * shape.inputCount), readOnly(w)]
                  + (bias.map { [readOnly($0)] } ?? [])
                  + [out.baseAddress! + range.lowerBound * shape.outputCount])
            }
          }
          if let bias { bias.withPointer { run($0) } } else { run(nil) }
        }
      }
    }
  }

  /// The derivative with respect to a convolution's input; this tensor is the derivative with respect to its output:
  /// [n, outputs * rows * columns] -> [n, inputs * rows * columns].
  package func pulledBackThroughConvolution(_ weight: Matrix, _ shape: ConvolutionShape) -> Tensor {
    check(weight, shape)
    let pictures = count / shape.outputCount
    precondition(count == pictures * shape.outputCount, "\(self.shape) is not whole pictures of \(shape)")
    return Tensor(shape: [pictures, shape.inputCount]) { out in
      withValues { g in
        weight.withPointer { w in
          forEachChunk(of: pictures, shape) { range in
            ConvolutionPrimitive.primitive(shape, pictures: range.count, .byInput).run([
              readOnly(g.baseAddress! + range.lowerBound * shape.outputCount), readOnly(w),
              out.baseAddress! + range.lowerBound * shape.inputCount,
            ])
          }
        }
      }
    }
  }

  /// Adds a convolution's derivatives with respect to its weight and bias to two tensors.
  /// - Parameters:
  ///   - input: [n, inputs * rows * columns].
  ///   - gradient: the derivative with respect to the output, [n, outputs * rows * columns].
  ///   - weight: [outputs, inputs, kernel, kernel].
  ///   - bias: [outputs].
  package static func addConvolutionGradients(
    input: Tensor, gradient: Tensor, _ shape: ConvolutionShape, weight: inout Tensor, bias: inout Tensor
  ) {
    let pictures = input.count / shape.inputCount
    precondition(gradient.count == pictures * shape.outputCount, "\(input.shape) to \(gradient.shape)")
    precondition(weight.count == shape.weightCount && bias.count == shape.outputs, "a derivative for every weight")
    var start = 0
    while start < pictures {
      let range = start..<min(pictures, start + picturesAtATime)
      start = range.upperBound
      var ofBias = Tensor(shape: bias.shape)
      let ofWeight = Tensor(shape: weight.shape) { byWeight in
        ofBias.withMutableValues { byBias in
          input.withValues { x in
            gradient.withValues { g in
              ConvolutionPrimitive.primitive(shape, pictures: range.count, .byWeight).run([
                readOnly(x.baseAddress! + range.lowerBound * shape.inputCount),
                readOnly(g.baseAddress! + range.lowerBound * shape.outputCount), byWeight.baseAddress!,
                byBias.baseAddress!,
              ])
            }
          }
        }
      }
      weight.add(ofWeight)
      bias.add(ofBias)
    }
  }

  private func check(_ weight: Matrix, _ shape: ConvolutionShape) {
    precondition(
      weight.rows == shape.outputs && weight.columns * shape.outputs == shape.weightCount
        && weight.rowStride == weight.columns, "a weight [\(weight.rows), \(weight.columns)] for \(shape)")
  }
}

/// The number of pictures per call: enough to make converting the weights to oneDNN's layout negligible, few enough to
/// stay in the cache.
private let picturesAtATime = 8

/// Runs of pictures, shared between the calling thread's product threads.
private func forEachChunk(of pictures: Int, _ shape: ConvolutionShape, _ body: @escaping (Range<Int>) -> Void) {
  let chunks = stride(from: 0, to: pictures, by: picturesAtATime).map { $0..<min(pictures, $0 + picturesAtATime) }
  guard ProductThreads.current > 1, chunks.count > 1 else {
    for chunk in chunks { body(chunk) }
    return
  }
  // Pieces read the same numbers and write different ones.
  nonisolated(unsafe) let body = body
  let threads = min(ProductThreads.current, chunks.count)
  ProductThreadPool.shared.run(pieces: threads, threads: threads) { piece in
    for index in stride(from: piece, to: chunks.count, by: threads) { body(chunks[index]) }
  }
}

/// oneDNN takes pointers to inputs and outputs as the same type.
private func readOnly(_ pointer: UnsafePointer<Float>) -> UnsafeMutablePointer<Float> {
  UnsafeMutablePointer(mutating: pointer)
}
