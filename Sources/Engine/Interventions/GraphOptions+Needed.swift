import ModelGraph

extension GraphOptions {
  /// The options under which edits of all these sites reach the logits.
  public static func needed(by sites: some Sequence<SiteName>) -> GraphOptions {
    var options = GraphOptions()
    for site in sites {
      switch site {
      case .result: options.separatesResults = true
      case .qInput, .kInput, .vInput, .mlpIn: options.splitsInputs = true
      default: break
      }
    }
    return options
  }
}
