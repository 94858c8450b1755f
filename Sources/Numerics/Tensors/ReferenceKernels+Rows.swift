extension ReferenceKernels {
  /// The rows at `indices`. See `Tensor.gatheringRows`.
  package static func gatheringRows(_ x: Tensor, _ indices: [Int]) -> [Double] {
    let width = x.shape.dropFirst().reduce(1, *)
    let values = numbers(x)
    return indices.flatMap { index in (0..<width).map { values[index * width + $0] } }
  }

  /// Every row `copies` times: [rows, n] -> [rows, copies, n].
  package static func repeatingRows(_ x: Tensor, _ copies: Int) -> [Double] {
    gatheringRows(x, (0..<(x.shape.first ?? 1)).flatMap { [Int](repeating: $0, count: copies) })
  }

  /// The sum over the second of three axes, plus a bias: [rows, heads, n] -> [rows, n].
  package static func summedOverSecondAxis(_ x: Tensor, bias: Matrix?) -> [Double] {
    let (count, heads, width) = (x.shape[0], x.shape[1], x.shape[2])
    let b = bias.map { rows($0)[0] } ?? [Double](repeating: 0, count: width)
    let values = numbers(x)
    return (0..<count).flatMap { row in
      (0..<width).map { i in
        (0..<heads).reduce(b[i]) { $0 + values[(row * heads + $1) * width + i] }
      }
    }
  }
}
