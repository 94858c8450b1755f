import Datasets
import Foundation
import Testing

@Test func dump() throws {
  let t = GrammarText(seed: 0)
  let start = Date()
  try GrammarTokenizer.json().write(toFile: "/tmp/tok/tokenizer.json", atomically: true, encoding: .utf8)
  print("tokenizer", Date().timeIntervalSince(start))
  var lines = ""
  for i in 0..<300_000 { lines += t.document(i) + "\n" }
  try lines.write(toFile: "/tmp/tok/text.txt", atomically: true, encoding: .utf8)
  print("text", Date().timeIntervalSince(start))
  for task in TaskDataset.allCases {
    for corruption in task.corruptions {
      var out = ""
      for item in try task.sample(count: 500, seed: 1, corruption: corruption).items {
        let d: [String: Any] = [
          "clean": item.clean, "corrupted": item.corrupted, "answers": item.answers, "wrongs": item.wrongs,
          "labels": Dictionary(uniqueKeysWithValues: item.labels.map { ($0.name, $0.value) }),
        ]
        out += String(decoding: try JSONSerialization.data(withJSONObject: d), as: UTF8.self) + "\n"
      }
      try out.write(toFile: "/tmp/tok/\(task.rawValue)-\(corruption).jsonl", atomically: true, encoding: .utf8)
    }
  }
}
