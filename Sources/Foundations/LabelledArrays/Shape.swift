/// The lengths of an array's axes, and the conversion between an entry's indices and its row-major place (the last axis
/// varies fastest).
public struct Shape: Sendable, Hashable {
  /// Outermost axis first.
  public let sizes: [Int]

  public init(_ sizes: [Int]) { self.sizes = sizes }

  /// The number of entries: 1 if there are no axes.
  public var count: Int { sizes.reduce(1, *) }

  /// The indices of the entry at a place.
  /// - Precondition: `place` is one of `0..<count`.
  public func unravel(_ place: Int) -> [Int] {
    precondition(place >= 0 && place < count, "entry \(place) of \(count)")
    var indices = sizes
    var rest = place
    for axis in sizes.indices.reversed() { (rest, indices[axis]) = rest.quotientAndRemainder(dividingBy: sizes[axis]) }
    return indices
  }

  /// The place of the entry at these indices.
  /// - Precondition: there is an index for each axis, within its length.
  public func ravel(_ indices: [Int]) -> Int {
    precondition(
      indices.count == sizes.count && zip(indices, sizes).allSatisfy { $0 >= 0 && $0 < $1 }, "\(indices) in \(sizes)")
    return zip(sizes, indices).reduce(0) { $0 * $1.0 + $1.1 }
  }

  /// How entries lie around one axis: in row-major order they are `[before, sizes[axis], after]`.
  func around(_ axis: Int) -> (before: Int, after: Int) {
    (sizes[..<axis].reduce(1, *), sizes[(axis + 1)...].reduce(1, *))
  }
}
