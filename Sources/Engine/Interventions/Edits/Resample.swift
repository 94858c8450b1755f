import Diagnostics
import Execution

extension Edit {
  /// Takes the value of another example of the other run, chosen with a seed.
  public struct Resample: EditKind {
    public static let form = EditForm(
      "resample", "another example's value, with a seed",
      .keys([EditForm.Key("seed", "which other examples are drawn")]),
      example: "{resample: {seed: 3}}", isWord: true)

    public let seed: UInt64

    public init(seed: UInt64) { self.seed = seed }
    public init(reading arguments: inout some EditArguments) throws { seed = try arguments.seed("seed") ?? 0 }

    public var argument: JSONValue? { .object(["seed": Int(exactly: seed).map { .integer($0) } ?? .string("\(seed)")]) }
    public var takes: EditSource.Run { .otherExamples(seed: seed) }
    public var settings: [String: EditSetting] { ["seed": .text("\(seed)")] }

    public func place(on target: EditTarget) throws -> [PlacedEdit] {
      target.placed(.replace(from: try target.other(for: self), row: target.row))
    }
  }

  /// Takes the value of another example of the other run, chosen with a seed.
  public static func resample(seed: UInt64) -> Edit { Edit(Resample(seed: seed)) }
}
