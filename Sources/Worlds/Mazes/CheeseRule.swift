/// Where a generated maze puts its cheese.
public enum CheeseRule: Hashable, Sendable {
  /// On an open square among the maze's top-right `n` x `n` squares, as in the policy's training (Langosco et al. 2022:
  /// region 5). A maze smaller than the region is its own region.
  case topRight(Int)
  /// On any open square.
  case anywhere

  /// Whether the rule allows a square in a maze of `size` x `size`; does not check for walls and the mouse's own
  /// square, which are never allowed.
  public func allows(_ square: Square, size: Int) -> Bool {
    switch self {
    case .topRight(let region): square.row < region && square.column >= size - region
    case .anywhere: true
    }
  }
}
