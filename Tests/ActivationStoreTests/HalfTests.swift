import ActivationStore
import Testing

@Suite struct HalfTests {
  @Test func everyHalfSurvivesTheWayThroughFloat() {
    for bits in UInt16.min...UInt16.max {
      let value = Half.value(bits)
      let isNaN = bits & 0x7C00 == 0x7C00 && bits & 0x3FF != 0
      #expect(value.isNaN == isNaN)
      if !isNaN { #expect(Half.bits(value) == bits) }
    }
    #expect(Half.value(Half.nan).isNaN && Half.value(Half.bits(.nan)).isNaN)
  }

  #if !(os(macOS) && arch(x86_64))
    @Test func conversionsAreThoseOfTheLanguage() {
      for bits in stride(from: UInt32(0), to: 0x7F80_0000, by: 4001) {
        for value in [Float(bitPattern: bits), -Float(bitPattern: bits)] {
          if Half.bits(value) != Float16(value).bitPattern { Issue.record("\(value)") }
        }
      }
      for bits in UInt16.min...UInt16.max where !Half.value(bits).isNaN {
        if Half.value(bits) != Float(Float16(bitPattern: bits)) { Issue.record("\(bits)") }
        // The point half-way to the next one, where ties go to even.
        let value = (Half.value(bits) + Half.value(bits &+ 1)) / 2
        if value.isFinite, Half.bits(value) != Float16(value).bitPattern { Issue.record("\(value)") }
      }
    }
  #endif
}
