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

  /// The same maze without its cheese: with the maze itself, the pair that the cheese vector is the difference of.
  /// Throws when there is none, because the two would not differ.
  public func withoutCheese() throws(MazeError) -> Maze {
    guard cheese != nil else { throw .noCheese(for: "removing it") }
    var edited = self
    edited.cheese = nil
    return edited
  }

  /// The same maze with one wall opened. The maze may have several ways between two squares after that.
  public func opening(_ square: Square) throws(MazeError) -> Maze {
    guard contains(square) else { throw .outside(square, size: size) }
    if isOpen(square) { throw .alreadyOpen(square) }
    var edited = self
    edited.open[square.row * size + square.column] = true
    return edited
  }

  /// The same maze with a straight path opened to the top right: from the mouse up its column to the top row, and along the top row to the corner.
  /// With the maze itself, the pair that the top-right vector is the difference of.
  ///
  /// Turner, Mini et al. (2023) opened such paths by hand in a maze editor; this is the one that an L of straight lines defines, so that anyone gets
  /// the same. Walls inside the maze are opened and nothing else changes: the mouse stays, and so does the cheese, also when the path runs over it.
  /// Throws when all of the path was open before.
  public func openingPathToTopRight() throws(MazeError) -> Maze {
    var edited = self
    for row in 0...mouse.row { edited.open[row * size + mouse.column] = true }
    for column in mouse.column..<size { edited.open[column] = true }
    if edited.open == open { throw .pathAlreadyOpen(from: mouse, to: topRight) }
    return edited
  }
}
