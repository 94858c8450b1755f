import ActivationStore
import Patching

/// Writes answers to the partial file as they arrive.
struct PartialFileSink: RunSink {
  let file: PartialResults

  func receive(_ event: RunEvent) throws {
    guard case .answer(let answer) = event else { return }
    switch answer.target {
    case .cells(let question, let pass, let span, let done):
      try file.write(
        sweep: question, pass, span: span, examples: answer.examples, done: done,
        datasets: answer.values.map { ($0.name, $0.values) })
    case .rows(let table):
      let count = answer.examples.count
      for (column, example) in answer.examples.enumerated() {
        let row = answer.values.flatMap { all in
          stride(from: column, to: all.values.count, by: count).map { all.values[$0] }
        }
        try file.write(table: table, example: example, values: row)
      }
    }
  }
}
