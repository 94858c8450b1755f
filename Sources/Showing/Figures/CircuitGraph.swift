/// Parts of a transformer by layer, from the bottom up, and the edges between them: the strongest effects of paths.
///
/// The sign of an effect is visible without colour: positive edges are solid and end in an arrow, negative ones are
/// dashed and end in a bar.
public struct CircuitGraph: Hashable, Sendable {
  /// Where a part of the model is drawn.
  public enum Part: Hashable, Sendable {
    case embed
    case head(layer: Int, head: Int)
    case mlp(layer: Int)
    case logits

    /// By the name in results files: `embed`, `9.6`, `9.6.q`, `mlp.3`, `logits`; nil for anything else. The part after
    /// a head is its input.
    public static func named(_ name: String) -> (part: Part, input: String?)? {
      let pieces = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
      switch pieces.count {
      case 1 where name == "embed": return (.embed, nil)
      case 1 where name == "logits": return (.logits, nil)
      case 2 where pieces[0] == "mlp": return Int(pieces[1]).map { (.mlp(layer: $0), nil) }
      case 2, 3:
        guard let layer = Int(pieces[0]), let head = Int(pieces[1]), layer >= 0, head >= 0 else { return nil }
        return (.head(layer: layer, head: head), pieces.count == 3 ? pieces[2] : nil)
      default: return nil
      }
    }

    public var name: String {
      switch self {
      case .embed: "embed"
      case .head(let layer, let head): "\(layer).\(head)"
      case .mlp(let layer): "mlp.\(layer)"
      case .logits: "logits"
      }
    }
  }

  public struct Edge: Hashable, Sendable {
    public var from, to: Part
    /// The input of the head at which it ends: `q`, `k`, `v`.
    public var input: String?
    /// 0 means no effect; the sign is shown as well.
    public var effect: Double
    /// Shown when the edge is pointed at, after its ends and its effect.
    public var note: String

    public init(from: Part, to: Part, input: String? = nil, effect: Double, note: String = "") {
      (self.from, self.to, self.input, self.effect, self.note) = (from, to, input, effect, note)
    }
  }

  public var title: String
  public var subtitle: String?
  /// How many layers the model has, and heads per layer.
  public var layers: Int
  public var edges: [Edge]
  /// Edges with smaller absolute effects are hidden: left out of the figure, or present but invisible with
  /// `keepsHidden`.
  public var threshold: Double
  /// For pages that let the reader choose the threshold: each edge is a group of class `edge` with `data-effect`, each
  /// node one of class `node` with `data-part`.
  public var keepsHidden: Bool

  public init(
    title: String, subtitle: String? = nil, layers: Int, edges: [Edge], threshold: Double, keepsHidden: Bool = false
  ) {
    (self.title, self.subtitle, self.layers, self.edges) = (title, subtitle, layers, edges)
    (self.threshold, self.keepsHidden) = (threshold, keepsHidden)
  }

  /// A threshold that leaves about `count` of the effects, with two digits.
  public static func threshold(leaving count: Int, of effects: [Double]) -> Double {
    let sizes = effects.map(abs).filter(\.isFinite).sorted(by: >)
    guard let largest = sizes.first, largest > 0 else { return 0 }
    let bound = max(sizes[min(count, sizes.count) - 1], largest * 0.02)
    let unit = power(of: bound) / 10
    return (bound / unit + 1e-9).rounded(.down) * unit
  }

  public func figure() throws(FigureError) -> Figure {
    let known = edges.filter(\.effect.isFinite)
    if known.isEmpty { throw .empty(figure: title) }
    try checkRange(known.map(\.effect), figure: title)
    let shown = known.filter { keepsHidden || abs($0.effect) >= threshold }
    if shown.isEmpty { throw .noNumbers(figure: title) }
    let layout = CircuitLayout(edges: shown, layers: layers)
    var frame = Frame(width: layout.width)
    frame.title(title, subtitle)
    let top = frame.top + 24
    let largest = known.map { abs($0.effect) }.max() ?? 1
    drawLayers(&frame.canvas, layout, top)
    // The strongest are painted last.
    for edge in shown.sorted(by: { abs($0.effect) < abs($1.effect) }) {
      draw(edge, largest, layout, top, &frame.canvas)
    }
    let lit = Set(shown.filter { abs($0.effect) >= threshold }.flatMap { [$0.from, $0.to] })
    for part in layout.parts { draw(part, isLit: lit.contains(part), layout, top, &frame.canvas) }
    let bottom = top + layout.height + 30
    drawLegend(&frame.canvas, y: bottom)
    return Figure(title: title, width: layout.width, height: bottom + 20, frame.canvas)
  }

  private func drawLayers(_ canvas: inout Canvas, _ layout: CircuitLayout, _ top: Double) {
    for row in layout.rows {
      let y = top + row.y
      canvas.segment([70, y], [layout.width - 16, y], .grid)
      canvas.text(row.name, 60, y + 4, anchor: .end, colour: .muted)
    }
  }

