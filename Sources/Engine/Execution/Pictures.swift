import ModelGraph
import Tensors

extension Batch {
  /// Some rows' pictures, [entries, channel * row * column].
  /// - Precondition: the batch is of observations.
  func pictures(at entries: [Int]) -> Tensor {
    guard case .observations(let images) = content else { preconditionFailure("the batch has no pictures") }
    let flat = images.reshaped([rows, rows == 0 ? 0 : images.count / rows])
    return entries == Array(0..<rows) ? flat : flat.gatheringRows(entries)
  }
}

extension Layout {
  /// The sizes of an activation laid out as pictures, [channel, row, column].
  /// - Precondition: it has this layout.
  var picture: (channels: Int, rows: Int, columns: Int) {
    guard case .perExample(let features) = self, features.map(\.axis) == [.channel, .row, .column] else {
      preconditionFailure("\(axes) are not a picture's")
    }
    return (features[0].size, features[1].size, features[2].size)
  }
}

extension ConvolutionMap {
  var shape: ConvolutionShape {
    ConvolutionShape(inputs: inputs, outputs: outputs, rows: rows, columns: columns, kernel: kernel)
  }
}
