/// The double that is written like a float (0.1, not 0.10000000149) and read back as the same float.
package func shortest(_ number: Float) -> Double {
  guard let short = Double("\(number)"), Float(short) == number else { return Double(number) }
  return short
}
