extension Maze {
  /// The same maze with the mouse on another square.
  public func withMouse(at square: Square) throws(MazeError) -> Maze {
    guard contains(square) else { throw .outside(square, size: size) }
    guard isOpen(square) else { throw .mouseOnWall(square) }
    if square == cheese { throw .mouseOnCheese(square) }
    var edited = self
    edited.mouse = square
    return edited
  }

  /// The same maze with the cheese on another square, or with cheese if it had none.
  public func withCheese(at square: Square) throws(MazeError) -> Maze {
    guard contains(square) else { throw .outside(square, size: size) }
    guard isOpen(square) else { throw .cheeseOnWall(square) }
    if square == mouse { throw .mouseOnCheese(square) }
    var edited = self
    edited.cheese = square
    return edited
  }

  /// The same maze without its cheese: together with the maze itself, the pair whose difference is the cheese vector.
  /// Throws if there is none, because the two would not differ.
  public func withoutCheese() throws(MazeError) -> Maze {
    guard cheese != nil else { throw .noCheese(for: "removing it") }
    var edited = self
    edited.cheese = nil
    return edited
  }

  /// The same maze with one wall opened. It may then have several ways between two squares.
  public func opening(_ square: Square) throws(MazeError) -> Maze {
    guard contains(square) else { throw .outside(square, size: size) }
    if isOpen(square) { throw .alreadyOpen(square) }
    var edited = self
    edited.open[square.row * size + square.column] = true
    return edited
  }

  /// The same maze with a straight path opened to the top right: from the mouse up its column to the top row, and along
  /// the top row to the corner. Together with the maze itself, this is the pair whose difference is the top-right
  /// vector.
  ///
  /// Turner, Mini et al. (2023) opened such paths by hand in a maze editor; this is the one defined by an L of straight
  /// lines, so that everyone gets the same. Walls inside the maze are opened and nothing else changes: the mouse stays,
  /// and so does the cheese, even if the path crosses it. Throws if all of the path was open already.
  public func openingPathToTopRight() throws(MazeError) -> Maze {
    var edited = self
    for row in 0...mouse.row { edited.open[row * size + mouse.column] = true }
    for column in mouse.column..<size { edited.open[column] = true }
    if edited.open == open { throw .pathAlreadyOpen(from: mouse, to: topRight) }
    return edited
  }
}
