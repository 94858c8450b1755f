import Diagnostics
import ModelGraph

/// What can be wrong with a site or an edit, or with how they fit a model and its prompts.
public enum InterventionError: DiagnosedError, Equatable {
  case noSuchAxis(axis: String, site: SiteName, axes: [SiteAxis])
  /// The family has no such activation: `resid_mid` in a parallel block, `pos_embed` with rotary positions.
  case noSuchSite(SiteName, family: String, reason: String)
  /// The graph was built without the option that puts the site's node in the path to the logits.
  case notInPath(SiteName)
  /// The scores themselves, which metrics read.
  case outcomeIsRead(hook: String)
  /// An activation that an edit of the site cannot change.
  case notLater(hook: String, site: String)
  /// A hook's activation that lacks this axis.
  case axisAbsent(axis: SiteAxis, hook: String, axes: [String])
  case outsideAxis(axis: SiteAxis, index: Int, count: Int, site: SiteName)
  /// No prompt has any of the positions.
  case neverFires(site: SiteName, axis: SiteAxis, longest: Int)
  case wrongVectorWidth(site: SiteName, width: Int, expected: Int)
  case noVectorForLayer(layer: Int, layers: [Int])
  /// A direction can be projected out only where each token has one vector.
  case notOneVector(site: SiteName)
  /// A vector that is a difference of another kind of activation.
  case madeElsewhere(origin: SiteName, site: SiteName)
  /// What is to be projected out is not one vector for each layer.
  case notOneDirection
  /// A vector of zeros has no direction.
  case noDirection(layer: Int)
  /// Differences of other examples are aligned by positions.
  case noPositionsToAlign(site: SiteName)
  /// An edit that takes numbers from a run that does not exist.
  case needsOtherRun(edit: String)
  case meanNeedsOneLength(lengths: [Int])
  case resampleNeedsPartner(example: Int, length: Int)

  public var kind: FailureKind { .badData }

  public var message: String {
    switch self {
    case .noSuchAxis(let axis, let site, let axes):
      return "site '\(site.rawValue)' has no axis '\(axis)'" + suggestion(for: axis, among: axes.map(\.rawValue))
    case .noSuchSite(let site, let family, let reason):
      return "site '\(site.rawValue)': this \(family) model has none: \(reason)"
    case .notInPath(.hook(let hook)):
      return "site '\(hook)': the logits do not depend on it, so edits of it would not change them"
    case .notInPath(let site):
      return """
        site '\(site.rawValue)': edits of it would not reach the logits in this graph; build the model with \
        GraphOptions.needed(by:)
        """
    case .outcomeIsRead(let hook):
      return "site '\(hook)' is the outcome that metrics read and cannot be edited; choose an earlier activation"
    case .notLater(let hook, let site):
      return "\(hook) does not come after \(site), so no edit there can change it"
    case .axisAbsent(let axis, let hook, let axes):
      return "\(hook) has no axis '\(axis.rawValue)'" + suggestion(for: axis.rawValue, among: axes)
    case .outsideAxis(let axis, let index, let count, let site):
      return
        "\(axis.rawValue) \(index) of site '\(site.rawValue)' does not exist: there are \(count) (0 to \(count - 1))"
    case .neverFires(let site, let axis, let longest):
      return """
        site '\(site.rawValue)' would never fire: no prompt has any of the chosen \(axis.rawValue)s (the longest prompt \
        has \(longest) positions)
        """
    case .wrongVectorWidth(let site, let width, let expected):
      return "the vector to add has \(width) numbers; site '\(site.rawValue)' has \(expected)"
    case .notOneVector(let site):
      return
        "a direction can only be projected out of a site with one vector per token, such as resid_pre, not out of \(site.rawValue)"
    case .madeElsewhere(let origin, let site):
      return "the vector was made from \(origin.rawValue), not \(site.rawValue); add its numbers to use it there"
    case .notOneDirection:
      return "only one direction can be projected out, given as a vector for all layers or one for each"
    case .noDirection(let layer): return "the vector for layer \(layer) is all zeros and has no direction"
    case .noPositionsToAlign(let site):
      return "another example's difference is aligned by positions, but site '\(site.rawValue)' has pairs of positions"
    case .noVectorForLayer(let layer, let layers):
      return
        "no vector for layer \(layer): there are vectors for layers \(layers.map(String.init).joined(separator: ", "))"
    case .needsOtherRun(let edit):
      return
        "edit '\(edit)' takes its numbers from another run, but there is none here; it needs a sweep over prompt pairs"
    case .meanNeedsOneLength(let lengths):
      return """
        edit 'mean' takes the mean over examples position by position, so all prompts must have the same \
        length; theirs are \(Set(lengths).sorted().map(String.init).joined(separator: ", "))
        """
    case .resampleNeedsPartner(let example, let length):
      return """
        edit 'resample' takes another example's value, but no other prompt has the length of prompt \(example) \
        (\(length) tokens)
        """
    }
  }
}
