import ExperimentFile
import Workbenches

/// A cache that an analysis file has made before it is analysed, one per model.
public struct CacheRecipe: Sendable {
  /// Where its prompts come from.
  public enum Prompts: Sendable {
    /// A JSONL file, as for `patchbay cache`.
    case file(String)
    case template(TemplateSpec)
  }

  public let name: String
  public let models: [ModelReference]
  public let prompts: Prompts
  public let hooks: [String]
  public let prependBOS: PrependBOS
  public let place: Place

  /// The same for another model.
  package func replacingModels(by model: ModelReference) -> CacheRecipe {
    CacheRecipe(name: name, models: [model], prompts: prompts, hooks: hooks, prependBOS: prependBOS, place: place)
  }

  /// The names of the caches: `NAME`, or `NAME.MODEL` for several models.
  public var names: [String] {
    guard models.count > 1 else { return [name] }
    var names: [String] = []
    for model in models {
      let last = model.text.split(whereSeparator: { $0 == "/" || $0 == ":" }).last.map(String.init) ?? "model"
      let own = "\(name).\(last)"
      names.append(names.contains(own) ? "\(own)-\(names.count)" : own)
    }
    return names
  }
}
