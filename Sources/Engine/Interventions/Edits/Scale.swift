import Diagnostics
import Execution

extension Edit {
  /// Multiplies by a number.
  public struct Scale: EditKind {
    public static let form = EditForm("scale", "the factor", .number, example: "{scale: 2}")

    public let factor: Float

    public init(by factor: Float) { self.factor = factor }
    public init(reading arguments: inout some EditArguments) throws { factor = try arguments.number() }

    public var argument: JSONValue? { .number(shortest(factor)) }
    public var settings: [String: EditSetting] { ["scale": .number(factor)] }

    public func place(on target: EditTarget) -> [PlacedEdit] { target.placed(.scale(factor)) }
  }

  /// Multiplies by a number.
  public static func scale(_ factor: Float) -> Edit { Edit(Scale(by: factor)) }
}
