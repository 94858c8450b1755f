import ActivationStore
import Diagnostics
import Interventions
import LabelledArrays
import Patching

extension SweepSpec {
  /// The attributes of the sweep's group in the results.
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
      Schema.Sweep.site: .text(site.name.rawValue), Schema.Sweep.edit: .text(edit.name),
      Schema.Sweep.over: .texts(over.map(\.name)),
    ]
    for (name, setting) in edit.kind.settings {
      switch setting {
      case .text(let text): attributes[name] = .text(text)
      case .number(let number): attributes[name] = .number(shortest(number))
      }
    }
    if let words = edit.kind.words { attributes[Schema.Sweep.editWords] = .text(words) }
    for (place, standing) in standing.enumerated() {
      attributes[Schema.Sweep.standing(place + 1)] = .text(standing.text)
    }
    for axis in site.name.axes where site[axis] != .all {
      attributes[Schema.Sweep.chosen(axis.rawValue)] = .text(site[axis].text)
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
        Schema.Sweep.senders: .text(senders), Schema.Sweep.receivers: .texts(receivers.map(\.description)),
        Schema.Sweep.freeze: .text(freeze.rawValue),
        Schema.Sweep.together: .integer(together ? 1 : 0),
      ]
    ) { $1 }
  }
}

extension EdgeSpec {
  fileprivate var attributes: [String: Attribute] {
    positions.attributes.merging(
      [
        Schema.Sweep.edges: .text("heads"), Schema.Sweep.senders: .text("heads"),
        Schema.Sweep.receivers: .texts(["heads"]),
        Schema.Sweep.inputs: .texts(inputs.map(\.rawValue)), Schema.Sweep.freeze: .text(freeze.rawValue),
        Schema.Sweep.together: .integer(0),
      ]
    ) { $1 }
  }
}

extension PathPositions {
  fileprivate var attributes: [String: Attribute] {
    [Schema.Sweep.senderPosition: .text(senders.text), Schema.Sweep.receiverPosition: .text(receivers.text)]
  }
}
