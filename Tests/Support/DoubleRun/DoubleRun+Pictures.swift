import ModelGraph

extension DoubleRun {
  /// Every output number separately: the bias plus the products with those places of the square that are inside the
  /// picture.
  func convolved(_ x: [Double], _ map: ConvolutionMap, _ weights: [[Double]]) -> [Double] {
    let (w, plane, reach) = (weights[map.weight.index], map.rows * map.columns, map.kernel / 2)
    let pictures = x.count / (map.inputs * plane)
    var out: [Double] = []
    for picture in 0..<pictures {
      for output in 0..<map.outputs {
        for row in 0..<map.rows {
          for column in 0..<map.columns {
            var sum = map.bias.map { weights[$0.index][output] } ?? 0
            for input in 0..<map.inputs {
              for i in 0..<map.kernel {
                for j in 0..<map.kernel {
                  let (r, c) = (row + i - reach, column + j - reach)
                  guard (0..<map.rows).contains(r), (0..<map.columns).contains(c) else { continue }
                  sum +=
                    x[(picture * map.inputs + input) * plane + r * map.columns + c]
                    * w[((output * map.inputs + input) * map.kernel + i) * map.kernel + j]
                }
              }
            }
            out.append(sum)
          }
        }
      }
    }
    return out
  }

  /// The maximum around every second place.
  func pooled(_ x: [Double], _ layout: Layout) -> [Double] {
    guard case .perExample(let axes) = layout, axes.count == 3 else { preconditionFailure("a picture") }
    let (rows, columns) = (axes[1].size, axes[2].size)
    return stride(from: 0, to: x.count, by: rows * columns).flatMap { start in
      stride(from: 0, to: rows, by: 2).flatMap { row in
        stride(from: 0, to: columns, by: 2).map { column in
          var best = -Double.infinity
          for r in max(0, row - 1)...min(rows - 1, row + 1) {
            for c in max(0, column - 1)...min(columns - 1, column + 1) { best = max(best, x[start + r * columns + c]) }
          }
          return best
        }
      }
    }
  }
}
