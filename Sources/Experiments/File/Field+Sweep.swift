import Diagnostics
import Interventions
import Patching

extension Field {
  /// One sweep of the list.
  /// - Parameter folder: what vector files are relative to.
  func sweep(folder: String) throws -> SweepSpec {
    let keys = try map(.sweep)
    let nameField = keys.required("name")
    let name = try nameField.text()
    guard isName(name) else {
      throw nameField.error(
        .badValue(path: nameField.path, value: quoted(name), expected: "letters, digits, - and _ only"))
    }
    let site = try keys.required("site").choice(SiteName.self)
    let edit = try keys["edit"].map { try $0.edit(folder: folder) } ?? .patch
    let over = try keys.required("over").sweepAxes(site: site, edit: edit)
    var selectors: [SiteAxis: Selector] = [:]
    for axis in SiteAxis.allCases {
      guard let field = keys[axis.rawValue] else { continue }
      guard site.axes.contains(axis) else {
        throw field.error(
          .caused(InterventionError.noSuchAxis(axis: axis.rawValue, site: site, axes: site.axes).message))
      }
      selectors[axis] = try field.selector()
    }
    do {
      let sweep = try Sweep(name: name, site: try Site(site, selectors), over: over, edit: edit)
      return SweepSpec(sweep, place: place)
    } catch {
      throw ExperimentError.wrapping(error, at: place)
    }
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
    if word == SweepAxis.coefficient.name {
      guard case .add = edit else { throw error(.coefficientNeedsAdd(path: path)) }
      return .coefficient
    }
    guard let axis = SiteAxis(rawValue: word), site.axes.contains(axis) else {
      throw error(.caused(InterventionError.noSuchAxis(axis: word, site: site, axes: site.axes).message))
    }
    return .site(axis)
  }
}
