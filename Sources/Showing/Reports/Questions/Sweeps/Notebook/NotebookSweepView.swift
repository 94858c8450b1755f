import LabelledArrays

/// How a sweep is drawn: by its axes, one form per shape.
struct NotebookSweepView {
  enum Shape: Equatable {
    /// One number per example: nothing to draw.
    case single
    case bars
    /// Along a coefficient.
    case lines(x: String)
    case map
  }

  let shape: Shape
  /// What the picture's code first does to its array, one line each.
  let steps: [String]
  /// The array's name after that, and the array.
  let variable: String
  let picture: LabelledArray
  let helpers: [NotebookHelper]
  /// What the picture leaves out.
  let note: String?

  private static let positions = ["position", "source", "destination"]
  static let mostBars = 30, mostRows = 40, mostSenders = 24, mostMergedRows = 16, mostColumns = 60,
    mostMergedColumns = 40, mostLines = 8
  /// Colours of effects range at least this far from 0, so that effects close to 0 look like it.
  static let leastEffect = 0.2

  /// - Parameters:
  /// - cells: without axes of one entry.
  ///   - name: their name in the code.
  init(_ cells: LabelledArray, name: String = "cells") throws {
    let axes = cells.cellAxes
    let graded = axes.filter { $0.name.hasPrefix("coefficient") && $0.labels.texts.allSatisfy { Double($0) != nil } }
    var steps: [String] = []
    var helpers: [NotebookHelper] = []
    var notes: [String] = []
    var picture = cells
    var current = name
    func step(_ code: (String) -> String) {
      steps.append("picture = \(code(current))")
      current = "picture"
    }
    func take(_ axis: String, _ count: Int, _ what: String) throws {
      guard let size = picture.axes.first(where: { $0.name == axis })?.count, size > count else { return }
      picture = try picture.top(axis, count)
      step { "top(\($0), \(pythonLiteral(axis)), \(count))" }
      helpers.append(.top)
      notes.append("the \(count) \(what) of \(size) with the largest effects")
    }
    func merge(_ parts: [String]) throws -> String {
      guard parts.count > 1 else { return parts.first ?? "" }
      picture = try picture.merged(parts)
      step { "merge(\($0), \(pythonList(parts)))" }
      helpers.append(.merge)
      return parts.joined(separator: ".")
    }
    func order(_ names: [String]) throws {
      guard picture.cellAxes.map(\.name) != names else { return }
      picture = try picture.ordered(names)
      step { "\($0).transpose(\(names.map(pythonLiteral).joined(separator: ", ")))" }
    }
    if axes.isEmpty {
      shape = .single
    } else if graded.count == 1 {
      let others = axes.map(\.name).filter { $0 != graded[0].name }
      if !others.isEmpty { try take(try merge(others), Self.mostLines, "lines") }
      helpers.append(.lines)
      shape = .lines(x: graded[0].name)
    } else if let heads = cells.mean.byHead, heads.count >= 12 {
      picture = heads
      step { "by_head(\($0).mean(\"example\"))" }
      helpers += [.byHead, .heatmap]
      shape = .map
    } else if axes.count == 1 {
      try take(axes[0].name, Self.mostBars, "bars")
      helpers.append(.bars)
      shape = .bars
    } else {
      picture = cells.mean
      step { "\($0).mean(\"example\")" }
      let columns = Self.columns(axes.map(\.name))
      let rows = axes.map(\.name).filter { !columns.contains($0) }
      let (row, column) = (try merge(rows), try merge(columns))
      try order([row, column])
      try take(row, rows.count > 1 ? Self.mostMergedRows : row == "sender" ? Self.mostSenders : Self.mostRows, "rows")
      try take(column, columns.count > 1 ? Self.mostMergedColumns : Self.mostColumns, "columns")
      helpers.append(.heatmap)
      shape = .map
    }
    variable = current
    (self.steps, self.picture, self.helpers) = (steps, picture, helpers)
    note = notes.isEmpty ? nil : "Drawn: \(joinedWords(notes))."
  }

  /// The axes of the columns.
  private static func columns(_ names: [String]) -> [String] {
    let receivers = names.filter { $0.hasPrefix("receiver") || $0 == "input" }
    if !receivers.isEmpty, receivers.count < names.count { return receivers }
    if names.contains("source"), names.contains("destination") { return ["source"] }
    if let position = names.first(where: positions.contains) { return [position] }
    return Array(names.suffix(1))
  }
}
