import Execution
import Interventions
import ModelGraph
import Workbenches

/// The edits of the steered row, vectors and others, in the order in which they apply, and the same as placed edits of
/// row 0.
struct SteeredRow {
  /// One vector or edit.
  struct Part {
    enum Written {
      case addition(PlacedSteering)
      case edit(TextEdit)
    }

    let written: Written
    /// Where it applies; nil for a vector that has positions of its own.
    let positions: SteeredPositions?
    let intervention: Intervention
  }

  let parts: [Part]

  /// - Parameters:
  /// - positions: where all of them apply; nil for vectors from the prompt's last token on, other edits everywhere.
  init(_ steerings: [PlacedSteering], _ edits: [TextEdit], _ positions: SteeredPositions?) throws {
    parts =
      try steerings.map { steering in
        Part(
          written: .addition(steering), positions: steering.vector.isSequence ? nil : positions ?? .answer,
          intervention: try steering.intervention())
      }
      + edits.map { Part(written: .edit($0), positions: positions ?? .all, intervention: $0.intervention) }
  }

  var sites: [SiteName] { parts.map(\.intervention.site.name) }

  /// The placed edits of each part.
  /// - Parameters:
  ///   - prompt: how many tokens it has.
  ///   - new: how many are generated; the last of them is not evaluated.
  /// - Throws: `CommandError` for one that would never apply; `InterventionError` for a site that the model lacks or a
  ///   vector of another width; `CommandError.wrongEdit` with the edit's text.
  func edits(_ graph: ModelGraph, prompt: Int, new: Int) throws -> [[PlacedEdit]] {
    try parts.map { part in
      do {
        if part.positions == .after, new == 1 { throw part.neverFires }
        return try part.intervention.placed(in: graph, at: part.positions, prompt: prompt, new: new)
      } catch {
        guard case .edit(let edit) = part.written else { throw error }
        throw CommandError.ofEdit(edit.text, error)
      }
    }
  }
}

extension SteeredRow.Part {
  /// Such as `mind.h5 x 2.0 at resid_post.3, after the prompt`, or `z.9.6: zero, everywhere`.
  var text: String {
    let place =
      switch positions {
      case nil: "from the prompt's first token on"
      case .prompt: "in the prompt"
      case .answer: "from the prompt's last token on"
      case .after: "after the prompt"
      case .all: "everywhere"
      }
    switch written {
    case .addition(let steering):
      return "\(steering.addition.file) x \(steering.addition.coefficient) at \(steering.siteText), \(place)"
    case .edit(let edit): return "\(edit.text), \(place)"
    }
  }

  fileprivate var neverFires: CommandError {
    switch written {
    case .addition(let steering): .steeringNeverFires(file: steering.addition.file)
    case .edit(let edit): .editNeverFires(edit.text)
    }
  }
}
