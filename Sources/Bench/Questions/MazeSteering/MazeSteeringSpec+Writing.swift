import Diagnostics
import Interventions

extension MazeSteeringSpec {
  /// The terms are in the order that files have them, which is that of the results' axes: those computed in each maze
  /// first.
  public var written: JSONValue {
    var keys = JSONObject()
    keys.add("name", .string(name))
    var add = JSONObject()
    for term in terms {
      if case .stored(let vector) = term.vector {
        add.add(
          term.vector.name,
          .object([
            "values": .array(vector.map { .number(shortest($0)) }), "coefficient": .numbers(term.coefficients),
          ]))
      } else {
        add.add(term.vector.name, .numbers(term.coefficients))
      }
    }
    keys.add("add", .object(add))
    keys.add("site", .string(site.rawValue))
    if source != .own { keys.add("from", .string(source.rawValue)) }
    if rollouts != 0 { keys.add("rollouts", .integer(rollouts)) }
    keys.add("steps", .integer(stepLimit))
    keys.add("additivity", additivity.map { $0.isEmpty ? .bool(true) : .words($0) })
    keys.add(
      "fields",
      fields.map {
        .object(["mazes": .integer($0.mazes), "at": .array($0.coefficients.map { .number(shortest($0)) })])
      })
    if savesVectors { keys.add("save", .bool(true)) }
    return .object(keys)
  }
}
