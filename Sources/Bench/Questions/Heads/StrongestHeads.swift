import ModelGraph
import Patching

/// The heads that an experiment's sweeps over heads found strongest.
package struct StrongestHeads: Sendable {
  /// The most that are examined.
  static let limit = 10

  /// The sweeps over heads.
  let sweeps: [String]
  /// By layer and head.
  let heads: [Head]
  /// For each head, its mean normalised effect in each sweep; nil if the sweep does not have the head.
  let effects: [[Double?]]

  /// Whether a sweep is over heads, so that there are heads to examine.
  static func goesOverHeads(_ sweep: PlannedSweep) -> Bool { sweep.goesOverHeads }

  /// The strongest heads of each sweep, `perSweep` of them if they have an effect of 0.02 or more.
  package init(_ sweeps: [(plan: PlannedSweep, summary: SweepSummary)], perSweep: Int = 3) {
    let overHeads = sweeps.filter { $0.plan.goesOverHeads }
    var effects: [Head: [Double?]] = [:]
    var chosen: Set<Head> = []
    for (index, (plan, summary)) in overHeads.enumerated() {
      var own: [(head: Head, effect: Double)] = []
      for cell in 0..<plan.cells where plan.hasPath?[cell] ?? true {
        guard let head = plan.head(ofCell: cell), !summary.effects[cell].isNaN else { continue }
        effects[head, default: [Double?](repeating: nil, count: overHeads.count)][index] = summary.effects[cell]
        own.append((head, summary.effects[cell]))
      }
      own.sort { ($0.effect.magnitude, $1.head) > ($1.effect.magnitude, $0.head) }
      chosen.formUnion(own.prefix(perSweep).filter { $0.effect.magnitude >= 0.02 }.map(\.head))
    }
    func strength(_ head: Head) -> Double { (effects[head] ?? []).reduce(0) { max($0, $1?.magnitude ?? 0) } }
    heads = chosen.sorted { (strength($0), $1) > (strength($1), $0) }.prefix(Self.limit).sorted()
    self.sweeps = overHeads.map(\.plan.name)
    self.effects = heads.map { effects[$0] ?? [] }
  }
}

extension PlannedSweep {
  /// Whether each cell is a head, with the sweep's whole effect for it.
  fileprivate var goesOverHeads: Bool {
    switch spec.kind {
    case .site(let sweep):
      ["z", "result", "pattern", "q"].contains(sweep.site.name.rawValue) && Set(axes.map(\.name)) == ["layer", "head"]
    case .path: axes.first?.name == "sender" && axes.count == 1
    case .edges: false
    }
  }

  /// The head that a cell is about.
  fileprivate func head(ofCell cell: Int) -> Head? {
    let labels = Dictionary(uniqueKeysWithValues: zip(axes.map(\.name), labels(ofCell: cell)))
    if let sender = labels["sender"] { return Head(sender) }
    guard let layer = labels["layer"].flatMap(Int.init), let head = labels["head"].flatMap(Int.init) else { return nil }
    return Head(layer: layer, head: head)
  }
}
