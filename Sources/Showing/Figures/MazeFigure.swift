import Mazes

/// Mazes side by side, with an arrow on each square.
public struct MazeFigure: Hashable, Sendable {
  public struct Panel: Hashable, Sendable {
    public var title: String
    public var maze: Maze
    public var squares: [Square]
    /// For each of `squares`: x columns to the right, y rows down. NaN draws nothing.
    public var arrows: [SIMD2<Double>]
    /// Whether the arrows are changes rather than mean steps: they get another colour, and the mouse, which has no
    /// place among changes, is left out.
    public var isDifference: Bool

    public init(title: String, maze: Maze, squares: [Square], arrows: [SIMD2<Double>], isDifference: Bool = false) {
      (self.title, self.maze, self.squares, self.arrows, self.isDifference) = (
        title, maze, squares, arrows, isDifference
      )
    }
  }

  public var title: String
  public var subtitle: String?
  public var panels: [Panel]
  /// Outlined in every panel, such as the decision square.
  public var marked: Square?

  public init(title: String, subtitle: String? = nil, panels: [Panel], marked: Square? = nil) {
    (self.title, self.subtitle, self.panels, self.marked) = (title, subtitle, panels, marked)
  }

  /// Three panels: a policy, the same policy under an intervention, and the change.
  /// - Throws: `MazeError.otherWalls` if the fields are of different mazes.
  public init(
    title: String, subtitle: String? = nil, before: VectorField, after: VectorField,
    names: (before: String, after: String) = ("before", "after")
  ) throws(MazeError) {
    let difference = try FieldDifference(from: before, to: after)
    self.init(
      title: title, subtitle: subtitle,
      panels: [
        Panel(title: names.before, maze: before.maze, squares: before.squares, arrows: before.arrows),
        Panel(title: names.after, maze: after.maze, squares: after.squares, arrows: after.arrows),
        Panel(
          title: "difference", maze: after.maze, squares: difference.squares, arrows: difference.arrows,
          isDifference: true),
      ], marked: before.maze.decisionSquare)
  }

  public func figure() throws(FigureError) -> Figure {
    if panels.isEmpty { throw .empty(figure: title) }
    for panel in panels {
      if panel.arrows.count != panel.squares.count {
        throw .count(
          what: "arrows of the panel '\(panel.title)'", found: panel.arrows.count, expected: panel.squares.count)
      }
      try checkRange(panel.arrows.flatMap { [$0.x, $0.y] }, figure: title)
    }
    let largest = panels.map { $0.maze.size + 1 }.max() ?? 1
    let cell = Double(max(16, 280 / largest / 2 * 2))
    let side = Double(largest) * cell
    let width = max(360, 32 + Double(panels.count) * side + Double(panels.count - 1) * 20)
    var frame = Frame(width: width)
    frame.title(title, subtitle)
    let top = frame.top + 30
    for (index, panel) in panels.enumerated() {
      let left = 16 + Double(index) * (side + 20)
      frame.canvas.text(
        TextStyle.fitting(panel.title, size: TextStyle.label * 1.1, width: side), left + side / 2, top - 8,
        size: TextStyle.label, anchor: .middle, bold: true)
      MazePicture(panel: panel, marked: marked, left: left, top: top, cell: cell).draw(&frame.canvas)
    }
    let bottom = top + side + 48
    drawLegend(&frame.canvas, y: bottom)
    return Figure(title: title, width: width, height: bottom + 22, frame.canvas)
  }

  /// What mouse, cheese and outline mean.
  private func drawLegend(_ canvas: inout Canvas, y: Double) {
    var x = 16.0
    func name(_ text: String) {
      canvas.text(text, x + 22, y + 4, size: TextStyle.label, colour: .muted)
      x += 22 + TextStyle.width(of: text, size: TextStyle.label) + 20
    }
    MazePicture.drawMouse(&canvas, [x + 8, y], 16)
    name("mouse")
    if panels.contains(where: { $0.maze.cheese != nil }) {
      MazePicture.drawCheese(&canvas, [x + 8, y], 16)
      name("cheese")
    }
    if marked != nil {
      MazePicture.drawMark(&canvas, [x + 8, y], 14)
      name("decision square")
    }
  }
}
