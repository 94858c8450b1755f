import ActivationStore

/// The start of an experiment's notebook: what the experiment is, where its numbers are, its inputs, and the model's
/// unedited results.
extension NotebookBuilder {
  mutating func addExperiment() {
    at(.opening) {
      $0.say("title", $0.openingWords)
      $0.addSetup(defining: $0.setupOfRuns)
      if $0.source.prompts.hasTokens { $0.addPrompts() } else { $0.addMazes() }
      $0.addBaselines()
    }
    at(.closing) { $0.addClosing(text: Schema.ResultsRoot.experiment, what: "The experiment") }
  }

  private var openingWords: String {
    let (file, examples) = (source.file, source.examples)
    let what = comparesRuns ? "done" : "read off"
    var words = """
      # \(markdownWords(file.name))

      What was \(what) with \(markdownCode(file.model)) on \(examples) \(source.exampleWord)\(examples == 1 ? "" : "s"), and how to go on from there. \
      Everything here comes from one file, \(markdownCode(file.fileName)), which Patchbay \(markdownWords(file.patchbayVersion)) wrote.


      """
    if comparesRuns, let metric = file.shownMetric {
      words += """
        - **Direction:** \(markdownWords(file.direction)), \(source.other.rawValue) into \(source.base.rawValue). The \(source.base.rawValue) run is the one that is edited (the *base* run); what is put in comes from the \
        \(source.other.rawValue) run (the *other* run).
        - **Metric:** \(markdownCode(metric)), \(meaning(of: metric)).\(others)
        - **Effect:** (edited − base) / (other − base), for each example by itself: 0 where nothing changed, 1 where the metric became what it \
        is in the other run, below 0 where it moved away from there.
        - **Intervals** are 95 % bootstrap intervals over examples.

        """
    }
    return words + "\n" + Self.neededWords
  }

  private var others: String {
    let rest = source.metrics.dropFirst().map(markdownCode)
    return rest.isEmpty
      ? "" : " Also in the file: \(joinedWords(Array(rest))); put another name into `METRIC` to see it everywhere."
  }

  private var setupOfRuns: String {
    guard let metric = source.file.shownMetric else { return "" }
    return """
      METRIC = \(pythonLiteral(metric))
      BASE, OTHER = ("corrupted", "clean") if about["direction"] == "denoise" else ("clean", "corrupted")

      """
  }

  private func meaning(of metric: String) -> String {
    switch metric {
    case "logit_diff" where source.isMazes:
      "the logit of the first step to the cheese minus that of the first step to the corner, at the decision square"
    case "prob" where source.isMazes: "the probability of the first step to the cheese, at the decision square"
    case "logit_diff": "the logit of the right answer minus that of the wrong one, at the end"
    case "logit": "the logit of the right answer"
    case "log_prob": "the logarithm of the right answer's probability"
    case "prob": "the probability of the right answer"
    case "choice": "the right answer's share of the probability of both answers"
    case "kl": "how far the output is from the base run's, as KL(base || edited)"
    case "rank": "how many tokens are more probable than the right answer"
    default: "as the experiment defines it"
    }
  }

