import Diagnostics
import ExperimentFile

/// What can be wrong with a command's arguments.
public enum CommandError: DiagnosedError, Equatable {
  /// An invalid prompt or answer on the command line.
  case wrongPrompt(FileProblem)
  /// Both prompts as tokens, to be shown side by side.
  case unequalLengths(prompt: [String], against: [String])
  case noSuchLayer(Int, count: Int)
  /// The model does not take tokens.
  case noTokensTaken(family: String)
  /// Single prompts and pairs in one file; `prompt`, counted from 1, is the first that differs from those before it.
  case mixedPrompts(file: String, prompt: Int, isPair: Bool)
  /// The file had changed when it was read for the second time.
  case promptsChanged(file: String)
  /// The output would replace an input.
  case outputIsInput(String)
  /// A vector is made from pairs, but the file has single prompts.
  case vectorNeedsPairs(String)
  case differenceNeedsOnePair(String, found: Int)

  // Steering of text
  /// The vector is for a kind of activation that is not a site.
  case steeringNeedsSite(file: String, found: String)
  case steeringOfOtherSite(file: String, found: String, site: String)
  case steeringOfOtherModel(file: String, found: String, model: String)
  /// Attention has numbers for pairs of tokens; no vector of features can be added to them.
  case steeringOfPairs(site: String)
  case steeringHasNoLayer(file: String, layer: Int, layers: [Int])
  /// The file has vectors for several layers, and none was selected.
  case steeringNeedsLayer(file: String, site: String, layers: [Int])
  case steeringNeverFires(file: String)
  case steeredTooFar
  /// An edit on the command line, as written, and what is wrong with it.
  case wrongEdit(String, reason: String, FailureKind)
  case editNeverFires(String)

  public var kind: FailureKind {
    switch self {
    case .noSuchLayer, .outputIsInput, .steeringNeedsLayer, .steeringNeverFires, .steeringOfPairs:
      .wrongUsage
    case .editNeverFires: .wrongUsage
    case .promptsChanged: .ioFailed
    case .wrongEdit(_, _, let kind): kind
    default: .badData
    }
  }

  public var message: String {
    switch self {
    case .wrongPrompt(let problem): problem.text
    case .unequalLengths(let prompt, let against):
      "--prompt is the clean one, --against the corrupted one: "
        + FileProblem.differentLengths(clean: prompt, corrupted: against).text
    case .noSuchLayer(let layer, let count):
      count == 0
        ? "layer \(layer): the model has no layers" : "layer \(layer): the model's layers are 0 to \(count - 1)"
    case .noTokensTaken(let family):
      "the \(family) model takes no tokens; policies are run by experiments with the key mazes"
    case .mixedPrompts(let file, let prompt, let isPair):
      "\(file): prompt \(prompt) is \(isPair ? "a pair" : "not a pair"), but those before it are\(isPair ? " not" : ""); a file holds one kind"
    case .promptsChanged(let file): "\(file): the file changed while it was being read"
    case .vectorNeedsPairs(let file):
      "\(file): a vector is made from pairs of prompts, with the keys clean and corrupted"
    case .differenceNeedsOnePair(let file, let found):
      "\(file): the method 'difference' takes one pair, but there are \(found); for several, use 'mean-difference'"
    case .steeringNeedsSite(let file, let found):
      "\(file): the vector was made at '\(found)', which is not a site; say where to add it, as in \(file):1@resid_post.3"
    case .steeringOfOtherSite(let file, let found, let site):
      "\(file): the vector was made at \(found) and is added at \(site); give --anywhere if that is intended"
    case .steeringOfOtherModel(let file, let found, let model):
      "\(file): the vector was made with \(found), which has different weights from \(model); give --anywhere if that is intended"
    case .steeringOfPairs(let site):
      "\(site): attention has a number for each pair of tokens, so no vector can be added there"
    case .steeringHasNoLayer(let file, let layer, let layers):
      "\(file): there is no vector for layer \(layer), only for \(layers.map(String.init).joined(separator: ", "))"
    case .steeringNeedsLayer(let file, let site, let layers):
      """
      \(file): there are vectors for layers \(layers.map(String.init).joined(separator: ", ")); name one (\(file):1@\(site).\(layers[0])), \
      or all (@\(site).all)
      """
    case .steeringNeverFires(let file):
      "\(file): the vector is added after the prompt, but the only token is chosen at the prompt's end; give --positions answer, or more --tokens"
    case .wrongEdit(let edit, let reason, _): "--edit '\(visible(edit))': \(reason)"
    case .editNeverFires(let edit):
      """
      --edit '\(visible(edit))': it applies after the prompt, but the only token is chosen at the prompt's end; give \
      --positions answer, or more --tokens
      """
    case .steeredTooFar: "the steered logits are not finite numbers; an added vector or its coefficient is too large"
    case .outputIsInput(let path): "\(path): the output would overwrite the prompts"
    }
  }
}
