import Diagnostics
import ExperimentFile
import Interventions
import Patching
import Workbenches

extension Field {
  /// One sweep of the list.
  /// - Parameters:
  /// - folder: the folder that vector files are relative to.
  ///   - metrics: the experiment's.
  func sweep(folder: String, metrics: [Metric]) throws -> SweepSpec {
    let keys = try map(.sweep)
    let name = try keys.questionName()
    let chosen = try keys.exactlyOne(of: ["site", "path"])
    if chosen.key == "path" {
      let others = KeyTable.sweep.keys.map(\.name).filter { !["name", "path"].contains($0) }
      try keys.refuse(others, with: "path")
      return SweepSpec(name: name, try chosen.field.path(sweep: name), place: place)
    }
    let method = try keys["method"].map { try $0.sweepMethod(metrics: metrics) } ?? .exact
    let (sweep, origins) = try chosen.field.siteSweep(name: name, keys, folder: folder)
    if method.estimates, let field = keys["method"], !sweep.standing.isEmpty {
      throw field.error(.noEstimateWithOtherEdits(path: field.path))
    }
    return SweepSpec(
      name: name, .site(sweep), method: method, origins: origins,
      additivity: try keys["additivity"]?.additivity(of: sweep.edit), place: place)
  }

  private func sweepMethod(metrics: [Metric]) throws -> SweepMethod {
    let method = try choice(SweepMethod.self)
    for metric in metrics where method.estimates {
      guard let reason = metric.reasonAgainstEstimate else { continue }
      throw error(.noEstimate(path: path, metric: metric.rawValue, reason: reason))
    }
    return method
  }

  /// A sweep over this field's site.
  private func siteSweep(name: String, _ keys: KeyedFields, folder: String) throws -> (Sweep, [VectorOrigin]) {
    let site = try siteName()
    let written = try keys["edit"].map { try $0.edit(folder: folder, site: site) } ?? WrittenEdit(.patch)
    let edit = written.edit
    let over = try keys.needed("over", in: .sweep).sweepAxes(site: site, edit: edit)
    let standing = try keys["with"].map { try $0.list(of: "edits").map { try $0.standingEdit(folder: folder) } } ?? []
    do {
      let sweep = try Sweep(
        name: name, site: try keys.site(site), over: over, edit: edit, standing: standing.map(\.0))
      return (sweep, written.origins + standing.flatMap(\.1))
    } catch {
      throw ExperimentError.wrapping(error, at: keys.place)
    }
  }

  /// A short name, or a hook's.
  func siteName() throws -> SiteName {
    if case .text(let word) = try content(), let site = SiteName(rawValue: word), site.layerAxis == .site {
      return site
    }
    return try choice(SiteName.self)
  }

  /// An edit that applies in every cell.
  private func standingEdit(folder: String) throws -> (Intervention, [VectorOrigin]) {
    let keys = try map(.standing)
    let name = try keys.required("site").siteName()
    let field = keys.required("edit")
    let written = try field.edit(folder: folder, site: name)
    guard written.edit.axes.isEmpty else {
      throw field.error(.standingHasAxis(path: field.path))
    }
    return (Intervention(try keys.site(name), written.edit), written.origins)
  }

  /// Names of activations, or true for the metrics only; nil for false.
  private func additivity(of edit: Edit) throws -> AdditivitySpec? {
    guard !edit.additions.isEmpty else { throw error(.additivityNeedsAdd(path: path)) }
    if case .bool(let flag) = try content() { return flag ? AdditivitySpec(hooks: [], place: place) : nil }
    return AdditivitySpec(hooks: try list(of: "names of activations").map { try $0.nonEmptyText() }, place: place)
  }

  private func sweepAxes(site: SiteName, edit: Edit) throws -> [SweepAxis] {
    let content = try content()
    guard case .list(let elements) = content else {
      throw error(.wrongType(path: path, found: content.description, expected: "a list of axes"))
    }
    var axes: [SweepAxis] = []
    for element in elements {
      let axis = try element.sweepAxis(site: site, edit: edit)
      if axes.contains(axis) { throw element.error(.repeated(path: path, word: axis.name)) }
      axes.append(axis)
    }
    return axes
  }

  private func sweepAxis(site: SiteName, edit: Edit) throws -> SweepAxis {
    let word = try text()
    if word == SweepAxis.coefficient.name, edit.additions.isEmpty { throw error(.coefficientNeedsAdd(path: path)) }
    if let own = edit.possibleAxes.first(where: { $0.name == word }) { return own }
    guard let axis = SiteAxis(rawValue: word), site.axes.contains(axis) else {
      throw error(.caused(InterventionError.noSuchAxis(axis: word, site: site, axes: site.axes).message))
    }
    return .site(axis)
  }
}

extension KeyedFields {
  /// A site narrowed by the keys named after its axes.
  fileprivate func site(_ name: SiteName) throws -> Site {
    var selectors: [SiteAxis: Selector] = [:]
    // A pattern itself selects the hooks.
    for axis in SiteAxis.allCases where axis != .site {
      guard let field = self[axis.rawValue] else { continue }
      guard name.axes.contains(axis) else {
        throw field.error(
          .caused(InterventionError.noSuchAxis(axis: axis.rawValue, site: name, axes: name.axes).message))
      }
      selectors[axis] = try field.selector()
    }
    return try Site(name, selectors)
  }
}
