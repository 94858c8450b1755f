import Foundation

/// A number with this many decimals.
public func decimal(_ number: some BinaryFloatingPoint, _ digits: Int) -> String {
  String(format: "%.\(digits)f", Double(number))
}
