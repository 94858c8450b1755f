import Diagnostics
import Interventions
import Patching

extension SweepSpec {
  public var written: JSONValue {
    var keys = JSONObject()
    keys.add("name", .string(name))
    switch kind {
    case .site(let sweep):
      keys.add("site", .string(sweep.site.name.rawValue))
      keys.add("over", .words(sweep.over.map(\.name)))
      if sweep.edit != .patch { keys.add("edit", sweep.edit.written) }
      if method != .exact { keys.add("method", .string(method.rawValue)) }
      sweep.site.addSelectors(to: &keys)
      if !sweep.standing.isEmpty { keys.add("with", .array(sweep.standing.map(\.written))) }
      keys.add("additivity", additivity.map { $0.hooks.isEmpty ? .bool(true) : .words($0.hooks) })
    case .path(let path): keys.add("path", path.written)
    case .edges(let edges): keys.add("path", edges.written)
    }
    return .object(keys)
  }
}

extension Site {
  /// The keys that narrow it.
  fileprivate func addSelectors(to keys: inout JSONObject) {
    for axis in name.axes where self[axis] != .all { keys.add(axis.rawValue, self[axis].written) }
  }
}

extension Intervention {
  /// In the form of a sweep's `with`.
  fileprivate var written: JSONValue {
    var keys = JSONObject()
    keys.add("site", .string(site.name.rawValue))
    keys.add("edit", edit.written)
    site.addSelectors(to: &keys)
    return .object(keys)
  }
}

extension PathSpec {
  fileprivate var written: JSONValue {
    var keys = JSONObject()
    switch senders {
    case .every(let kind): keys.add("senders", .string(kind.rawValue))
    case .groups(let groups):
      keys.add("senders", .words(groups.map { $0.map(\.description).joined(separator: "+") }))
    }
    keys.add("receivers", .words(receivers.map(\.description)))
    keys.add("freeze", .string(freeze.rawValue))
    keys.add("together", .bool(together))
    positions.add(to: &keys)
    return .object(keys)
  }
}

extension EdgeSpec {
  fileprivate var written: JSONValue {
    var keys = JSONObject()
    keys.add("edges", .string("heads"))
    keys.add("inputs", .words(inputs.map(\.rawValue)))
    keys.add("freeze", .string(freeze.rawValue))
    positions.add(to: &keys)
    return .object(keys)
  }
}

extension PathPositions {
  fileprivate func add(to keys: inout JSONObject) {
    if senders != .all { keys.add("sender_position", senders.written) }
    if receivers != .all { keys.add("receiver_position", receivers.written) }
  }
}
