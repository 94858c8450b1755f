/// The sizes of a convolution with stride 1 that keeps the pictures' size, with zeros beyond the edge.
public struct ConvolutionShape: Sendable, Hashable {
  /// Input and output channels.
  public let inputs: Int
  public let outputs: Int
  public let rows: Int
  public let columns: Int
  /// The side of the square kernel, an odd number.
  public let kernel: Int

  public init(inputs: Int, outputs: Int, rows: Int, columns: Int, kernel: Int) {
    precondition(inputs > 0 && outputs > 0 && rows > 0 && columns > 0, "a convolution without numbers")
    precondition(kernel > 0 && kernel % 2 == 1, "a square with a centre, not \(kernel) wide")
    self.inputs = inputs
    self.outputs = outputs
    self.rows = rows
    self.columns = columns
    self.kernel = kernel
  }

  /// Numbers of one input picture, [inputs, rows, columns].
  var inputCount: Int { inputs * rows * columns }
  /// Numbers of one output picture, [outputs, rows, columns].
  var outputCount: Int { outputs * rows * columns }
  /// Numbers of the weight, [outputs, inputs, kernel, kernel].
  var weightCount: Int { outputs * inputs * kernel * kernel }
}