  private mutating func addPrompts() {
    let prompts = source.prompts
    let vocabulary = prompts.vocabulary
    func quoted(_ token: Int32) -> String {
      vocabulary[token].flatMap { $0.isEmpty ? nil : "'\(notebookToken($0))'" } ?? "token \(token)"
    }
    let hasPairs = prompts.corrupted.count == prompts.count
    let hasAnswers = prompts.answers != nil && prompts.wrongs != nil
    var printed = ""
    for example in 0..<min(3, prompts.count) {
      printed += "\(example)  \(prompts.clean[example].joined(separator: "").replacing("\n", with: "⏎"))\n"
      if hasPairs {
        let (clean, corrupted) = (prompts.clean[example], prompts.corrupted[example])
        let changed = clean.indices.filter { clean[$0] != corrupted[$0] }.map {
          "'\(notebookToken(corrupted[$0]))' for '\(notebookToken(clean[$0]))' at \($0)"
        }
        printed += "   corrupted: \(changed.joined(separator: ", "))\n"
      }
      if hasAnswers, let answer = prompts.answers?[example], let wrong = prompts.wrongs?[example] {
        printed += "   answer \(quoted(answer)), wrong \(quoted(wrong))\n"
      }
    }
    printed += prompts.count > 3 ? "and \(prompts.count - 3) more\n" : ""
    let varying = Set(prompts.lengths).count > 1
    say(
      "prompts-words",
      """
      ## What the model was asked

      The first few \(source.exampleWord)s\(hasPairs ? ", with what differs in the corrupted ones (positions count from 0)" : ""). \
      \(varying
        ? "They have \(prompts.lengths.min() ?? 0) to \(prompts.lengths.max() ?? 0) tokens, so a position is not the same word in all of them, and beyond the end of a short one there is nothing (NaN)."
        : "On axes of positions stands the token; ‹a word in such marks› where the label of that name stands there in every prompt; a star behind the first prompt's token where others have another.")
      """)
    var code = #"""
      prompts = read("prompts")
      clean = prompts["clean_token_strings"].values
      lengths = prompts["lengths"].values

      """#
    if hasPairs { code += "corrupted = prompts[\"corrupted_token_strings\"].values\n" }
    code += """
      labels = {name.removeprefix("label_"): list(prompts[name].values) for name in prompts if name.startswith("label")}


      \(NotebookHelper.shown.source)


      def position_name(column):
          words = [shown(token) for token in column]
          if len(set(column)) == 1:
              return words[0]
          return next((f"‹{name}›" for name, values in labels.items() if values == words), words[0] + "*")


      POSITIONS = [position_name(column) for column in clean.T] if len(set(lengths)) == 1 else []


      \(NotebookHelper.names.source)
      """
    run("prompts", code, uses: [.read, .shown, .names])
    var show = ""
    if hasAnswers {
      show += """
        texts = dict(zip(prompts["clean_tokens"].values.ravel(), clean.ravel()))

        """
      if hasPairs { show += "texts |= dict(zip(prompts[\"corrupted_tokens\"].values.ravel(), corrupted.ravel()))\n" }
      show += """


        def quoted(token):
            return f"'{shown(texts[token])}'" if texts.get(token) else f"token {token}"



        """
    }
    show += """
      for example, length in enumerate(lengths[:3]):
          print(f"{example}  " + "".join(clean[example]).replace("\\n", "⏎"))

      """
    if hasPairs {
      show += """
            changed = [f"'{shown(corrupted[example, at])}' for '{shown(clean[example, at])}' at {at}"
                       for at in range(length) if clean[example, at] != corrupted[example, at]]
            print("   corrupted: " + ", ".join(changed))

        """
    }
    if hasAnswers {
      show += """
            print(f"   answer {quoted(prompts['answer_token'].values[example])}, wrong {quoted(prompts['wrong_token'].values[example])}")

        """
    }
    show += """
      if len(lengths) > 3:
          print(f"and {len(lengths) - 3} more")
      """
    run("prompts-shown", show, [.text(printed)])
  }

  /// Examples that are not prompts: only their labels are known.
  private mutating func addMazes() {
    let prompts = source.prompts
    let code = """
      prompts = read("prompts")
      POSITIONS = []  # the file has no texts of tokens to name positions by


      \(NotebookHelper.shown.source)


      \(NotebookHelper.names.source)
      """
    guard prompts.count > 0 else { return }
    let drawings = prompts.labels.first { $0.name == NotebookPrompts.mazes }
    let columns = prompts.labels.filter { $0.name != NotebookPrompts.mazes }
    say(
      "examples-words",
      """
      ## What the examples are

      What is known of the first few\(drawings == nil ? "" : ", and the first maze as the file draws it: M the mouse, C the cheese, # walls").
      """)
    run("examples", code, uses: [.read, .shown, .names])
    guard !prompts.labels.isEmpty else { return }
    var show = ""
    var printed = ""
    if !columns.isEmpty {
      show += """
        columns = \(pythonList(columns.map(\.name)))
        rows = [[str(example), *(shown(prompts[name].values[example]) for name in columns)]
                for example in range(min(5, len(prompts["lengths"])))]
        table(["example", *(name.removeprefix("label_") for name in columns)], rows)

        """
      printed += notebookTable(
        ["example"] + columns.map { NotebookPrompts.short($0.name) },
        (0..<min(5, prompts.count)).map { example in ["\(example)"] + columns.map { notebookToken($0.values[example]) }
        })
    }
    if let drawings {
      show += "print()\nprint(prompts[\"label_maze\"].values[0].replace(\"/\", \"\\n\"))"
      printed += "\n" + drawings.values[0].replacing("/", with: "\n") + "\n"
    }
    run("examples-shown", show, uses: [.table], [.text(printed)])
  }

  private mutating func addBaselines() {
    let source = source
    let runs = [StoredRun.clean, .corrupted].filter { source.baselines[$0] != nil }
    guard !runs.isEmpty, !source.metrics.isEmpty else { return }
    var rows: [[String]] = []
    for metric in source.metrics {
      for run in runs {
        guard let values = source.baselines[run]?[metric]?.map({ Double($0) }) else { continue }
        rows.append([
          metric, run.rawValue, notebookNumber(source.bootstrap.interval(values).mean), source.between(values),
        ])
      }
    }
    say(
      "baselines-words",
      """
      ## Unedited: the two runs that everything is compared with

      Means over \(source.exampleWord)s.
      """)
    run(
      "baselines",
      """
      rows = []
      for metric in \(pythonList(source.metrics)):
          for run in \(pythonList(runs.map(\.rawValue))):
              values = read(f"baseline/{run}")[metric].values
              mean, low, high = interval(values)
              rows.append([metric, run, number(mean), f"{number(low)} to {number(high)}"])
      table(["metric", "run", "mean", "95 % interval"], rows)
      """, uses: [.read, .interval, .number, .table],
      [.text(notebookTable(["metric", "run", "mean", "95 % interval"], rows))])
  }
}
