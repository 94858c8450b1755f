import Foundation
import Tensors

/// A file of float32 numbers [layers, examples, width], read piece by piece.
struct LayerFile: Sendable {
  let layers: Int
  let examples: Int
  let width: Int
  private let descriptor: Int32

  init(path: String, layers: Int, examples: Int, width: Int) throws {
    descriptor = open(path, O_RDONLY)
    guard descriptor >= 0 else { throw CocoaError(.fileReadNoSuchFile) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, Int(status.st_size) == layers * examples * width * 4 else {
      throw CocoaError(.fileReadCorruptFile)
    }
    (self.layers, self.examples, self.width) = (layers, examples, width)
  }

  var bytes: Int { layers * examples * width * 4 }

  /// Some examples of one layer, [range.count, width].
  func read(layer: Int, _ range: Range<Int>) -> Tensor {
    Tensor(shape: [range.count, width]) { out in
      let size = range.count * width * 4
      var done = 0
      let start = (layer * examples + range.lowerBound) * width * 4
      while done < size {
        let got = pread(descriptor, UnsafeMutableRawPointer(out.baseAddress!) + done, size - done, off_t(start + done))
        precondition(got > 0, "the file ends too early")
        done += got
      }
    }
  }

  /// Calls `body` with pieces of a thousand examples, in order.
  func forEachPiece(layer: Int, _ body: (Range<Int>, Matrix) throws -> Void) rethrows {
    for start in stride(from: 0, to: examples, by: 1024) {
      let range = start..<min(start + 1024, examples)
      try body(range, read(layer: layer, range).matrix)
    }
  }
}
