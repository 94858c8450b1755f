import ExperimentFile
import Interventions
import ModelGraph
import Patching

extension SweepSpec {
  /// A sweep over a site, requested by a program.
  /// - Parameters:
  /// - sweep: with the name for its results.
  ///   - method: whether cells are run, estimated from a gradient, or both.
  /// - additivity: for added directions, what they do together and each alone, to the metrics and in these activations;
  ///   nil if not requested.
  ///   - file: with `line`, the place named in messages.
  public init(
    _ sweep: Sweep, method: SweepMethod = .exact, additivity: [String]? = nil, file: String = #fileID,
    line: Int = #line
  ) {
    let place = Place(file: file, line: line)
    self.init(
      name: sweep.name, .site(sweep), method: method,
      additivity: additivity.map { AdditivitySpec(hooks: $0, place: place) }, place: place)
  }

  init(
    _ site: Site, over axes: [SweepAxis], named name: String?, edit: Edit, with standing: [Intervention] = [],
    method: SweepMethod = .exact, additivity: [String]? = nil, file: String, line: Int
  ) throws {
    let place = Place(file: file, line: line)
    do {
      let sweep = try Sweep(
        name: name ?? Self.name(of: site, edit), site: site, over: axes, edit: edit, standing: standing)
      self.init(sweep, method: method, additivity: additivity, file: file, line: line)
    } catch {
      throw ExperimentError.wrapping(error, at: place)
    }
  }

  /// Such as `z`, or `z-zero` for an edit other than patch; characters that names cannot have become hyphens.
  private static func name(of site: Site, _ edit: Edit) -> String {
    let own = site.name.rawValue.map { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." ? String($0) : "-" }
    return own.joined() + (edit.name == Edit.patch.name ? "" : "-\(edit.name)")
  }
}

/// Sweeps by short names, for the builder of an `Experiment`: `.sweep(.z, over: .layer, .head)`, `.edges()`.
extension Question where Self == SweepSpec {
  /// One edit at every entry of some axes of a site, each in a run of its own.
  /// - Parameters:
  /// - name: the name of the results; if nil, derived from the site and, unless it is patch, the edit.
  ///   - standing: further edits in every cell.
  ///   - method: whether cells are run, estimated from a gradient, or both.
  ///   - additivity: for added directions, what they do together and each alone, to the metrics and in these
  ///     activations; nil if not requested.
  /// - Throws: `ExperimentError` for an axis that the site does not have.
  public static func sweep(
    _ site: Site, over axes: SweepAxis..., named name: String? = nil, edit: Edit = .patch,
    with standing: [Intervention] = [], method: SweepMethod = .exact, additivity: [String]? = nil,
    file: String = #fileID, line: Int = #line
  ) throws -> SweepSpec {
    try SweepSpec(
      site, over: axes, named: name, edit: edit, with: standing, method: method, additivity: additivity, file: file,
      line: line)
  }

  /// What senders do only through some receivers.
  /// - Parameters:
  ///   - receivers: at least one, without repetition; the logits only by themselves or with `together` false.
  ///   - together: whether all receivers are patched at once, or one by one.
  public static func paths(
    from senders: PathSpec.Senders = .every(.heads), into receivers: Receiver..., named name: String = "paths",
    freeze: PathSweep.Freeze = .heads, together: Bool = true, positions: PathPositions = PathPositions(),
    file: String = #fileID, line: Int = #line
  ) -> SweepSpec {
    SweepSpec(
      name: name,
      .path(
        PathSpec(senders: senders, receivers: receivers, freeze: freeze, together: together, positions: positions)),
      place: Place(file: file, line: line))
  }

  /// What every head does directly to every later head.
  /// - Parameter inputs: the inputs of the later head, each by itself.
  public static func edges(
    into inputs: [Receiver.Input] = Receiver.Input.allCases, named name: String = "edges",
    freeze: PathSweep.Freeze = .headsAndMlps, positions: PathPositions = PathPositions(), file: String = #fileID,
    line: Int = #line
  ) -> SweepSpec {
    SweepSpec(
      name: name, .edges(EdgeSpec(inputs: inputs, freeze: freeze, positions: positions)),
      place: Place(file: file, line: line))
  }
}
