import Diagnostics
import ExperimentFile

/// A vector to add, or one per layer, read from a `.npy`, `.json` or `.gguf` file.
package struct VectorFile {
  /// [layer, feature], or a single row.
  package let rows: [[Float]]
  /// The layers that the rows are for; nil if the file has one vector for all layers.
  package let layers: [Int]?
  /// How a control vector's layers were counted.
  package let note: String?

  /// Whether the file has a row per layer, rather than one vector for all.
  package var isByLayer: Bool { layers != nil }

  /// - Throws: `ExperimentError` for a file that is missing, of another format, ragged or empty, or has a number that
  ///   is not finite.
  package init(path: String) throws {
    if path.lowercased().hasSuffix(".npy") {
      let array = try NumpyArray(try readBytes(path), file: path)
      switch array.shape.count {
      case 1: self.init(rows: [array.values], isByLayer: false)
      case 2:
        let width = array.shape[1]
        let rows = (0..<array.shape[0]).map { Array(array.values[($0 * width)..<(($0 + 1) * width)]) }
        self.init(rows: rows, isByLayer: true)
      default:
        throw ExperimentError.badVector(
          file: path, problem: "the array has shape \(array.shape); it must be [feature] or [layer, feature]")
      }
    } else if path.lowercased().hasSuffix(".json") {
      self = try VectorFile(json: try readBytes(path), file: path)
    } else if ControlVector.isNamed(by: path) {
      let control = try ControlVector(path: path)
      self.init(rows: control.vector.values.map { $0[0] }, layers: control.vector.layers, note: control.note)
    } else {
      throw ExperimentError.unknownVectorFormat(file: path)
    }
    guard let width = rows.first?.count, width > 0 else {
      throw ExperimentError.badVector(file: path, problem: "it has no numbers")
    }
    for (layer, row) in rows.enumerated() {
      if row.count != width {
        throw ExperimentError.badVector(
          file: path,
          problem: "row 0 has \(width) numbers and row \(layer) has \(row.count); all rows must have the same length")
      }
      if let index = row.firstIndex(where: { !$0.isFinite }) {
        throw ExperimentError.badVector(
          file: path, problem: "number \(index)\(isByLayer ? " of row \(layer)" : "") is not finite")
      }
    }
  }

  private init(rows: [[Float]], isByLayer: Bool) {
    self.init(rows: rows, layers: isByLayer ? Array(rows.indices) : nil, note: nil)
  }

  private init(rows: [[Float]], layers: [Int]?, note: String?) {
    (self.rows, self.layers, self.note) = (rows, layers, note)
  }

  private init(json bytes: [UInt8], file: String) throws {
    let value: JSONValue
    do {
      value = try JSONValue(parsing: bytes)
    } catch {
      throw ExperimentError.brokenJSON(file: file, error)
    }
    let problem = "must be a list of numbers, or a list of such lists, one for each layer"
    func numbers(_ value: JSONValue) throws -> [Float] {
      guard let elements = value.arrayValue else { throw ExperimentError.badVector(file: file, problem: problem) }
      return try elements.map {
        guard let number = $0.doubleValue else { throw ExperimentError.badVector(file: file, problem: problem) }
        return Float(number)
      }
    }
    if let elements = value.arrayValue, elements.first?.arrayValue != nil {
      self.init(rows: try elements.map(numbers), isByLayer: true)
    } else {
      self.init(rows: [try numbers(value)], isByLayer: false)
    }
  }
}
