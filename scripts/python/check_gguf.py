"""Compares Patchbay's reading of GGUF files with that of transformers.

    PEERS/bin/python scripts/python/check_gguf.py PATH/TO/patchbay MODEL.gguf [MODEL.gguf ...]

For each file, texts must be tokenized alike. The stream after every block and, at the last position, the logits and
log-probabilities of answers from the whole vocabulary must agree to 1e-4 of the largest number of their kind.
transformers dequantises the weights to float32 with gguf-py.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import h5py
import numpy as np
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

torch.set_grad_enabled(False)

TOLERANCE = 1e-4
ANSWERS = 48
TEXTS = [
    "When John and Mary went to the store, John gave a book to",
    "When John and Mary went to the store, Mary gave a book to",
    "The keys to the cabinet",
    " leading and  double   spaces\tand a tab\n\nand two lines",
    "def f(foo_bar, x=3.14):\n    return x ** 2  # caf\u00e9",
    "\u65e5\u672c\u8a9e, \u0420\u0443\u0441\u0441\u043a\u0438\u0439, \u0639\u0631\u0628\u064a \u2014 \u00abquoted\u00bb\u2026 \U0001f642\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "don't I'll we've 12345 67,890.12 !!! ???",
]


def main():
    tool, files = str(pathlib.Path(sys.argv[1]).resolve()), [pathlib.Path(path).resolve() for path in sys.argv[2:]]
    failed = False
    for file in files:
        with tempfile.TemporaryDirectory() as folder:
            failed |= not check(tool, file, pathlib.Path(folder))
    sys.exit(1 if failed else 0)


def run(*arguments):
    done = subprocess.run([*map(str, arguments), "--quiet"], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"error: patchbay {' '.join(map(str, arguments[1:]))}: {done.stderr}")


def check(tool, file, folder):
    print(f"== {file.name}")
    model = AutoModelForCausalLM.from_pretrained(file.parent, gguf_file=file.name, dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name)
    ids = [tokenizer(text).input_ids for text in TEXTS]

    (folder / "texts.jsonl").write_text("".join(json.dumps({"prompt": text}) + "\n" for text in TEXTS))
    run(tool, "cache", file, "--prompts", folder / "texts.jsonl", "--hooks", "blocks.*.hook_resid_post", "--output",
        folder / "texts.h5")
    right = True

    def report(what, worst, largest):
        nonlocal right
        good = worst <= TOLERANCE * largest
        right &= good
        print(f"{what:34} off by at most {worst:.2e} of {largest:.4g}{'' if good else '  WRONG'}")

    with h5py.File(folder / "texts.h5") as cache:
        own = [[int(token) for token in row if token >= 0] for row in cache["prompts/clean_tokens"][...]]
        for text, a, b in zip(TEXTS, own, ids):
            if a != b:
                right = False
                print(f"WRONG tokens of {text!r}: {a}, not {b}")
        print(f"tokens: {sum(a == b for a, b in zip(own, ids))} of {len(ids)} texts the same")
        hidden = [model(torch.tensor([row]), output_hidden_states=True).hidden_states for row in ids]
        # The last of transformers' states is after the final norm.
        layers = model.config.num_hidden_layers - 1
        worst, largest = 0.0, 0.0
        for layer in range(layers):
            values = cache[f"activations/blocks.{layer}.hook_resid_post"][...]
            for row, states in enumerate(hidden):
                reference = states[layer + 1][0].numpy()
                difference = np.abs(values[row, : len(reference)] - reference).max()
                scale = np.abs(reference).max()
                if difference * max(largest, 1e-30) >= worst * scale:
                    worst, largest = float(difference), float(scale)
        report(f"streams after {layers} blocks", worst, largest)

    rng = np.random.default_rng(0)
    answers = rng.choice(model.config.vocab_size, ANSWERS, replace=False)
    lines = []
    for place, answer in enumerate(answers):
        row = ids[place % 3]
        lines.append(json.dumps({"clean_tokens": row, "corrupted_tokens": row, "answer_token": int(answer)}))
    (folder / "answers.jsonl").write_text("\n".join(lines) + "\n")
    (folder / "answers.yaml").write_text(
        f"name: answers\nmodel: {file}\nprompts: {{file: answers.jsonl}}\nprepend_bos: false\nmetrics: [logit, log_prob]\n"
        'sweeps: [{name: last, site: resid_post, over: [layer], layer: "-1", position: -1}]\n')
    run(tool, "run", folder / "answers.yaml", "--output", folder)
    with h5py.File(folder / "answers.h5") as results:
        for metric in ["logit", "log_prob"]:
            own = results[f"baseline/clean/{metric}"][...]
            reference = []
            for place, answer in enumerate(answers):
                logits = model(torch.tensor([ids[place % 3]])).logits[0, -1]
                values = logits if metric == "logit" else torch.log_softmax(logits, -1)
                reference.append(float(values[answer]))
            reference = np.array(reference)
            report(f"{metric} of {ANSWERS} answers", float(np.abs(own - reference).max()), float(np.abs(reference).max()))
    return right


if __name__ == "__main__":
    main()
