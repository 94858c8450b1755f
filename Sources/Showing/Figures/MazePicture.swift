import Mazes

/// One maze with its arrows, in a square of the figure.
struct MazePicture {
  let panel: MazeFigure.Panel
  let marked: Square?
  let left, top: Double
  /// Pixels along a square's edge: an even number, so that squares meet on whole pixels with no visible seam.
  let cell: Double

  private static let wall = Colour(0x5B5F66)
  private static let corridor = Colour(0xF1F2F4)
  private static let mouse = Colour(0x0072B2)
  private static let cheese = Colour(0xE69F00)
  private static let arrow = Colour(0x1F2328)
  private static let change = Colour(0xD55E00)

  /// The maze has half a square of wall around it.
  private var side: Double { Double(panel.maze.size + 1) * cell }

  private func centre(_ square: Square) -> SIMD2<Double> {
    [left + (Double(square.column) + 1) * cell, top + (Double(square.row) + 1) * cell]
  }

  func draw(_ canvas: inout Canvas) {
    canvas.rectangle(left, top, side, side, fill: Self.wall, radius: 3)
    drawCorridors(&canvas)
    if let marked, panel.maze.contains(marked) { Self.drawMark(&canvas, centre(marked), cell - 1.5) }
    if let cheese = panel.maze.cheese { Self.drawCheese(&canvas, centre(cheese), cell) }
    if !panel.isDifference { Self.drawMouse(&canvas, centre(panel.maze.mouse), cell) }
    drawArrows(&canvas)
  }

  /// A row of squares is one rectangle: fewer elements, and no seams.
  private func drawCorridors(_ canvas: inout Canvas) {
    for row in 0..<panel.maze.size {
      let open = (0..<panel.maze.size).filter { panel.maze.isOpen(Square(row, $0)) }
      for column in open where !open.contains(column - 1) {
        var end = column
        while open.contains(end + 1) { end += 1 }
        let corner = centre(Square(row, column)) - cell / 2
        canvas.rectangle(corner.x, corner.y, Double(end - column + 1) * cell, cell, fill: Self.corridor)
      }
    }
  }

  private func drawArrows(_ canvas: inout Canvas) {
    let lengths = panel.arrows.map(length).filter(\.isFinite)
    // Mean steps are at most 1 long and so share one scale; changes can be 2 long.
    let full = max(1, lengths.max() ?? 1)
    let colour = panel.isDifference ? Self.change : Self.arrow
    for (square, arrow) in zip(panel.squares, panel.arrows) where arrow.x.isFinite && arrow.y.isFinite {
      Self.drawArrow(&canvas, centre(square), arrow * (cell * 0.92 / full), colour, thickness: max(1, cell / 11))
    }
    let y = top + side + 16
    let sample = max(cell * 0.92, 16)
    Self.drawArrow(&canvas, [left + 4 + sample / 2, y], [sample, 0], colour, thickness: max(1, min(cell / 11, 2.2)))
    let name = panel.isDifference ? "change" : "mean step"
    let size = full == 1 ? "1" : shown(full, 2)
    canvas.text("\(name), a square long = \(size)", left + 12 + sample, y + 4, colour: .muted)
  }

  /// An arrow centred on a point; a dot if it is too short to have a head.
  static func drawArrow(
    _ canvas: inout Canvas, _ middle: SIMD2<Double>, _ arrow: SIMD2<Double>, _ colour: Colour, thickness: Double
  ) {
    let long = length(arrow)
    if long < thickness * 2 {
      canvas.circle(middle.x, middle.y, thickness * 0.8, fill: colour)
      return
    }
    let (forward, across) = (arrow / long, SIMD2(-arrow.y, arrow.x) / long)
    let head = min(long * 0.6, thickness * 3.4)
    let (tail, tip) = (middle - arrow / 2, middle + arrow / 2)
    canvas.segment(tail, tip - forward * head * 0.8, colour, width: thickness)
    canvas.polygon(
      [tip, tip - forward * head + across * head * 0.5, tip - forward * head - across * head * 0.5], fill: colour)
  }

  /// A head with two ears.
  static func drawMouse(_ canvas: inout Canvas, _ middle: SIMD2<Double>, _ size: Double) {
    let colour = mouse.mixed(.ground, 0.35)
    for side in [-1.0, 1] {
      canvas.circle(middle.x + side * size * 0.27, middle.y - size * 0.25, size * 0.17, fill: colour, stroke: mouse)
    }
    canvas.circle(middle.x, middle.y + size * 0.06, size * 0.33, fill: colour, stroke: mouse)
  }

  /// A wedge with holes.
  static func drawCheese(_ canvas: inout Canvas, _ middle: SIMD2<Double>, _ size: Double) {
    let corners: [SIMD2<Double>] = [[-0.42, 0.32], [0.42, 0.32], [0.42, -0.12], [0.1, -0.34], [-0.42, 0.1]]
    canvas.polygon(corners.map { middle + $0 * size }, fill: cheese, stroke: Colour(0x8A5F00))
    for (hole, radius) in [([-0.16, 0.16], 0.08), ([0.2, 0.1], 0.1), ([0.06, -0.14], 0.06)] as [(SIMD2<Double>, Double)]
    {
      canvas.circle(middle.x + hole.x * size, middle.y + hole.y * size, radius * size, fill: Colour(0xFFE3A3))
    }
  }

  static func drawMark(_ canvas: inout Canvas, _ middle: SIMD2<Double>, _ size: Double) {
    let half = size / 2
    let corners: [SIMD2<Double>] = [[-half, -half], [half, -half], [half, half], [-half, half], [-half, -half]]
    canvas.polyline(corners.map { middle + $0 }, Colour(0xCC79A7), width: 2.5)
  }
}

private func length(_ arrow: SIMD2<Double>) -> Double { (arrow * arrow).sum().squareRoot() }
