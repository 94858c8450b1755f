/// A colour of red, green and blue, each 0...255.
struct Colour: Hashable, Sendable {
  let red, green, blue: UInt8

  /// By its six hexadecimal digits, 0xRRGGBB.
  init(_ rgb: UInt32) {
    (red, green, blue) = (UInt8(rgb >> 16 & 255), UInt8(rgb >> 8 & 255), UInt8(rgb & 255))
  }

  var text: String {
    func digits(_ value: UInt8) -> String { (value < 16 ? "0" : "") + String(value, radix: 16) }
    return "#" + digits(red) + digits(green) + digits(blue)
  }

  /// The colour at this share (0...1) of the way to another.
  func mixed(_ other: Colour, _ share: Double) -> Colour {
    func mix(_ a: UInt8, _ b: UInt8) -> UInt32 { UInt32((Double(a) + (Double(b) - Double(a)) * share).rounded()) }
    return Colour(mix(red, other.red) << 16 | mix(green, other.green) << 8 | mix(blue, other.blue))
  }

  /// Whether white text reads better on it than dark text, by the luma of ITU-R BT.601.
  var isDark: Bool { 0.299 * Double(red) + 0.587 * Double(green) + 0.114 * Double(blue) < 140 }
}

extension Colour {
  static let ground = Colour(0xFFFFFF)
  static let ink = Colour(0x1F2328)
  static let muted = Colour(0x57606A)
  static let grid = Colour(0xE3E6EA)
  static let missing = Colour(0xD0D4D9)

  /// Okabe and Ito's colours (2008), which can be told apart with every kind of colour blindness; their yellow is left
  /// out because it is hard to see on white.
  static let series = [0x0072B2, 0xD55E00, 0x009E73, 0xCC79A7, 0xE69F00, 0x56B4E9, 0x000000].map { Colour($0) }
}

/// The eighth series starts over with dashes, so that no two of the first 21 look the same.
struct SeriesStyle {
  let colour: Colour
  let dash: String

  init(_ index: Int) {
    colour = Colour.series[index % Colour.series.count]
    dash = ["", "6 4", "2 3"][index / Colour.series.count % 3]
  }
}

/// Maps numbers to colours.
public enum ColourScale: Hashable, Sendable {
  /// Blue below 0, white at 0, red above, with equal distances on both sides; `limit` is where the colours end, or nil
  /// for the largest absolute value.
  case diverging(limit: Double? = nil)
  /// White to blue over a range; nil for the range of the numbers.
  case sequential(ClosedRange<Double>? = nil)

  /// The range that the colours cover.
  func range(of values: [Double]) -> ClosedRange<Double> {
    let finite = values.filter(\.isFinite)
    switch self {
    case .diverging(let limit):
      let limit = limit.flatMap { $0.isFinite ? $0 : nil } ?? finite.map(abs).max() ?? 1
      return limit > 0 ? -limit...limit : -1...1
    case .sequential(let range):
      return span(range.map { [$0.lowerBound, $0.upperBound] } ?? finite, withZero: false)
    }
  }

  /// Numbers outside the range get the colours of its ends; NaN is grey.
  func colour(of value: Double, in range: ClosedRange<Double>) -> Colour {
    guard value.isFinite else { return .missing }
    let stops = self.stops
    let share = min(1, max(0, (value - range.lowerBound) / (range.upperBound - range.lowerBound)))
    let place = share * Double(stops.count - 1)
    let first = min(stops.count - 2, Int(place))
    return stops[first].mixed(stops[first + 1], place - Double(first))
  }

  /// Evenly spaced; five and four classes of ColorBrewer's RdBu (reversed) and Blues, which are safe for colour-blind
  /// readers.
  private var stops: [Colour] {
    switch self {
    case .diverging: [0x2166AC, 0x92C5DE, 0xF7F7F7, 0xF4A582, 0xB2182B].map { Colour($0) }
    case .sequential: [0xF7FBFF, 0xC6DBEF, 0x6BAED6, 0x08519C].map { Colour($0) }
    }
  }
}
