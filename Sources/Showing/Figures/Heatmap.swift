/// A table of coloured cells with names along both edges: transfer of vectors between mazes, effects by layer and head,
/// an additivity grid.
public struct Heatmap: Hashable, Sendable {
  public var title: String
  public var subtitle: String?
  /// The names of rows and columns, and of the numbers (next to the colour bar).
  public var rowsName, columnsName, valueName: String
  public var rowLabels, columnLabels: [String]
  /// Row by row from the top; NaN is drawn grey.
  public var values: [[Double]]
  public var colours: ColourScale
  /// The text in each cell instead of its number; cut off if it does not fit.
  public var texts: [[String]]?
  /// Decimals of the number written in each cell, or nil for none; omitted anyway if cells are too small.
  public var decimals: Int?

  public init(
    title: String, subtitle: String? = nil, rowsName: String = "", columnsName: String = "", valueName: String = "",
    rowLabels: [String], columnLabels: [String], values: [[Double]], colours: ColourScale = .diverging(),
    decimals: Int? = 2, texts: [[String]]? = nil
  ) {
    (self.title, self.subtitle) = (title, subtitle)
    (self.rowsName, self.columnsName, self.valueName) = (rowsName, columnsName, valueName)
    (self.rowLabels, self.columnLabels, self.values) = (rowLabels, columnLabels, values)
    (self.colours, self.decimals, self.texts) = (colours, decimals, texts)
  }

  public func figure() throws(FigureError) -> Figure {
    try check()
    let rowLabels = rowLabels.map { TextStyle.fitting($0, size: TextStyle.tick, width: 180) }
    let columnLabels = columnLabels.map { TextStyle.fitting($0, size: TextStyle.tick, width: 180) }
    // Words need room, however wide that makes the figure.
    let cell = (
      width: min(72, max(texts == nil ? 14 : 52, 620 / Double(columnLabels.count))),
      height: min(34, max(texts == nil ? 14 : 18, 520 / Double(rowLabels.count)))
    )
    let left = (rowsName.isEmpty ? 20 : 40) + Frame.width(of: rowLabels)
    let widest = Frame.width(of: columnLabels)
    let turned = widest > cell.width - 4
    let right = left + cell.width * Double(columnLabels.count)
    // Names rotated by 45 degrees lean out to the right of their columns.
    let width = max(420, right + max(turned ? widest * 0.71 : 0, 96))
    var frame = Frame(width: width)
    frame.title(title, subtitle)
    let top = frame.top + 12 + (columnsName.isEmpty ? 0 : 20) + (turned ? widest * 0.71 + 12 : 14)
    let bottom = top + cell.height * Double(rowLabels.count)
    if !columnsName.isEmpty {
      frame.canvas.text(columnsName, (left + right) / 2, frame.top + 20, size: TextStyle.label, anchor: .middle)
    }
    for (column, label) in columnLabels.enumerated() {
      let x = left + (Double(column) + 0.5) * cell.width
      frame.canvas.text(
        label, turned ? x + 4 : x, top - 7, anchor: turned ? .start : .middle, colour: .muted, turn: turned ? -45 : 0)
    }
    for (row, label) in rowLabels.enumerated() {
      let y = top + (Double(row) + 0.5) * cell.height + 4
      frame.canvas.text(label, left - 7, y, anchor: .end, colour: .muted)
    }
    if !rowsName.isEmpty {
      frame.canvas.text(rowsName, 20, (top + bottom) / 2, size: TextStyle.label, anchor: .middle, turn: -90)
    }
    drawCells(&frame.canvas, left: left, top: top, cell: cell)
    let barBottom = max(bottom, top + 120)
    drawBar(&frame.canvas, x: right + 22, top: top, bottom: barBottom)
    return Figure(title: title, width: width.rounded(.up), height: (barBottom + 24).rounded(.up), frame.canvas)
  }

  private func check() throws(FigureError) {
    guard !rowLabels.isEmpty, !columnLabels.isEmpty else { throw .empty(figure: title) }
    guard values.count == rowLabels.count else {
      throw .count(what: "rows of the heatmap '\(title)'", found: values.count, expected: rowLabels.count)
    }
    for (row, label) in zip(values, rowLabels) where row.count != columnLabels.count {
      throw .count(what: "cells of the row '\(label)'", found: row.count, expected: columnLabels.count)
    }
    if let texts, texts.map(\.count) != values.map(\.count) {
      throw .count(
        what: "texts of the heatmap '\(title)'", found: texts.joined().count, expected: values.joined().count)
    }
    let range = colours.range(of: Array(values.joined()))
    try checkRange(values.joined() + [range.lowerBound, range.upperBound], figure: title)
    guard values.joined().contains(where: \.isFinite) else { throw .noNumbers(figure: title) }
  }

  private func drawCells(_ canvas: inout Canvas, left: Double, top: Double, cell: (width: Double, height: Double)) {
    let range = colours.range(of: Array(values.joined()))
    let texts =
      self.texts.map { $0.map { $0.map { TextStyle.fitting($0, size: 10, width: cell.width - 4) } } }
      ?? values.map { $0.map { value in decimals.map { shown(value, $0) } ?? "" } }
    let room = Frame.width(of: Array(texts.joined()), size: 10) <= cell.width - 4 && cell.height >= 16
    for (row, line) in values.enumerated() {
      for (column, value) in line.enumerated() {
        let colour = colours.colour(of: value, in: range)
        let (x, y) = (left + Double(column) * cell.width, top + Double(row) * cell.height)
        canvas.rectangle(x, y, cell.width, cell.height, fill: colour, stroke: .ground)
        if room, !texts[row][column].isEmpty {
          canvas.text(
            texts[row][column], x + cell.width / 2, y + cell.height / 2 + 3.5, size: 10, anchor: .middle,
            colour: colour.isDark ? .ground : .ink)
        }
      }
    }
  }

  /// The colour bar consists of thin cells rather than a gradient, which would need an id.
  private func drawBar(_ canvas: inout Canvas, x: Double, top: Double, bottom: Double) {
    let range = colours.range(of: Array(values.joined()))
    let scale = Scale(domain: range, start: bottom, end: top)
    let steps = 60
    let height = (bottom - top) / Double(steps)
    for step in 0..<steps {
      let share = (Double(steps - step) - 0.5) / Double(steps)
      let value = range.lowerBound + (range.upperBound - range.lowerBound) * share
      // A little taller than its place, so that no seam is visible between two.
      canvas.rectangle(
        x, top + Double(step) * height, 14, step == steps - 1 ? height : height + 0.5,
        fill: colours.colour(of: value, in: range))
    }
    let ticks = Ticks(in: range, count: 4)
    for value in ticks.values {
      canvas.segment([x + 14, scale(value)], [x + 18, scale(value)], .muted)
      canvas.text(ticks.label(value), x + 21, scale(value) + 4, colour: .muted)
    }
    let name = TextStyle.fitting(valueName, size: TextStyle.tick, width: bottom - top)
    canvas.text(
      name, x + 30 + Frame.width(of: ticks.values.map(ticks.label)), (top + bottom) / 2, anchor: .middle, turn: -90)
  }
}
