import Interventions

/// A site's axes by their short names: `over: [.layer, .head]`.
extension SweepAxis {
  public static let layer = SweepAxis.site(.layer)
  public static let position = SweepAxis.site(.position)
  public static let head = SweepAxis.site(.head)
  public static let neuron = SweepAxis.site(.neuron)
  public static let destination = SweepAxis.site(.destination)
  public static let source = SweepAxis.site(.source)
  public static let channel = SweepAxis.site(.channel)
  public static let row = SweepAxis.site(.row)
  public static let column = SweepAxis.site(.column)
  public static let unit = SweepAxis.site(.unit)
}
