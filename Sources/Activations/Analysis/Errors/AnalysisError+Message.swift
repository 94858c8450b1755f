extension AnalysisError {
  public var message: String {
    switch self {
    case .notFinite(let example, let feature):
      "the activation of example \(example) is not a finite number in feature \(feature); leave that example out"
    case .tooLarge(let feature):
      "the activations in feature \(feature) are too large for their covariance (beyond 1e18); scale them down"
    case .labelCount(let labels, let examples):
      "\(counted(labels, "label")) for \(counted(examples, "example")); each example needs one"
    case .labelOutside(let example, let label, let classes):
      "example \(example) has the class number \(label); there are \(counted(classes, "class")), numbered from 0"
    case .labelNotFinite(let example):
      "the label of example \(example) is not a finite number"
    case .oneClass(let name):
      "all examples are in the class '\(name)'; a direction needs two classes"
    case .notTwoClasses(let method, let found):
      "\(method) separates two classes, but there are \(found); choose two of them, or a probe for several classes"
    case .tooFewInClass(let name, let found, let needed):
      "the class '\(name)' has \(counted(found, "example")), but at least \(needed) are needed"
    case .tooFewExamples(let purpose, let found, let needed):
      "\(purpose) needs at least \(counted(needed, "example")), but there \(found == 1 ? "is" : "are") \(found)"
    case .tooFewPairs(let found, let needed):
      "\(counted(found, "pair")), but at least \(needed) are needed"
    case .unevenPairs(let first, let second):
      "\(first) activations on one side of the pairs and \(second) on the other; each needs its partner"
    case .noVariance(let method):
      "\(method) finds nothing that varies: the activations are the same for all examples"
    case .otherWidth(let found, let expected):
      "activations of width \(found) where \(expected) is expected; do they come from another hook or model?"
    case .penalty(let method, let value):
      "the penalty of \(method) is \(value); it must be a positive number"
    case .share(let name, let value):
      "\(name) is \(value); it must be between 0 and 1"
    case .splitLeavesNone(let className, let side):
      "the split leaves no example of the class '\(className)' for \(side); use more examples or another share"
    case .tooMany(let what, let asked, let limit):
      "\(asked) \(what) requested, but there can be at most \(limit)"
    case .noConvergence(let method, let steps):
      "\(method) did not converge in \(steps) steps; a stronger penalty would help"
    }
  }

  private func counted(_ count: Int, _ noun: String) -> String {
    if count == 1 { return "1 \(noun)" }
    return "\(count) \(noun)\(noun.hasSuffix("s") ? "es" : "s")"
  }
}
