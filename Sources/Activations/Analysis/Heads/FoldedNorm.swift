import Execution
import ModelGraph
import Tensors

/// The linear part of a norm: the subtraction of the mean (LayerNorm only) and the gain. It leaves out the bias and the
/// division by one number for each position.
struct FoldedNorm: Sendable {
  /// One number for each feature, including the offset (Gemma's 1).
  let gain: [Float]
  let isCentred: Bool

  init(_ norm: NormNodes, in model: Model) {
    gain = model.weights[norm.gain].withRow(0) { $0.map { $0 + norm.gainOffset } }
    isCentred = norm.kind == .layer
  }

  /// Turns rows [.., dModel] that are multiplied with the norm's output into rows to be multiplied with its input.
  func fold(intoReading rows: inout Tensor) {
    multiply(&rows)
    if isCentred { centre(&rows) }
  }

  /// Turns rows [.., dModel] that write the norm's input into rows that write its output.
  func fold(intoWriting rows: inout Tensor) {
    if isCentred { centre(&rows) }
    multiply(&rows)
  }

  private func multiply(_ rows: inout Tensor) {
    let width = gain.count
    rows.withMutableValues { numbers in
      for index in numbers.indices { numbers[index] *= gain[index % width] }
    }
  }

  private func centre(_ rows: inout Tensor) {
    let width = gain.count
    rows.withMutableValues { numbers in
      for start in stride(from: 0, to: numbers.count, by: width) {
        let mean = numbers[start..<start + width].reduce(0.0) { $0 + Double($1) } / Double(width)
        for index in start..<start + width { numbers[index] = Float(Double(numbers[index]) - mean) }
      }
    }
  }
}
