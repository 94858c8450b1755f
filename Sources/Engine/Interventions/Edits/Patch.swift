import Execution

extension Edit {
  /// Takes the other run's value.
  public struct Patch: EditKind {
    public static let form = EditForm(word: "patch")

    public init() {}
    public init(reading arguments: inout some EditArguments) {}

    public var takes: EditSource.Run { .other }
    public var keepsSharedValues: Bool { true }

    public func place(on target: EditTarget) throws -> [PlacedEdit] {
      target.placed(.replace(from: try target.other(for: self), row: target.row))
    }
  }

  /// Takes the other run's value.
  public static let patch = Edit(Patch())
}
