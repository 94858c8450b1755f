import Diagnostics
import Figures
import Foundation

/// A cell of a notebook, as in nbformat 4.5.
struct NotebookCell: Sendable {
  enum Content: Sendable {
    case markdown
    /// With its outputs.
    case code([Output])
    /// Collapsed in JupyterLab, but run like any other.
    case foldedCode
  }

  /// The outputs of a code cell.
  enum Output: Sendable {
    /// What it prints.
    case text(String)
    case figure(Drawn)
  }

  /// A figure in the place of matplotlib's.
  struct Drawn: Sendable {
    let figure: Figure
    /// IPython's text for matplotlib's figure: its pixels and its number of axes.
    let width, height, axes: Int

    var name: String { "<Figure size \(width)x\(height) with \(axes) Axes>" }
  }

  /// Letters, digits, - and _; no two cells of a notebook have the same.
  let id: String
  let content: Content
  let source: String
}

extension NotebookCell {
  var isCode: Bool {
    switch content {
    case .markdown: false
    case .code, .foldedCode: true
    }
  }

  /// - Parameters:
  /// - count: the number that Jupyter shows next to a code cell.
  ///   - scale: pixels of a picture per pixel of its figure.
  func json(count: Int, scale: Double) throws -> JSONValue {
    let lines = JSONValue.array(Self.lines(source).map { .string($0) })
    switch content {
    case .markdown:
      return .object(["cell_type": .string("markdown"), "id": .string(id), "metadata": .object([:]), "source": lines])
    case .code(let outputs):
      return code(lines, count, .object([:]), try outputs.map { try Self.json($0, scale: scale) })
    case .foldedCode:
      return code(lines, count, .object(["jupyter": .object(["source_hidden": .bool(true)])]), [])
    }
  }

  private func code(_ lines: JSONValue, _ count: Int, _ metadata: JSONValue, _ outputs: [JSONValue]) -> JSONValue {
    .object([
      "cell_type": .string("code"), "execution_count": .integer(count), "id": .string(id), "metadata": metadata,
      "outputs": .array(outputs), "source": lines,
    ])
  }

  private static func json(_ output: Output, scale: Double) throws -> JSONValue {
    switch output {
    case .text(let text):
      return .object([
        "name": .string("stdout"), "output_type": .string("stream"), "text": .array(lines(text).map { .string($0) }),
      ])
    case .figure(let drawn):
      let picture = Data(try drawn.figure.png(scale: scale)).base64EncodedString()
      return .object([
        "data": .object([
          "image/png": .string(picture), "text/plain": .array([.string(drawn.name)]),
        ]),
        "metadata": .object(["image/png": .object(["width": .integer(Int(drawn.figure.width.rounded()))])]),
        "output_type": .string("display_data"),
      ])
    }
  }

  /// The lines, each with its line feed, as notebooks store text.
  static func lines(_ text: String) -> [String] {
    var lines: [String] = []
    var line = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      line.append(scalar)
      if scalar == "\n" {
        lines.append(String(line))
        line = String.UnicodeScalarView()
      }
    }
    return line.isEmpty ? lines : lines + [String(line)]
  }
}

/// A whole notebook.
struct NotebookDocument: Sendable {
  var cells: [NotebookCell] = []

  /// Pictures shrink until a notebook is at most this large, in bytes.
  static let roomForPictures = 1_700_000

  /// JSON text of nbformat 4.5.
  func text() throws -> String {
    var text = ""
    for scale in [1.5, 1, 0.7] {
      text = try json(scale: scale).text + "\n"
      if text.utf8.count <= Self.roomForPictures { break }
    }
    return text
  }

  private func json(scale: Double) throws -> JSONValue {
    var count = 0
    let cells = try cells.map { cell -> JSONValue in
      if cell.isCode { count += 1 }
      return try cell.json(count: count, scale: scale)
    }
    return .object([
      "cells": .array(cells),
      "metadata": .object([
        "kernelspec": .object([
          "display_name": .string("Python 3"), "language": .string("python"), "name": .string("python3"),
        ]),
        "language_info": .object(["name": .string("python")]),
      ]),
      "nbformat": .integer(4), "nbformat_minor": .integer(5),
    ])
  }
}
