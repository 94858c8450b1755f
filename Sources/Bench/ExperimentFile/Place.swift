/// A line of a file, as messages name it.
public struct Place: Sendable, Hashable, CustomStringConvertible {
  /// The path, as the user can open it.
  public let file: String
  /// Counted from 1.
  public let line: Int

  public init(file: String, line: Int) {
    self.file = file
    self.line = line
  }

  public var description: String { "\(file):\(line)" }
}
