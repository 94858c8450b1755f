/// The value of an attribute of a file, group or array.
public enum Attribute: Sendable, Hashable {
  case text(String)
  /// Stored as int64.
  case integer(Int)
  /// Stored as float64.
  case number(Double)
  case texts([String])
  case integers([Int])
  case numbers([Double])
}
