/// What can select entries of an axis: `3`, `-1`, `2...5`, `[0, 6]`, or a `Selector`.
public protocol SelectorConvertible {
  var selector: Selector { get }
}

extension Selector: SelectorConvertible {
  public var selector: Selector { self }
}

extension Int: SelectorConvertible {
  public var selector: Selector { .index(self) }
}

extension ClosedRange<Int>: SelectorConvertible {
  public var selector: Selector { .items([.range(lowerBound, upperBound)]) }
}

extension [Int]: SelectorConvertible {
  public var selector: Selector { .items(map { .index($0) }) }
}
