extension Maze {
  /// The directions in which the square next to `square` is open, in the order of `MoveDirection.allCases`.
  public func legalDirections(from square: Square) -> [MoveDirection] {
    MoveDirection.allCases.filter { isOpen(square.next($0)) }
  }

  /// Where a step leads: the next square, or `square` itself if there is a wall in the way.
  public func step(_ direction: MoveDirection, from square: Square) -> Square {
    let next = square.next(direction)
    return isOpen(next) ? next : square
  }

  /// Steps from every square to `target`, row by row; -1 if there is no way (walls, and squares that are cut off).
  public func distances(to target: Square) -> [Int] {
    var distances = [Int](repeating: -1, count: size * size)
    guard isOpen(target) else { return distances }
    var frontier = [target]
    distances[target.row * size + target.column] = 0
    var head = 0
    while head < frontier.count {
      let square = frontier[head]
      head += 1
      let distance = distances[square.row * size + square.column] + 1
      for direction in MoveDirection.allCases {
        let next = square.next(direction)
        guard isOpen(next), distances[next.row * size + next.column] < 0 else { continue }
        distances[next.row * size + next.column] = distance
        frontier.append(next)
      }
    }
    return distances
  }

  /// A shortest way, both ends included; nil if there is none. If several are equally short (only in edited mazes),
  /// each step takes the first direction of `MoveDirection.allCases` that gets nearer.
  public func path(from start: Square, to end: Square) -> [Square]? {
    guard isOpen(start) else { return nil }
    let distances = distances(to: end)
    guard distances[start.row * size + start.column] >= 0 else { return nil }
    var path = [start]
    var square = start
    while let direction = nearer(from: square, by: distances) {
      square = square.next(direction)
      path.append(square)
    }
    return path
  }

  /// The first step of the shortest way to `target` from `start` (the mouse if nil); nil if it is already there or
  /// there is no way.
  public func bestDirection(to target: Square, from start: Square? = nil) -> MoveDirection? {
    let start = start ?? mouse
    return isOpen(start) ? nearer(from: start, by: distances(to: target)) : nil
  }

  /// The direction that gets one step nearer, according to `distances`; nil if none does.
  private func nearer(from square: Square, by distances: [Int]) -> MoveDirection? {
    let here = distances[square.row * size + square.column]
    if here <= 0 { return nil }
    return MoveDirection.allCases.first { direction in
      let next = square.next(direction)
      return isOpen(next) && distances[next.row * size + next.column] == here - 1
    }
  }

  /// The last square shared by the mouse's way to the cheese and its way to the top-right corner: where a policy shows
  /// which of the two it wants. nil if the ways never diverge (the cheese is on the way to the corner, or the corner on
  /// the way to the cheese), if there is no cheese, or if one of the two cannot be reached.
  public var decisionSquare: Square? {
    guard let cheese, let toCheese = path(from: mouse, to: cheese), let toCorner = path(from: mouse, to: topRight)
    else {
      return nil
    }
    let shared = zip(toCheese, toCorner).prefix { $0 == $1 }.count
    return shared == toCheese.count || shared == toCorner.count ? nil : toCheese[shared - 1]
  }
}
