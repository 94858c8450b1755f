import ActivationStore
import LabelledArrays

/// What notebooks need from a group of the results file: a sweep, a readout, a steering study.
extension StoredGroup {
  /// The path without its leading slash, for the notebook's `read`.
  var readPath: String { String(path.dropFirst()) }

  /// An array of numbers in double precision, which the notebook uses.
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
