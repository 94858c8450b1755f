/// The sizes of a convolution with stride 1 whose pictures keep their size: zeros stand beyond the edge.
public struct ConvolutionShape: Sendable, Hashable {
  /// Channels of the pictures that go in and come out.
  public let inputs: Int
  public let outputs: Int
  public let rows: Int
  public let columns: Int
  /// The side of the square that is looked at, an odd number.
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

  /// Numbers of one picture that goes in, [inputs, rows, columns].
  var inputCount: Int { inputs * rows * columns }
  /// Numbers of one picture that comes out, [outputs, rows, columns].
  var outputCount: Int { outputs * rows * columns }
  /// Numbers of the weight, [outputs, inputs, kernel, kernel].
  var weightCount: Int { outputs * inputs * kernel * kernel }
}
