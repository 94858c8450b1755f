import Foundation

/// AdamW with a schedule (Loshchilov and Hutter 2019): weight decay is separate from the gradient, and on matrices
/// only.
public struct OptimizerSpec: Sendable, Hashable {
  /// How the learning rate falls after the warm-up.
  public enum Decay: String, Sendable, Hashable, CaseIterable { case constant, linear, cosine }

  /// The highest learning rate.
  public var learningRate: Float
  /// Steps over which it rises from 0.
  public var warmUp: Int
  public var decay: Decay
  /// The share of the highest rate left at the last step.
  public var finalShare: Float
  public var beta1: Float
  public var beta2: Float
  public var epsilon: Float
  /// On matrices, including the embeddings; never on biases and gains.
  public var weightDecay: Float
  /// The largest norm of the gradient over all weights; longer gradients are shortened. nil for no limit.
  public var clip: Float?

  public init(
    learningRate: Float = 1e-3, warmUp: Int = 100, decay: Decay = .cosine, finalShare: Float = 0.1,
    beta1: Float = 0.9, beta2: Float = 0.98, epsilon: Float = 1e-8, weightDecay: Float = 0.1, clip: Float? = 1
  ) {
    self.learningRate = learningRate
    self.warmUp = warmUp
    self.decay = decay
    self.finalShare = finalShare
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.clip = clip
  }

  /// The learning rate of a step.
  /// - Parameters:
  ///   - step: counted from 0.
  ///   - steps: the total number of steps.
  public func rate(step: Int, of steps: Int) -> Float {
    if step < warmUp { return learningRate * Float(step + 1) / Float(warmUp) }
    guard steps > warmUp + 1 else { return learningRate }
    let share = Double(step - warmUp) / Double(steps - 1 - warmUp)
    let left: Double
    switch decay {
    case .constant: left = 1
    case .linear: left = 1 - share
    case .cosine: left = 0.5 * (1 + cos(.pi * share))
    }
    return learningRate * (finalShare + (1 - finalShare) * Float(decay == .constant ? 1 : left))
  }

  var settings: [(key: String, value: String)] {
    [
      ("optimizer.learning_rate", "\(learningRate)"), ("optimizer.warm_up", "\(warmUp)"),
      ("optimizer.decay", decay.rawValue), ("optimizer.final", "\(finalShare)"),
      ("optimizer.betas", "\(beta1), \(beta2)"), ("optimizer.epsilon", "\(epsilon)"),
      ("optimizer.weight_decay", "\(weightDecay)"), ("optimizer.clip", clip.map { "\($0)" } ?? "none"),
    ]
  }
}