  private func draw(
    _ edge: Edge, _ largest: Double, _ layout: CircuitLayout, _ top: Double, _ canvas: inout Canvas
  ) {
    guard let from = layout.place(edge.from), var to = layout.place(edge.to) else { return }
    let colour = edge.effect < 0 ? Colour.series[0] : Colour.series[1]
    let thickness = 1 + 5 * abs(edge.effect) / largest
    // Heads have a place for each input; into anything else edges come side by side, in the order of their origins.
    to.x += edge.input.map { ["q": -13, "k": 0, "v": 13][$0] ?? 0 } ?? max(-22, min(22, (from.x - to.x) * 0.12))
    let start = SIMD2(from.x, from.y + top - CircuitLayout.nodeHeight / 2)
    let end = SIMD2(to.x, to.y + top + CircuitLayout.nodeHeight / 2 + 2)
    let name = "\(edge.from.name) → \(edge.to.name)\(edge.input.map { ".\($0)" } ?? "")"
    let said = "\(name): \(Figures.shown(edge.effect, 3))\(edge.note.isEmpty ? "" : " (\(edge.note))")"
    canvas.open(
      title: said,
      keepsHidden
        ? [
          ("class", "edge"), ("data-effect", tidyLong(edge.effect)), ("data-from", edge.from.name),
          ("data-to", edge.to.name),
        ] : [])
    let neck = end + SIMD2(0, min(9, thickness + 5))
    let reach = max(30, abs(end.y - start.y) * 0.45)
    canvas.curve(
      start, start - SIMD2(0, reach), neck + SIMD2(0, reach), neck, colour, width: thickness,
      dash: edge.effect < 0 ? "7 4" : "")
    if edge.effect < 0 {
      canvas.segment(neck - SIMD2(6, 0), neck + SIMD2(6, 0), colour, width: max(2.5, thickness * 0.7))
    } else {
      let half = thickness / 2 + 3
      canvas.polygon([end, neck + SIMD2(half, 0), neck - SIMD2(half, 0)], fill: colour)
    }
    canvas.close()
  }

  private func draw(_ part: Part, isLit: Bool, _ layout: CircuitLayout, _ top: Double, _ canvas: inout Canvas) {
    guard let place = layout.place(part) else { return }
    let (width, height) = (CircuitLayout.nodeWidth, CircuitLayout.nodeHeight)
    canvas.open(
      title: part.name,
      keepsHidden ? [("class", isLit ? "node" : "node faded"), ("data-part", part.name)] : [])
    let isHead = if case .head = part { true } else { false }
    canvas.rectangle(
      place.x - width / 2, place.y + top - height / 2, width, height, fill: isHead ? .ground : .grid, stroke: .ink,
      radius: isHead ? 12 : 4)
    canvas.text(part.name, place.x, place.y + top + 4, size: TextStyle.label, anchor: .middle)
    canvas.close()
  }

  private func drawLegend(_ canvas: inout Canvas, y: Double) {
    canvas.segment([16, y], [46, y], Colour.series[1], width: 3)
    canvas.polygon([[52, y], [44, y - 5], [44, y + 5]], fill: Colour.series[1])
    canvas.text("towards the other run", 60, y + 4, size: TextStyle.label, colour: .muted)
    let x = 76 + TextStyle.width(of: "towards the other run", size: TextStyle.label)
    canvas.segment([x, y], [x + 30, y], Colour.series[0], width: 3, dash: "7 4")
    canvas.segment([x + 33, y - 6], [x + 33, y + 6], Colour.series[0], width: 3)
    canvas.text("away from it", x + 42, y + 4, size: TextStyle.label, colour: .muted)
  }
}

/// The positions of the parts of a circuit.
struct CircuitLayout {
  static let nodeWidth = 58.0
  static let nodeHeight = 26.0
  private static let step = 74.0

  struct Row {
    let name: String
    let y: Double
  }

  let parts: [CircuitGraph.Part]
  let rows: [Row]
  let width, height: Double
  private let places: [CircuitGraph.Part: SIMD2<Double>]

  init(edges: [CircuitGraph.Edge], layers: Int) {
    let parts = Set(edges.flatMap { [$0.from, $0.to] })
    func layer(_ part: CircuitGraph.Part) -> Int {
      switch part {
      case .embed: -1
      case .head(let layer, _), .mlp(let layer): layer
      case .logits: Int.max
      }
    }
    // Heads with the same number are above one another, every other layer shifted by half a place, so that an edge
    // passing a head does not seem to end at it.
    func place(_ part: CircuitGraph.Part) -> Int {
      if case .head(_, let head) = part { head } else { Int.max }
    }
    let columns = Set(parts.filter { $0 != .embed && $0 != .logits }.map(place)).sorted()
    let levels = Dictionary(grouping: parts, by: layer)
    let order = levels.keys.sorted()
    let left = 112.0
    width = max(520, left + (Double(columns.count) - 0.5) * Self.step + 40)
    let gap = 84.0
    height = Double(order.count - 1) * gap + Self.nodeHeight
    var places: [CircuitGraph.Part: SIMD2<Double>] = [:]
    var rows: [Row] = []
    let spare = (width - left - (Double(columns.count) - 0.5) * Self.step - 40) / 2
    for (index, level) in order.enumerated() {
      let y = height - Self.nodeHeight / 2 - Double(index) * gap
      rows.append(Row(name: level < 0 || level == Int.max ? "" : "layer \(level)", y: y))
      for part in levels[level] ?? [] {
        let column = Double(columns.firstIndex(of: place(part)) ?? 0) + (index % 2 == 0 ? 0 : 0.5)
        places[part] = [left + spare + column * Self.step, y]
      }
    }
    for part in [CircuitGraph.Part.embed, .logits] where places[part] != nil {
      places[part]?.x = (left - 30 + width) / 2
    }
    (self.places, self.rows) = (places, rows)
    self.parts = parts.sorted { (layer($0), place($0)) < (layer($1), place($1)) }
  }

  func place(_ part: CircuitGraph.Part) -> SIMD2<Double>? { places[part] }
}
