import Foundation

/// The logistic function and related ones, without overflow.
enum Logistic {
  /// 1 / (1 + exp(-x)).
  static func probability(_ x: Double) -> Double {
    if x >= 0 { return 1 / (1 + exp(-x)) }
    let e = exp(x)
    return e / (1 + e)
  }

  /// log(1 + exp(x)).
  static func softplus(_ x: Double) -> Double { max(x, 0) + log1p(exp(-abs(x))) }
}
