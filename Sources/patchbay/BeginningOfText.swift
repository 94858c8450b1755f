import ArgumentParser
import Tokenization

/// `--prepend-bos`.
enum BeginningOfText: String, ExpressibleByArgument, CaseIterable {
  case auto, `true`, `false`

  var value: Tokenizer.BeginningOfText {
    switch self {
    case .auto: .automatic
    case .true: .always
    case .false: .never
    }
  }
}
