import Foundation
import Testing
import Training

/// The history as a table and as a picture.
@Suite struct LossCurveTests {
  private static func record(
    _ step: Int, _ training: Double, _ validation: Double, _ tasks: [String] = []
  ) -> TrainingRecord {
    TrainingRecord(
      step: step, tokens: step * 100, learningRate: 0.5, trainingLoss: training, validationLoss: validation,
      tasks: tasks.map { TaskScore(name: $0, accuracy: 0.75, logitDifference: -1.5, top: 0.25) })
  }

  @Test func tasksThatComeAndGoHaveTheirColumns() {
    let csv = LossCurve.csv([
      Self.record(1, 2, 3, ["a"]), Self.record(2, 1.25, 1, ["b", "a"]), Self.record(3, 1, 1),
    ])
    #expect(
      csv == """
        step,tokens,learning_rate,training_loss,validation_loss,a_accuracy,a_logit_difference,a_top,b_accuracy,b_logit_difference,b_top
        1,100,0.5,2.0000,3.0000,0.7500,-1.5000,0.2500,,,
        2,200,0.5,1.2500,1.0000,0.7500,-1.5000,0.2500,0.7500,-1.5000,0.2500
        3,300,0.5,1.0000,1.0000,,,,,,

        """)
  }

  @Test(arguments: [1e-6, 0.3, 1, 7.6, 40, 12_345, 1e12, 1e300])
  func theAxisHasAFewTicksWhateverTheLoss(loss: Double) throws {
    let svg = LossCurve.svg([Self.record(1, loss, loss / 2), Self.record(20_000, loss / 4, .nan)])
    let ticks = svg.components(separatedBy: "<line ").count - 1
    #expect((4...12).contains(ticks), "\(ticks) ticks up to \(loss)")
    #expect(svg.components(separatedBy: "<polyline ").count == 3)
    #expect(!svg.contains("nan") && !svg.contains("inf"))
    // Nothing is outside the picture.
    for part in svg.components(separatedBy: "points=\"").dropFirst() {
      for point in part.prefix(while: { $0 != "\"" }).split(separator: " ") {
        let place = point.split(separator: ",").compactMap { Double($0) }
        #expect(place.count == 2 && (0...640).contains(place[0]) && (0...360).contains(place[1]))
      }
    }
  }

  @Test func anEmptyHistoryIsAnEmptyPicture() {
    #expect(LossCurve.svg([]).hasPrefix("<svg"))
    #expect(LossCurve.csv([]) == "step,tokens,learning_rate,training_loss,validation_loss\n")
  }
}
