import ActivationStore
import LabelledArrays

/// What notebooks ask of a group of the results file: a sweep, a readout, a steering study.
extension StoredGroup {
  /// The path without a slash in front, as the notebook's `read` wants it.
  var readPath: String { String(path.dropFirst()) }

  /// An array of numbers in double precision, in which the notebook computes.
  /// - Throws: `StoreError`; `LabelledArrayError.notNumbers`.
  func values(_ name: String) throws -> LabelledArray { try array(name).inDoubles() }

  /// An attribute as Python prints it.
  func text(_ key: String) -> String? {
    switch attributes[key] {
    case .text(let text)?: text
    case .texts(let texts)?: texts.joined(separator: ", ")
    case .integer(let integer)?: "\(integer)"
    case .number(let number)?: "\(number)"
    default: nil
    }
  }

  func texts(_ key: String) -> [String] { attributes[key]?.list ?? [] }
}
