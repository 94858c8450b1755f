/// Title, legend and axes: what surrounds the plot of every chart.
struct Frame {
  var canvas = Canvas()
  let width: Double
  /// Where the next line of the header ends; the plot begins below it.
  private(set) var top = 14.0

  init(width: Double) { self.width = width }

  /// A bold heading and a small subtitle, both wrapped to the figure's width.
  mutating func title(_ title: String, _ subtitle: String?) {
    for line in wrapped(title, size: TextStyle.title * 1.1, width: width - 32) {
      top += 14
      canvas.text(line, 16, top, size: TextStyle.title, bold: true)
      top += 6
    }
    for line in wrapped(subtitle ?? "", size: TextStyle.label, width: width - 32) {
      top += 12
      canvas.text(line, 16, top, size: TextStyle.label, colour: .muted)
      top += 4
    }
  }

  /// Names next to a drawn sample, on as many lines as they need.
  /// - Parameter sample: draws itself 24 pixels wide around the given height.
  mutating func legend(_ names: [String], _ sample: (inout Canvas, Int, Double, Double) -> Void) {
    var x = 16.0
    top += 20
    for (index, name) in names.enumerated() {
      let text = TextStyle.fitting(name, size: TextStyle.label, width: width - 70)
      let space = 30 + TextStyle.width(of: text, size: TextStyle.label) + 18
      if x > 16, x + space > width { (x, top) = (16, top + 19) }
      sample(&canvas, index, x, top - 4)
      canvas.text(text, x + 30, top, size: TextStyle.label)
      x += space
    }
    top += 4
  }

  /// Lines across the plot, each with a number on the left, and the axis' name rotated next to them.
  mutating func yAxis(_ ticks: Ticks, _ y: Scale, left: Double, right: Double, name: String) {
    for value in ticks.values {
      canvas.segment([left, y(value)], [right, y(value)], value == 0 ? .muted : .grid)
      canvas.text(ticks.label(value), left - 7, y(value) + 4, anchor: .end, colour: .muted)
    }
    canvas.text(
      TextStyle.fitting(name, size: TextStyle.label, width: abs(y.end - y.start) + 30), 20, (y.start + y.end) / 2,
      size: TextStyle.label, anchor: .middle, turn: -90)
  }

  /// Numbers below the plot and the axis' name below them.
  mutating func xAxis(_ ticks: Ticks, _ x: Scale, top: Double, bottom: Double, name: String, lines: Bool) {
    for value in ticks.values {
      if lines || value == 0 {
        canvas.segment([x(value), top], [x(value), bottom], value == 0 && lines ? .muted : .grid)
      }
      canvas.segment([x(value), bottom], [x(value), bottom + 4], .muted)
      canvas.text(ticks.label(value), x(value), bottom + 17, anchor: .middle, colour: .muted)
    }
    canvas.text(name, (x.start + x.end) / 2, bottom + 36, size: TextStyle.label, anchor: .middle)
  }

  /// The width of the widest label.
  static func width(of labels: [String], size: Double = TextStyle.tick) -> Double {
    labels.map { TextStyle.width(of: $0, size: size) }.max() ?? 0
  }

  private func wrapped(_ text: String, size: Double, width: Double) -> [String] {
    var lines: [String] = []
    for word in text.split(separator: " ") {
      if let last = lines.last, TextStyle.width(of: last + " " + word, size: size) <= width {
        lines[lines.count - 1] = last + " " + word
      } else {
        lines.append(TextStyle.fitting(String(word), size: size, width: width))
      }
    }
    return lines
  }
}
