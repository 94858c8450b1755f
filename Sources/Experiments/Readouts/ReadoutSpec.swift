import ModelGraph
import Patching

/// What an experiment file asks to be read off the unedited runs.
public struct ReadoutSpec: Sendable, Hashable {
  /// What is read.
  public enum Kind: Sendable, Hashable {
    /// What each part of the model writes into the logit difference.
    case directLogitAttribution
    /// What each layer's stream would say if the model ended there.
    case logitLens
    /// Where heads look.
    case attention(heads: [Head])
  }

  /// The words of experiment files for the kinds.
  enum Word: String, CaseIterable {
    case directLogitAttribution = "direct_logit_attribution"
    case logitLens = "logit_lens"
    case attention
  }

  public let name: String
  public let kind: Kind
  public let runs: [RunSide]
  public let place: Place

  public init(name: String, kind: Kind, runs: [RunSide], place: Place) {
    self.name = name
    self.kind = kind
    self.runs = runs
    self.place = place
  }
}
