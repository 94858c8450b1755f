import Diagnostics

extension Maze {
  /// The maze for a seed: perfect (exactly one way between any two squares), with the mouse at the bottom left and the
  /// cheese by the rule.
  /// - Parameters:
  ///   - size: squares along each edge; odd, 3...25.
  ///   - stream: `.heldOut` unless a maze of the training family is needed.
  public init(size: Int, seed: UInt64, cheese rule: CheeseRule = .topRight(5), stream: MazeStream = .heldOut)
    throws(MazeError)
  {
    try Maze.check(size: size)
    try rule.check()
    // Above every number that an example can have, so that the maze for a seed is never an example's maze.
    var generator = stream.generator(seed: seed, number: 1 << 63 | UInt64(size))
    self.init(size: size, cheese: rule, drawnFrom: &generator)
  }

  /// A maze from sizes and rules known to be valid.
  init(size: Int, cheese rule: CheeseRule, drawnFrom generator: inout SplitMix64) {
    let open = perfectMaze(size: size, drawnFrom: &generator)
    self.init(size: size, open: open, mouse: Square(size - 1, 0), cheese: nil)
    cheese = randomOpenSquare(drawnFrom: &generator) { [mouse] in $0 != mouse && rule.allows($0, size: size) }
  }

  /// One of the open squares that `isAllowed` allows, with equal probability; there must be one.
  func randomOpenSquare(drawnFrom generator: inout SplitMix64, where isAllowed: (Square) -> Bool) -> Square {
    // Drawing again until a square fits gives the same distribution as listing all that do, but reads only three or
    // four squares.
    while true {
      let index = generator.index(below: open.count)
      let square = Square(index / size, index % size)
      if open[index], isAllowed(square) { return square }
    }
  }
}

extension CheeseRule {
  /// Throws if no maze could have a square for the cheese.
  func check() throws(MazeError) {
    if case .topRight(let region) = self, region < 1 { throw .cheeseRegion(region) }
  }
}

/// Kruskal's algorithm over the walls between neighbouring rooms in random order, as in procgen (`mazegen.cpp`).
/// - Returns: which of `size * size` squares are open, row by row.
private func perfectMaze(size: Int, drawnFrom generator: inout SplitMix64) -> [Bool] {
  let rooms = (size + 1) / 2
  var open = [Bool](repeating: false, count: size * size)
  for row in stride(from: 0, to: size, by: 2) {
    for column in stride(from: 0, to: size, by: 2) { open[row * size + column] = true }
  }
  let wallCount = 2 * rooms * (rooms - 1)
  withUnsafeTemporaryAllocation(of: Int32.self, capacity: wallCount + rooms * rooms) { memory in
    // A wall is numbered by the room to its left or above it: twice that number for the wall to the right, and one more
    // for the wall below.
    let walls = UnsafeMutableBufferPointer(rebasing: memory[..<wallCount])
    let parents = UnsafeMutableBufferPointer(rebasing: memory[wallCount...])
    var count = 0
    for room in 0..<rooms * rooms {
      parents[room] = Int32(room)
      if room % rooms < rooms - 1 {
        walls[count] = Int32(2 * room)
        count += 1
      }
      if room / rooms < rooms - 1 {
        walls[count] = Int32(2 * room + 1)
        count += 1
      }
    }
    func root(_ room: Int) -> Int {
      var room = room
      while Int(parents[room]) != room {
        parents[room] = parents[Int(parents[room])]
        room = Int(parents[room])
      }
      return room
    }
    var toJoin = rooms * rooms - 1
    var left = wallCount
    while toJoin > 0 {
      let chosen = generator.index(below: left)
      left -= 1
      walls.swapAt(chosen, left)
      let (room, isBelow) = (Int(walls[left]) / 2, walls[left] % 2 == 1)
      let (a, b) = (root(room), root(isBelow ? room + rooms : room + 1))
      if a == b { continue }
      parents[a] = Int32(b)
      toJoin -= 1
      let square = 2 * (room / rooms) * size + 2 * (room % rooms)
      open[square + (isBelow ? size : 1)] = true
    }
  }
  return open
}
