import Diagnostics
import Foundation

/// A number as a label: without decimals if it is whole, otherwise with at most four significant digits.
func shortNumber(_ value: Double) -> String {
  guard value.isFinite else { return value.isNaN ? "–" : value < 0 ? "−∞" : "∞" }
  if value == value.rounded(), abs(value) < 1e9 { return "\(Int(value))".replacing("-", with: "−") }
  return String(format: "%.4g", value).replacing("-", with: "−")
}

/// A number in a table: this many decimals, a real minus sign, a dash if it is missing; very large and very small
/// numbers with powers of ten.
func tableNumber(_ value: Double, _ decimals: Int = 3) -> String {
  guard value.isFinite else { return value.isNaN ? "–" : value < 0 ? "−∞" : "∞" }
  if value != 0, abs(value) >= 1e5 || abs(value) < 0.5 * pow(10, Double(-decimals)), decimals > 0 {
    // 3.4e-05 as 3.4e−5.
    let parts = String(format: "%.1e", value).split(separator: "e")
    return "\(parts[0])e\(Int(parts[1]) ?? 0)".replacing("-", with: "−")
  }
  let text = decimal(value, decimals)
  guard text.hasPrefix("-") else { return text }
  return text.contains { $0 != "0" && $0 != "." && $0 != "-" } ? "−" + text.dropFirst() : String(text.dropFirst())
}

/// A p-value: three decimals, or "< 0.001"; for drawn permutations, no less than they can resolve.
func shownP(_ p: Double) -> String { p.isNaN ? "–" : p < 0.001 ? "< 0.001" : decimal(p, 3) }

/// "1 prompt", "2 prompts".
func counted(_ count: Int, _ word: String, _ plural: String? = nil) -> String {
  "\(count) \(count == 1 ? word : plural ?? word + "s")"
}

/// "a", "a and b", "a, b and c".
func listed(_ words: [String]) -> String {
  words.count < 2 ? words.joined() : words.dropLast().joined(separator: ", ") + " and " + (words.last ?? "")
}

/// The mean of the finite values; NaN if there are none.
func finiteMean(_ values: some Sequence<Float>) -> Double {
  var (sum, count) = (0.0, 0)
  for value in values where value.isFinite { (sum, count) = (sum + Double(value), count + 1) }
  return count > 0 ? sum / Double(count) : .nan
}

/// The index of the largest number; nil if there is none.
func largest(_ values: [Double]) -> Int? {
  values.indices.filter { values[$0].isFinite }.max { values[$0] < values[$1] }
}

/// A number of a file that is to be a whole one; -1 for any other.
func whole(_ value: Double) -> Int { Int(exactly: value) ?? -1 }
