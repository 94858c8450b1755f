import Foundation

/// Experiments, analyses and recipes: those of the repository, and others that together use every key.
enum TextCases {
  static let all: [Kind: [(name: String, text: String)]] = [
    .experiment: [("every-key", everyKey), ("steer", steer), ("mazes", mazes), ("made", made)]
      + published(
        ["ioi.yaml", "name-movers.yaml", "pronouns.yaml"]),
    .analysis: [("analyses", analyses)],
    .recipe: [("grammar", grammar), ("policy", policy), ("text", text)] + published(["agency-recipe.yaml"]),
  ]

  /// The file with which a damaged file is read, for kinds that are not YAML themselves.
  static let reading: [Kind: String] = [
    .results: """
    name: made
    model: model
    prompts: {pairs: [{clean_tokens: [1, 2, 3], corrupted_tokens: [1, 3, 3], answer_token: 2, wrong_token: 3}]}
    sweeps:
      - {name: stream, site: resid_pre, over: [layer, position], method: both}
      - {name: heads, site: z, over: [layer, head]}
      - {name: paths, path: {senders: heads, receivers: ["1.0.q", "logits"], together: false}}
    """,
    .prompts: """
    name: reading
    model: model
    prompts: {file: prompts.jsonl}
    sweeps: [{name: stream, site: resid_pre, over: [layer]}]
    """,
    .vectors: """
    name: reading
    model: model
    prompts: {pairs: [{clean_tokens: [1, 2], corrupted_tokens: [1, 3], answer_token: 2, wrong_token: 3}]}
    sweeps:
      - {name: one, site: resid_pre, over: [layer], edit: {add: {file: vector.npy}}}
      - {name: two, site: resid_pre, over: [layer], edit: {project_out: {file: vector.json}}}
    """,
    .steering: """
    name: reading
    model: model
    prompts: {pairs: [{clean_tokens: [1, 2, 3], corrupted_tokens: [1, 3, 3], answer_token: 2, wrong_token: 3}]}
    sweeps:
      - {name: add, site: resid_pre, over: [layer], edit: {add: {vector: steering.h5, anywhere: true}}}
    """,
    .directions: """
    name: reading
    model: model
    prompts: {pairs: [{clean_tokens: [1, 2, 3], corrupted_tokens: [1, 3, 3], answer_token: 2, wrong_token: 3}]}
    sweeps:
      - name: reader
        site: resid_pre
        layer: 1
        over: [layer]
        edit: {add: {vector: {analysis: directions.h5, study: a, direction: mean-difference}, anywhere: true}}
      - name: component
        site: resid_pre
        layer: 1
        over: [layer]
        edit: {project_out: {vector: {analysis: directions.h5, study: b, direction: "1"}, anywhere: true}}
    """,
    .cache: """
    name: reading
    caches: [cache.h5]
    labels: run
    analyses:
      - {name: a, kind: components, count: 2}
      - {name: b, kind: norms}
      - {name: c, kind: matrix}
    """,
  ]

  /// The results, cache and analysis of this experiment are damaged.
  static let made = """
    name: made
    model: model
    prompts:
      pairs:
        - {clean: "When Mary and John went to the store John gave a", corrupted: "When Mary and John went to the store Mary gave a", answer: "Mary", wrong: "John", label: x, labels: {kind: one}}
        - {clean: "When Tom and Mary went to", corrupted: "When Tom and John went to", answer: ["Tom", "a"], wrong: ["Mary"], label: y, labels: {kind: two}}
        - {clean: "Mary saw the boy", corrupted: "John saw the boy", answer: "girl", wrong: "boy", label: x, labels: {kind: one}}
    metrics: [logit_diff, prob]
    sweeps:
      - {name: resid_pre, site: resid_pre, over: [layer, position], method: both}
      - {name: heads, site: z, over: [layer, head]}
      - {name: steer, site: resid_pre, over: [layer], edit: {add: {from: difference, coefficient: [0.5, 1]}}, additivity: true}
      - {name: paths, path: {senders: heads, receivers: ["1.0.q", "logits"], together: false}}
    readouts:
      - {name: dla, read: direct_logit_attribution}
      - {name: lens, read: logit_lens}
      - {name: att, read: attention, heads: ["0.1"]}
    cache: {hooks: ["blocks.*.hook_resid_pre", "blocks.1.attn.hook_pattern"]}
    analyses:
      - {name: a, kind: readers, labels: run, select: {hooks: ["*resid*"]}, methods: [mean-difference], redraws: 9, curve: [2], draws: 2}
      - {name: b, kind: components, count: 2, select: {hooks: ["*resid*"]}}
    """

