/// What happens to an activation. The base run is the one that is edited, the other run the one that patches come from.
///
/// Every kind of edit is a type of its own (`Edit.Patch`, `Edit.Clamp`, ...) in its own file; this can hold any of
/// them.
public struct Edit: Sendable, Hashable {
  /// The kind of edit, with its settings.
  public var kind: any EditKind { held.kind }
  private let held: Held

  public init(_ kind: some EditKind) { held = Held(kind) }

  /// Keeps a value of any kind behind one reference, so that edits are cheap to copy and store.
  private final class Held: Sendable {
    let kind: any EditKind

    init(_ kind: some EditKind) { self.kind = kind }
  }

  /// The kinds in experiment files, in the order of their documentation.
  public static let kinds: [any EditKind.Type] = [
    Patch.self, Zero.self, Mean.self, Resample.self, Scale.self, Add.self, ProjectOut.self, Clamp.self,
  ]

  /// The word that experiment and results files use.
  public var name: String { type(of: kind).form.name }

  /// The run that it takes numbers from, besides the one that is edited.
  public var takes: EditSource.Run { kind.takes }

  /// Whether the other run's activations are needed.
  public var needsOtherRun: Bool { takes != .none }

  /// What is added, in order; empty for other edits.
  public var additions: [Addition] { kind.additions }

  public static func == (a: Edit, b: Edit) -> Bool {
    a.held === b.held || AnyHashable(a.kind) == AnyHashable(b.kind)
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(AnyHashable(kind)) }
}
