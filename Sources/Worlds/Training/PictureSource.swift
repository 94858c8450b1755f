import Tensors

/// Endless labelled pictures, by their number.
public struct PictureSource: Sendable {
  /// A picture's sizes, [channel, row, column].
  public let shape: [Int]
  private let fill: @Sendable (Range<Int>, UnsafeMutableBufferPointer<Float>) -> [Int32]

  /// - Parameters:
  ///   - shape: [channel, row, column].
  ///   - fill: writes the pictures with these numbers, filling all of the given memory, and returns their labels; must
  ///     always give the same.
  public init(shape: [Int], fill: @escaping @Sendable (Range<Int>, UnsafeMutableBufferPointer<Float>) -> [Int32]) {
    precondition(shape.count == 3, "a picture has channels, rows and columns")
    self.shape = shape
    self.fill = fill
  }

  /// Writes the pictures of some numbers, and returns their labels.
  package func labels(_ numbers: Range<Int>, into pictures: UnsafeMutableBufferPointer<Float>) -> [Int32] {
    fill(numbers, pictures)
  }

  /// The pictures of some numbers and their labels.
  func shard(_ numbers: Range<Int>) -> Shard {
    var labels: [Int32] = []
    let pictures = Tensor(shape: [numbers.count] + shape) { labels = fill(numbers, $0) }
    return Shard(pictures: pictures, labels: labels)
  }
}

/// What a model is trained on, and the separate data for its validation loss.
public enum TrainingData: Sendable {
  /// Text in which every next token is predicted.
  case documents(TokenSource, validation: TokenSource)
  /// Pictures, each with a label to be predicted.
  case pictures(PictureSource, validation: PictureSource)
}
