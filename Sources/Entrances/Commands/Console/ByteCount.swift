import Diagnostics

/// A number of bytes in readable units.
func byteCount(_ bytes: Int) -> String {
  let units = ["bytes", "kB", "MB", "GB", "TB"]
  var (amount, unit) = (Double(bytes), 0)
  while amount >= 999.5, unit < units.count - 1 {
    amount /= 1000
    unit += 1
  }
  return unit == 0 ? "\(bytes) bytes" : "\(decimal(amount, amount < 10 ? 1 : 0)) \(units[unit])"
}
