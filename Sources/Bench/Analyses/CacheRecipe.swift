import ExperimentFile
import Workbenches

/// A cache that an analysis file has made before it is analysed, one for each model.
public struct CacheRecipe: Sendable {
  /// Where its prompts come from.
  public enum Prompts: Sendable {
    /// A JSONL file, as `patchbay cache` takes it.
    case file(String)
    case template(TemplateSpec)
  }

  public let name: String
  public let models: [ModelReference]
  public let prompts: Prompts
  public let hooks: [String]
  public let prependBOS: PrependBOS
  public let place: Place

  /// The same of another model.
  package func replacingModels(by model: ModelReference) -> CacheRecipe {
    CacheRecipe(name: name, models: [model], prompts: prompts, hooks: hooks, prependBOS: prependBOS, place: place)
  }

  /// What the caches are called: `NAME`, or `NAME.MODEL` of several models.
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
