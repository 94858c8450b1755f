import CKernels

extension Tensor {
  /// The rows at `indices`, in that order; a row is all that the other axes span. Shape [indices.count, ...].
  /// - Precondition: indices lie within the first axis.
  public func gatheringRows(_ indices: [Int]) -> Tensor {
    let rows = shape.first ?? 1
    let width = rows == 0 ? 0 : count / rows
    return Tensor(shape: [indices.count] + shape.dropFirst()) { out in
      withValues { x in
        for (target, index) in indices.enumerated() where width > 0 {
          precondition(index >= 0 && index < rows, "row \(index) of \(rows)")
          (out.baseAddress! + target * width).initialize(from: x.baseAddress! + index * width, count: width)
        }
      }
    }
  }

  /// The rows of several tensors, one after another.
  /// - Precondition: there is at least one tensor, and all have the same axes after the first.
  package init(joining parts: [Tensor]) {
    let rest = parts[0].shape.dropFirst()
    precondition(parts.allSatisfy { $0.shape.dropFirst() == rest }, "\(parts.map(\.shape)) end alike")
    self.init(shape: [parts.reduce(0) { $0 + ($1.shape.first ?? 1) }] + rest) { out in
      var start = 0
      for part in parts {
        part.withValues { _ = out[start..<start + $0.count].initialize(fromContentsOf: $0) }
        start += part.count
      }
    }
  }

  /// A copy of every row for each of `copies` heads: [rows, n] -> [rows, copies, n].
  public func repeatingRows(_ copies: Int) -> Tensor {
    let rows = shape.first ?? 1
    let width = rows == 0 ? 0 : count / rows
    return Tensor(shape: [rows, copies] + shape.dropFirst()) { out in
      withValues { x in
        for row in 0..<rows where width > 0 {
          for copy in 0..<copies {
            (out.baseAddress! + (row * copies + copy) * width).initialize(
              from: x.baseAddress! + row * width, count: width)
          }
        }
      }
    }
  }

  /// The sum over the second axis, plus a bias: [rows, heads, n] -> [rows, n].
  public func summedOverSecondAxis(bias: Matrix?) -> Tensor {
    precondition(shape.count == 3, "\(shape) has no second of three axes")
    let (rows, heads, width) = (shape[0], shape[1], shape[2])
    precondition(bias.map { $0.rows == 1 && $0.columns == width } ?? true, "a bias for \(shape)")
    return Tensor(shape: [rows, width]) { out in
      withValues { x in
        for row in 0..<rows where width > 0 {
          let target = out.baseAddress! + row * width
          if let bias {
            bias.withPointer { target.initialize(from: $0, count: width) }
          } else {
            target.initialize(repeating: 0, count: width)
          }
          for head in 0..<heads {
            pb_accumulate(target, x.baseAddress! + (row * heads + head) * width, 1, Int64(width))
          }
        }
      }
    }
  }
}
