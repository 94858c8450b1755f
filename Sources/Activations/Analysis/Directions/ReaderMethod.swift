/// How to find a direction that tells two classes apart.
public enum ReaderMethod: Sendable, Equatable {
  /// The mean of the positive class minus that of the negative one.
  case meanDifference
  /// The first principal component of the differences within pairs.
  case pairedComponent(order: Pairs.Order)
  /// A logistic probe; see `LogisticRegression`.
  case logistic(penalty: Double)
  /// The linear discriminant; see `Moments.linearDiscriminant`.
  case linearDiscriminant(shrinkage: Double)
  /// The direction with which LEACE measures what it removes. It is that of the discriminant without shrinkage.
  case leace
  /// A control: a random direction.
  case random(seed: UInt64)

  /// The method's name in tables and messages.
  public var name: String {
    switch self {
    case .meanDifference: "mean difference"
    case .pairedComponent: "first component of paired differences"
    case .logistic: "logistic probe"
    case .linearDiscriminant: "linear discriminant"
    case .leace: "LEACE"
    case .random: "random direction"
    }
  }
}
