import Analysis
import ExperimentFile
import Workbenches

extension AnalysisFile {
  /// Reads an analysis file and the tables and vectors that it names; caches are opened when it runs.
  /// - Throws: `ExperimentError`, which names the file, the line and what would be right.
  public init(file: String) throws {
    try self.init(yaml: try readText(file), file: file)
  }

  /// Reads the text of an analysis file.
  /// - Parameter file: its name in messages; relative paths in it are relative to its folder.
  public init(yaml text: String, file: String) throws {
    guard let root = try Field(yaml: text, file: file) else { throw ExperimentError.noAnalysis(file: file) }
    let keys = try root.map(.analysisFile)
    let folder = folder(of: file)
    self.file = file
    self.text = text
    name = try keys.required("name").experimentName()
    caches = try keys.required("caches").cacheEntries(folder: folder)
    acrossModels =
      try keys["across_models"].map { try $0.flag() }
      ?? caches.contains { if case .made(let recipe) = $0 { recipe.models.count > 1 } else { false } }
    let defaults = try keys.analysisDefaults(over: AnalysisDefaults(), folder: folder)
    analyses = try keys.required("analyses").analyses(over: defaults, folder: folder)
  }
}

extension Field {
  fileprivate func cacheEntries(folder: String) throws -> [CacheEntry] {
    var entries: [(names: [String], place: Place)] = []
    return try oneOrMore(of: "caches").map { element in
      let entry = try element.cacheEntry(folder: folder)
      let names =
        switch entry {
        case .file(let name, _, _): [name]
        case .made(let recipe): recipe.names
        }
      for name in names {
        if let first = entries.first(where: { $0.names.contains(name) }) {
          throw element.error(.duplicateCache(name: name, firstLine: first.place.line))
        }
      }
      entries.append((names, element.place))
      return entry
    }
  }

  private func cacheEntry(folder: String) throws -> CacheEntry {
    if case .text = try content() {
      let written = try nonEmptyText()
      return .file(
        name: Self.cacheName(of: written), path: resolvedPath(written, relativeTo: folder), place: place)
    }
    let keys = try map(.analysisCache)
    let name = try keys["name"].map { field in
      let name = try field.nonEmptyText()
      guard isPartName(name) else {
        throw field.error(
          .badValue(path: field.path, value: quoted(name), expected: "letters, digits, -, _ and points only"))
      }
      return name
    }
    let what = try keys.exactlyOne(of: ["file", "model"])
    if what.key == "file" {
      try keys.refuse(["prompts", "hooks", "prepend_bos"], with: "file")
      let written = try what.field.nonEmptyText()
      return .file(
        name: name ?? Self.cacheName(of: written), path: resolvedPath(written, relativeTo: folder), place: place)
    }
    let models = try what.field.oneOrMore(of: "models").map {
      ModelReference(try $0.nonEmptyText(), relativeTo: folder)
    }
    return .made(
      CacheRecipe(
        name: name ?? "cache", models: models,
        prompts: try keys.needed("prompts", in: .analysisCache).promptInput(folder: folder),
        hooks: try keys.needed("hooks", in: .analysisCache).oneOrMore(of: "hook names").map { try $0.nonEmptyText() },
        prependBOS: try keys["prepend_bos"].map { try $0.prependBOS() } ?? .automatic, place: place))
  }

  private func promptInput(folder: String) throws -> CacheRecipe.Prompts {
    if case .map = try content() {
      return .template(try map(.analysisTemplate).required("template").template())
    }
    return .file(resolvedPath(try nonEmptyText(), relativeTo: folder))
  }

  /// A cache file's name without folders and extensions.
  private static func cacheName(of path: String) -> String {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    for ending in [".cache.h5", ".h5", ".hdf5"] where name.hasSuffix(ending) && name.count > ending.count {
      return String(name.dropLast(ending.count))
    }
    return name
  }
}
