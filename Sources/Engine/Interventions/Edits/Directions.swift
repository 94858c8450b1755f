/// Directions, each times a coefficient, that are added together: `mind * 2 + other * 0.5`.
public struct Directions: Sendable, Hashable {
  /// One direction with its coefficient.
  public struct Term: Sendable, Hashable {
    public let direction: Edit.Direction
    public let coefficient: Float
    /// The kind of activation that it is a difference of; nil if it may be added anywhere.
    public let origin: SiteName?

    public init(_ direction: Edit.Direction, times coefficient: Float = 1, madeAt origin: SiteName? = nil) {
      self.direction = direction
      self.coefficient = coefficient
      self.origin = origin
    }
  }

  /// In order.
  public let terms: [Term]

  public init(_ terms: [Term]) { self.terms = terms }
}

/// What can be added to an activation, times a number: a direction, several, or a vector made from prompts.
public protocol DirectionsConvertible {
  var directions: Directions { get }
}

extension Directions: DirectionsConvertible {
  public var directions: Directions { self }
}

extension Edit.Direction: DirectionsConvertible {
  public var directions: Directions { Directions([Directions.Term(self)]) }
}

/// `[features]`, for all layers.
extension [Float]: DirectionsConvertible {
  public var directions: Directions { Edit.Direction.vectors([self], layers: nil).directions }
}

extension DirectionsConvertible {
  public static func * (directions: Self, factor: Float) -> Directions {
    Directions(
      directions.directions.terms.map {
        Directions.Term($0.direction, times: $0.coefficient * factor, madeAt: $0.origin)
      })
  }

  public static func * (factor: Float, directions: Self) -> Directions { directions * factor }

  public static prefix func - (directions: Self) -> Directions { directions * -1 }

  public static func + (first: Self, second: some DirectionsConvertible) -> Directions {
    Directions(first.directions.terms + second.directions.terms)
  }

  public static func - (first: Self, second: some DirectionsConvertible) -> Directions {
    Directions(first.directions.terms + (second * -1).terms)
  }
}
