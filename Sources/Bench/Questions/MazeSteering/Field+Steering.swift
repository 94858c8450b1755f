import Diagnostics
import ExperimentFile
import Interventions
import Mazes
import Workbenches

extension Field {
  /// One element of `steering`.
  /// - Parameters:
  /// - mazes: how many there are.
  ///   - folder: the folder that vector files are relative to.
  func mazeSteering(mazes: Int, folder: String) throws -> MazeSteeringSpec {
    let keys = try map(.steering)
    let name = try keys.questionName()
    let site = try keys["site"].map { try $0.hookSite() } ?? .hook("embedder.block2.res1.resadd_out")
    let (terms, origin) = try keys.required("add").terms(site: site, folder: folder)
    let isPattern = site.rawValue.contains { "*?".contains($0) }
    let source = try keys["from"].map { try $0.choice(MazeSteeringSpec.Source.self) } ?? .own
    if let field = keys["from"], isPattern, source == .every {
      throw field.error(.cannotCombine(key: "from: every", other: "a pattern as site", path: path))
    }
    let rollouts = try keys["rollouts"].map { try $0.integer(from: 0, to: 10_000) } ?? 0
    for key in ["rollouts", "fields", "additivity", "save"] {
      guard let field = keys[key], isPattern || source == .every else { continue }
      throw field.error(.cannotCombine(key: key, other: isPattern ? "a pattern as site" : "from: every", path: path))
    }
    return MazeSteeringSpec(
      name: name, site: site, terms: terms, source: source, rollouts: rollouts,
      stepLimit: try keys["steps"].map { try $0.integer(from: 1, to: 100_000) } ?? 256,
      additivity: try keys["additivity"].map { try $0.hookNames() },
      fields: try keys["fields"].map { try $0.fields(terms: terms, mazes: mazes) },
      savesVectors: try keys["save"].map { try $0.flag() } ?? false, origin: origin, place: place)
  }

  private func terms(
    site: SiteName, folder: String
  ) throws -> (terms: [MazeSteeringSpec.Term], origin: VectorOrigin?) {
    let keys = try map(.steeringAdd)
    var terms = try MazeSteeringSpec.Vector.made.compactMap { vector in
      try keys[vector.name].map { MazeSteeringSpec.Term(vector, try $0.coefficients()) }
    }
    var origin: VectorOrigin?
    if let field = keys["vector"] {
      let keys = try field.map(.steeringVector)
      let vector: [Float]
      (vector, origin) = try field.storedVector(keys, folder: folder, site: site)
      terms.append(MazeSteeringSpec.Term(.stored(vector), try keys.required("coefficient").coefficients()))
    }
    guard !terms.isEmpty else {
      throw error(.emptyList(path: path, expected: KeyTable.steeringAdd.keys.map(\.name).joined(separator: ", ")))
    }
    return (terms, origin)
  }

  /// From a vector file, or as numbers.
  private func storedVector(
    _ keys: KeyedFields, folder: String, site: SiteName
  ) throws -> (vector: [Float], origin: VectorOrigin?) {
    let chosen = try keys.exactlyOne(of: ["file", "values"])
    guard chosen.key == "file" else {
      try keys.refuse(["anywhere"], with: "values")
      return (try chosen.field.vector(width: nil), nil)
    }
    let stored = try chosen.field.steeringVector(keys["anywhere"], folder: folder, site: site)
    guard stored.vector.values.count == 1, !stored.vector.isSequence else {
      throw chosen.field.error(
        .badValue(
          path: chosen.field.path, value: "a file of several vectors", expected: "one vector, of one activation"))
    }
    return (stored.vector.values[0][0], stored.origin)
  }

  /// One number or several, without repetition.
  private func coefficients() throws -> [Float] {
    var found: [Float] = []
    for element in try oneOrMore(of: "coefficients") {
      let number = try element.float()
      if found.contains(number) { throw element.error(.repeated(path: path, word: "\(number)")) }
      found.append(number)
    }
    return found
  }

  private func hookSite() throws -> SiteName {
    let text = try nonEmptyText()
    guard case .hook? = SiteName(rawValue: text) else {
      throw error(
        .badValue(path: path, value: quoted(text), expected: "a hook such as embedder.block2.res1.resadd_out"))
    }
    return .hook(text)
  }

  /// `true` for the logits alone, or a list of hooks.
  private func hookNames() throws -> [String] {
    if case .bool(true) = try content() { return [] }
    return try oneOrMore(of: "hooks").map { try $0.nonEmptyText() }
  }

  private func fields(terms: [MazeSteeringSpec.Term], mazes: Int) throws -> MazeSteeringSpec.Fields {
    let keys = try map(.steeringFields)
    let count = try keys["mazes"].map { try $0.integer(from: 1, to: mazes) } ?? 1
    let field = keys.required("at")
    let coefficients = try field.oneOrMore(of: "coefficients").map { try $0.float() }
    guard coefficients.count == terms.count else {
      throw field.error(
        .badValue(
          path: field.path, value: "\(coefficients.count) numbers", expected: "one for each vector (\(terms.count))"))
    }
    return MazeSteeringSpec.Fields(mazes: count, coefficients: coefficients)
  }
}
