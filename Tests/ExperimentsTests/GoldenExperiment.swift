import Foundation
import TestSupport

/// Experiment files for the reference models and their tokens.
struct GoldenExperiment {
  let golden: GoldenModel

  init(_ family: String) throws { golden = try GoldenModel(family) }

  /// - Parameter rest: everything but name, model and prompts.
  func yaml(name: String, _ rest: String) throws -> String {
    let prompts = try golden.prompts().pairs.map { pair in
      """
          - {clean_tokens: \(pair.clean), corrupted_tokens: \(pair.corrupted), \
      answer_token: \(pair.answers[0]), wrong_token: \(pair.wrongs[0])}
      """
    }
    return """
      name: \(name)
      model: \(SharedFolder.path("golden/\(golden.name)"))
      prompts:
        pairs:
      \(prompts.joined(separator: "\n"))
      \(rest)
      """
  }
}
