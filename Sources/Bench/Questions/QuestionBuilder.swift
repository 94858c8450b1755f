/// Collects questions: sweeps, readouts, vectors in mazes, and sweeps that have been answered already and are asked
/// again.
@resultBuilder public enum QuestionBuilder {
  public static func buildExpression(_ question: some Question) -> [any Question] { [question] }

  public static func buildExpression(_ questions: [some Question]) -> [any Question] { questions }

  public static func buildExpression(_ questions: [any Question]) -> [any Question] { questions }

  public static func buildExpression(_ answer: SweepAnswer) -> [any Question] { [answer.question] }

  public static func buildBlock(_ parts: [any Question]...) -> [any Question] { Array(parts.joined()) }

  public static func buildOptional(_ part: [any Question]?) -> [any Question] { part ?? [] }

  public static func buildEither(first part: [any Question]) -> [any Question] { part }

  public static func buildEither(second part: [any Question]) -> [any Question] { part }

  public static func buildArray(_ parts: [[any Question]]) -> [any Question] { Array(parts.joined()) }
}
