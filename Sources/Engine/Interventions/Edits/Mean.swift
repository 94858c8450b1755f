import Execution

extension Edit {
  /// Takes the mean of the other run over examples, position by position.
  public struct Mean: EditKind {
    public static let form = EditForm(word: "mean")

    public init() {}
    public init(reading arguments: inout some EditArguments) {}

    public var takes: EditSource.Run { .meanOfOther }

    public func place(on target: EditTarget) throws -> [PlacedEdit] {
      target.placed(.replace(from: try target.other(for: self), row: 0))
    }
  }

  /// Takes the mean of the other run over examples, position by position.
  public static let mean = Edit(Mean())
}