  static let prompts = """
    {"clean": "When Mary and John went to", "corrupted": "When Mary and Tom went to", "answer": " Mary", "wrong": "John", "label": "a", "n": 3}
    {"clean_tokens": [1, 2, 3], "corrupted_tokens": [1, 2, 4], "answer_token": [2], "wrong_token": 3, "label": "b", "labels": {"n": 4}}

    {"clean": "Mary saw the boy", "corrupted": "John saw the boy", "answer": ["girl", "Mary"], "wrong": ["boy"], "label": "a", "n": true}
    """

  static let labels = "example,kind\n0,one\n1,two\n2,one\n"

  private static let everyKey = """
    # every key of an experiment on prompts
    name: every-key
    model: model
    prompts:
      pairs:
        - clean: "When Mary and John went to the store John gave a"
          corrupted: "When Mary and John went to the store Mary gave a"
          answer: "Mary"
          wrong: "John"
          label: x
          labels: {kind: one, n: 3}
        - {clean_tokens: [1, 2, 3, 4, 5, 6, 7, 8, 9, 3, 10], corrupted_tokens: [1, 2, 3, 4, 5, 6, 7, 8, 9, 2, 10], answer_token: [2, 4], wrong_token: 3, label: y, labels: {kind: two, n: 4}}
    prepend_bos: auto
    direction: noise
    metrics: [logit_diff, logit, log_prob, prob, choice]
    sweeps:
      - {name: a, site: z, over: [layer, head], layer: 0..1, position: -3..-1, head: [0, 1], edit: mean}
      - {name: b, site: pattern, over: [layer, head, destination, source], destination: [-1], source: 0..2, edit: zero}
      - {name: c, site: mlp_post, over: [layer, neuron], neuron: 0..3, method: attribution}
      - {name: d, site: resid_pre, over: [layer], edit: {resample: {seed: 3}}}
      - {name: e, site: resid_mid, over: [position], edit: {scale: 2}, with: [{site: z, layer: 0, head: 1, edit: zero}]}
      - {name: f, path: {senders: ["0.0", "mlp.0", "embed", "0.0+0.1"], receivers: ["1.0.q", "1.1.v"], freeze: heads+mlps, together: false, sender_position: -1, receiver_position: all}}
      - {name: g, path: {edges: heads, inputs: [q, k]}}
      - {name: h, site: "blocks.*.hook_resid_post", over: [site, position]}
    readouts:
      - {name: dla, read: direct_logit_attribution}
      - {name: lens, read: logit_lens, runs: [clean]}
      - {name: att, read: attention, heads: ["0.0", "1.1"], runs: [clean, corrupted]}
    labels: label
    classes: [x, y]
    split: {train: 0.5, by: kind, seed: 3}
    select: {runs: [clean], positions: [-1]}
    limit: 100
    cache: {hooks: ["blocks.*.hook_resid_pre", "hook_emb?d"], runs: [clean, corrupted]}
    analyses:
      - {name: shape, kind: components, count: 2}
      - {name: norms, kind: norms, threshold: 3}
    """

  private static let steer = """
    name: steer
    model: model
    prompts: {file: prompts.jsonl}
    metrics: [logit_diff, choice, kl, rank]
    sweeps:
      - name: one
        site: resid_pre
        over: [layer]
        position: -1
        edit: {add: {from: example-difference}}
      - {name: two, site: resid_pre, over: [layer], edit: {add: [{from: difference, coefficient: [0, 1]}, {file: vector.npy, coefficient: [-1, 1], norm: 3}]}, additivity: ["blocks.*.hook_resid_post"]}
      - {name: three, site: resid_pre, over: [layer], edit: {project_out: {file: vector.json}}}
      - {name: four, site: resid_pre, over: [layer], edit: {add: {vector: steering.h5, norm: {vector: steering.h5}, anywhere: true}}}
      - {name: five, site: resid_pre, layer: 1, over: [layer], edit: {add: {vector: {analysis: made.analysis.h5, study: a, direction: mean-difference, pairs: 2, position: "-1", source: made}}}}
      - {name: six, site: resid_pre, over: [coefficient, layer], edit: {add: {vector: sequence.h5, coefficient: [1, 2]}}}
    """

