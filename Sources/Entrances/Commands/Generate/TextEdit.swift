import Diagnostics
import Execution
import ExperimentFile
import Interventions
import ModelGraph
import Workbenches

/// An edit that applies while text is generated, in the form of the command line: `SITE.LAYER.HEAD: EDIT`, with the
/// right side written like `edit` in experiment files.
public struct TextEdit: Sendable {
  /// As written.
  public let text: String
  public let intervention: Intervention
  /// The origins of vectors that must fit the model.
  let origins: [VectorOrigin]

  /// Reads one edit, and the vector files that it names.
  /// - Parameters:
  ///   - argument: `z.9.6: zero`, `resid_post.3: {project_out: {vector: mind.h5}}`; layers and heads are numbers,
  /// ranges (`2..5`) or `all`; instead of SITE.LAYER, a hook's full name or a pattern.
  ///   - folder: the folder that files are relative to.
  /// - Throws: `CommandError.wrongEdit`.
  public init(argument: String, folder: String) throws {
    text = argument
    do {
      let content = try Field(yaml: argument, file: "--edit")?.content()
      guard case .map(let members)? = content, members.count == 1, let site = TextSite(members[0].key) else {
        throw CommandError.wrongEdit(
          argument,
          reason: "an edit is written SITE.LAYER.HEAD: EDIT, such as 'z.9.6: zero' or 'resid_post.3: {scale: 2}'",
          .wrongUsage)
      }
      let field = Field(source: members[0].field.source, place: members[0].field.place, path: "edit")
      let written = try field.edit(folder: folder, site: site.name)
      guard written.edit.additions.allSatisfy({ $0.coefficients.count == 1 }) else {
        throw CommandError.wrongEdit(
          argument, reason: "text is generated with one coefficient, not several", .wrongUsage)
      }
      intervention = Intervention(try site.site(), written.edit)
      origins = written.origins
    } catch {
      throw CommandError.ofEdit(argument, error)
    }
  }
}

/// `z.9.6`, `resid_post.2..5`, `embed` or a hook's name.
private struct TextSite {
  let name: SiteName
  private let selectors: [SiteAxis: Selector]

  init?(_ text: String) {
    // A hook's name itself contains points.
    let parts = text.prefixMatch(of: #/([a-z_]+)(?:\.(all|\d+(?:\.\.\d+)?))?(?:\.(all|\d+(?:\.\.\d+)?))?$/#)?.output
    if let parts, let name = SiteName(rawValue: String(parts.1)), name.layerAxis != .site {
      self.name = name
      var selectors: [SiteAxis: Selector] = [:]
      for (axis, part) in zip(name.hasLayers ? [SiteAxis.layer, .head] : [.head], [parts.2, parts.3]) {
        if let part { selectors[axis] = Self.selector(part) }
      }
      guard name.hasLayers == (parts.2 != nil) else { return nil }
      self.selectors = selectors
    } else {
      let first = SiteName(rawValue: String(text.prefix { $0 != "." }))
      guard first?.layerAxis ?? .site == .site, first != .embed, first != .posEmbed,
        let hook = SiteName(rawValue: text), hook.layerAxis == .site
      else { return nil }
      name = hook
      selectors = [:]
    }
  }

  private static func selector(_ text: Substring) -> Selector {
    guard text != "all" else { return .all }
    let ends = text.split(separator: "..").compactMap { Int($0) }
    return .items([.range(ends[0], ends[ends.count - 1])])
  }

  /// - Throws: `InterventionError.noSuchAxis` if heads are given but there are none.
  func site() throws -> Site { try Site(name, selectors) }
}

extension CommandError {
  /// An error in an edit on the command line, together with its text.
  static func ofEdit(_ text: String, _ error: any Error) -> any Error {
    switch error {
    case let error as CommandError: error
    case ExperimentError.inFile(_, let problem): wrongEdit(text, reason: problem.text, .wrongUsage)
    case ExperimentError.nested(_, let kind, let reason): wrongEdit(text, reason: reason, kind)
    case ExperimentError.brokenYAML(_, _, let column, let problem):
      wrongEdit(text, reason: "not YAML: \(problem) (column \(column))", .wrongUsage)
    case InterventionError.needsOtherRun: wrongEdit(text, reason: Self.message(of: error), .wrongUsage)
    case let error as any DiagnosedError: wrongEdit(text, reason: error.message, error.kind)
    default: error
    }
  }

  private static func message(of error: any Error) -> String { (error as? any DiagnosedError)?.message ?? "\(error)" }
}
