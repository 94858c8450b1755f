import Mazes
import Testing

@Suite struct MoveDirectionTests {
  @Test(
    arguments: [
      (0, .left), (1, .left), (2, .left), (3, .down), (4, nil), (5, .up), (6, .right), (7, .right), (8, .right),
      (9, nil),
      (10, nil), (11, nil), (12, nil), (13, nil), (14, nil), (15, nil), (-1, nil),
    ] as [(Int, MoveDirection?)])
  func everyActionHasItsDirection(action: Int, direction: MoveDirection?) {
    #expect(MoveDirection(action: action) == direction)
  }

  @Test(arguments: MoveDirection.allCases)
  func theGroupsAreTheActionsThatGoThatWay(direction: MoveDirection) {
    #expect(
      (0..<MoveDirection.actionCount).filter { MoveDirection(action: $0) == direction } == Array(direction.actions))
    #expect(direction.actions.contains(direction.directAction))
  }

  @Test func stepsGoWhereTheirNamesSay() {
    let start = Square(5, 5)
    #expect(MoveDirection.allCases.map { start.next($0) } == [Square(5, 4), Square(5, 6), Square(6, 5), Square(4, 5)])
    #expect(MoveDirection.allCases.map(\.directAction) == [1, 7, 3, 5])
  }
}