  private static let mazes = """
    name: mazes
    model: policy
    mazes: {count: 2, seed: 1, sizes: [5, 7], cheese: top-right, corrupted: path-to-corner, mouse: start, actions: grouped}
    direction: noise
    metrics: [prob, logit_diff]
    sweeps:
      - {name: places, site: embedder.block3.res2.resadd_out, over: [row], row: 0..1, channel: [0, 1], column: -1}
      - {name: units, site: embedder.relufc_out, over: [unit], unit: 0..3}
    steering:
      - {name: cheese, site: embedder.block2.res1.resadd_out, from: mean, add: {cheese: [-1, 1], top-right: 1, random-cheese: 0.5}, rollouts: 1, steps: 4, additivity: [embedder.relufc_out], fields: {mazes: 1, at: [-1, 1, 0.5]}, save: true}
      - {name: every, from: every, add: {cheese: -1}}
    """

  private static let analyses = """
    name: analyses
    caches:
      - {name: one, file: made.cache.h5}
      - {name: two, model: model, prompts: prompts.jsonl, hooks: ["blocks.*.hook_resid_pre"], prepend_bos: false}
    labels: label
    classes: [x, y]
    split: {train: 0.5, by: kind, seed: 3}
    select: {caches: [one], runs: [clean, corrupted], hooks: ["*resid*"], layers: 0..1, positions: [-1, 0], examples: {kind: [one, two]}}
    limit: 100
    across_models: true
    analyses:
      - {name: a, kind: readers, labels: run, methods: [mean-difference, paired-component, logistic, discriminant, leace, random, shuffled], penalty: 2, shrinkage: 0.5, redraws: 9, curve: [2], draws: 2, influence: true}
      - {name: b, kind: probes, target: classes, penalty: 3, control: token, redraws: 9, labels: {file: labels.csv, column: kind}, classes: [one, two], split: {train: 0.7}, select: {caches: [one], runs: [clean, corrupted], positions: [every]}}
      - {name: c, kind: components, count: 2, project: true, select: {positions: [every]}}
      - {name: d, kind: clusters, methods: [kmeans, ward, average, complete], count: 2, restarts: 2, seed: 5}
      - {name: e, kind: trajectory, train: {labels: label, classes: [x, y], select: {caches: [one], positions: [-1]}}, method: mean-difference}
      - {name: f, kind: units, along: vector.json, top: 2, bins: 4, threshold: 0.5, select: {layers: 0}}
      - {name: g, kind: units, units: [1, 2]}
      - {name: i, kind: norms, threshold: 3}
      - {name: j, kind: separation, silhouette: true}
      - {name: k, kind: similarity}
      - {name: l, kind: matrix, select: {caches: [one], positions: [mean, {token: "Mary", occurrence: 1}]}}
    """

  private static let grammar = """
    model: {n_layers: 1, n_heads: 2, d_model: 8, d_mlp: 8, n_ctx: 64, norm: rms, activation: gelu_new, positions: rotary, tie_word_embeddings: true}
    data: {grammar: {seed: 3}}
    steps: 12
    batch_tokens: 256
    shards: 2
    seed: 1
    optimizer: {learning_rate: 1.0e-3, warm_up: 5, decay: cosine, final: 0.1, betas: [0.9, 0.98], epsilon: 1.0e-8, weight_decay: 0.1, clip: 1.0}
    validation: {every: 5, documents: 4, tasks: [induction], examples: 4}
    checkpoint_every: 5
    snapshots: [0, 2]
    """

  private static let policy = """
    model: {model_type: impala_policy, scale: 1}
    data: {mazes: {sizes: [3, 5, 7], cheese: top-right}}
    steps: 5
    batch_mazes: 2
    """

  private static let text = """
    model: {n_layers: 1, n_heads: 2, d_model: 8, n_ctx: 64}
    data: {text: main.yaml}
    tokenizer: model
    steps: 5
    """

  /// Experiments from the repository.
  private static func published(_ names: [String]) -> [(name: String, text: String)] {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("experiments")
    return names.compactMap { name in
      guard let data = FileManager.default.contents(atPath: folder.appendingPathComponent(name).path) else {
        return nil
      }
      return (name, String(decoding: data, as: UTF8.self))
    }
  }
}
