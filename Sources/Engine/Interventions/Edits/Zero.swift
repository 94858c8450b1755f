import Execution

extension Edit {
  /// Sets to 0.
  public struct Zero: EditKind {
    public static let form = EditForm(word: "zero")

    public init() {}
    public init(reading arguments: inout some EditArguments) {}

    public func place(on target: EditTarget) -> [PlacedEdit] { target.placed(.zero) }
  }

  /// Sets to 0.
  public static let zero = Edit(Zero())
}
