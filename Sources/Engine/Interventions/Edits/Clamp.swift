import Diagnostics
import Execution

extension Edit {
  /// Keeps each number between two bounds, one of which may be missing. Scores of hidden tokens (-infinity) do not
  /// change.
  public struct Clamp: EditKind {
    public static let form = EditForm(
      "clamp", "bounds that each number is kept between",
      .keys([EditForm.Key("min", "the least"), EditForm.Key("max", "the most")]), example: "{clamp: {min: 0, max: 1}}")

    public let min: Float?
    public let max: Float?

    /// - Precondition: there is a bound, and `min` is at most `max`.
    public init(min: Float?, max: Float?) {
      precondition(
        Self.fault(min, max) == nil, "clamp between \(String(describing: min)) and \(String(describing: max))")
      self.min = min
      self.max = max
    }

    public init(reading arguments: inout some EditArguments) throws {
      let (min, max) = (try arguments.number("min"), try arguments.number("max"))
      if let fault = Self.fault(min, max) { throw arguments.wrong(fault.value, expected: fault.expected) }
      self.init(min: min, max: max)
    }

    /// What is wrong with the two bounds.
    private static func fault(_ min: Float?, _ max: Float?) -> (value: String, expected: String)? {
      switch (min, max) {
      case (nil, nil): ("without bounds", "a map with min, max or both")
      case (let min?, let max?) where !(min <= max): ("from \(min) to \(max)", "a min that is at most the max")
      default: nil
      }
    }

    public var argument: JSONValue? {
      var keys = JSONObject()
      if let min { keys.append(key: "min", value: .number(shortest(min))) }
      if let max { keys.append(key: "max", value: .number(shortest(max))) }
      return .object(keys)
    }

    public var settings: [String: EditSetting] {
      [("min", min), ("max", max)].reduce(into: [:]) { $0[$1.0] = $1.1.map { .number($0) } }
    }

    public var words: String? {
      switch (min, max) {
      case (let min?, let max?): "was kept between \(min) and \(max)"
      case (let min?, nil): "was kept at \(min) or more"
      case (nil, let max?): "was kept at \(max) or less"
      case (nil, nil): nil
      }
    }

    public func place(on target: EditTarget) -> [PlacedEdit] {
      target.placed(.clamp(min: min ?? -.infinity, max: max ?? .infinity))
    }
  }

  /// Keeps each number between two bounds.
  /// - Precondition: there is a bound, and `min` is at most `max`.
  public static func clamp(min: Float? = nil, max: Float? = nil) -> Edit { Edit(Clamp(min: min, max: max)) }
}
