import ExperimentFile
import ModelGraph
import Patching

/// Readouts by short names, for the builder of an `Experiment`: `.logitLens()`.
extension Question where Self == ReadoutSpec {
  /// What each layer's stream would predict if the model ended there.
  public static func logitLens(
    named name: String = "lens", runs: [RunSide] = RunSide.allCases, file: String = #fileID, line: Int = #line
  ) -> ReadoutSpec {
    ReadoutSpec(name: name, LogitLensReading(), runs: runs, place: Place(file: file, line: line))
  }

  /// The most probable tokens according to each layer's stream.
  public static func topTokens(
    _ count: Int = 5, named name: String = "top-tokens", runs: [RunSide] = RunSide.allCases, file: String = #fileID,
    line: Int = #line
  ) -> ReadoutSpec {
    ReadoutSpec(name: name, TopTokensReading(count: count), runs: runs, place: Place(file: file, line: line))
  }

  /// What each part of the model writes to the logit difference.
  public static func directLogitAttribution(
    named name: String = "direct", runs: [RunSide] = RunSide.allCases, file: String = #fileID, line: Int = #line
  ) -> ReadoutSpec {
    ReadoutSpec(name: name, DirectLogitAttributionReading(), runs: runs, place: Place(file: file, line: line))
  }

  /// Where some heads attend.
  public static func attention(
    of heads: Head..., named name: String = "attention", runs: [RunSide] = RunSide.allCases, file: String = #fileID,
    line: Int = #line
  ) -> ReadoutSpec {
    ReadoutSpec(name: name, AttentionReading(heads: heads), runs: runs, place: Place(file: file, line: line))
  }
}
