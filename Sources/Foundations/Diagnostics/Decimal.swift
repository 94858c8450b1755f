import Foundation

/// A number with so many decimals.
public func decimal(_ number: some BinaryFloatingPoint, _ digits: Int) -> String {
  String(format: "%.\(digits)f", Double(number))
}
