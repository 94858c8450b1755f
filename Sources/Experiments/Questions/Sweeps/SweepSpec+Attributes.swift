import ActivationStore
import Diagnostics
import Interventions
import LabelledArrays
import Patching

extension SweepSpec {
  /// What the sweep's group in the results says about it.
  var attributes: [String: Attribute] {
    switch kind {
    case .site(let sweep): sweep.attributes
    case .path(let path): path.attributes
    case .edges(let edges): edges.attributes
    }
  }
}

extension Sweep {
  fileprivate var attributes: [String: Attribute] {
    var attributes: [String: Attribute] = [
      "site": .text(site.name.rawValue), "edit": .text(edit.name), "over": .texts(over.map(\.name)),
    ]
    for (name, setting) in edit.kind.settings {
      switch setting {
      case .text(let text): attributes[name] = .text(text)
      case .number(let number): attributes[name] = .number(shortest(number))
      }
    }
    if let words = edit.kind.words { attributes["edit_words"] = .text(words) }
    for (place, standing) in standing.enumerated() {
      attributes["with_\(place + 1)"] = .text(standing.text)
    }
    for axis in site.name.axes where site[axis] != .all {
      attributes["chosen_\(axis.rawValue)"] = .text(site[axis].text)
    }
    return attributes
  }
}

extension Intervention {
  /// Such as `resid_pre layer 3: project_out`.
  fileprivate var text: String {
    let chosen = site.name.axes.filter { site[$0] != .all }.map { " \($0.rawValue) \(site[$0].text)" }
    return "\(site.name.rawValue)\(chosen.joined()): \(edit.name)"
  }
}

extension PathSpec {
  fileprivate var attributes: [String: Attribute] {
    let senders =
      switch senders {
      case .every(let kind): kind.rawValue
      case .groups(let groups):
        groups.map { $0.map(\.description).joined(separator: "+") }.joined(separator: ", ")
      }
    return positions.attributes.merging(
      [
        "senders": .text(senders), "receivers": .texts(receivers.map(\.description)), "freeze": .text(freeze.rawValue),
        "together": .integer(together ? 1 : 0),
      ]
    ) { $1 }
  }
}

extension EdgeSpec {
  fileprivate var attributes: [String: Attribute] {
    positions.attributes.merging(
      [
        "edges": .text("heads"), "senders": .text("heads"), "receivers": .texts(["heads"]),
        "inputs": .texts(inputs.map(\.rawValue)), "freeze": .text(freeze.rawValue), "together": .integer(0),
      ]
    ) { $1 }
  }
}

extension PathPositions {
  fileprivate var attributes: [String: Attribute] {
    ["sender_position": .text(senders.text), "receiver_position": .text(receivers.text)]
  }
}
