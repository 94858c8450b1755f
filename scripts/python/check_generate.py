"""Compares greedy text with transformers: of given folders, and of a GPT-2 folder steered by PyTorch hooks.

    python check_generate.py PATH/TO/patchbay PATH/TO/gpt2-folder [PATH/TO/other-folder ...]

`patchbay generate` must choose the same tokens as `generate` of transformers with a cache; after a step at which the
two best scores differ by less than 1e-4, the texts may differ. With steering, the tokens must be those of runs of the
whole sequence under hooks that add the same numbers: for a vector of `patchbay vector` that is added at a layer in the
prompt, from its last token on, after it, or everywhere, and for one of a single pair that is added in the prompt.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import h5py
import numpy as np
import torch
from transformers import AutoModelForCausalLM

torch.set_grad_enabled(False)
COUNT = 24


def main():
    tool = str(pathlib.Path(sys.argv[1]).resolve())
    folders = [str(pathlib.Path(path).resolve()) for path in sys.argv[2:]]
    rng = np.random.default_rng(0)

    def run(*arguments, place=None):
        done = subprocess.run([tool, *map(str, arguments), "--quiet"], cwd=place, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"error: patchbay {' '.join(map(str, arguments))}: {done.stderr}")
        return done.stdout

    def ids(tokens):
        return ",".join(map(str, tokens))

    def same(what, ours, theirs, scores):
        """Checks that the tokens are the same until the two best scores of the reference are too close to call."""
        for step, (a, b) in enumerate(zip(ours, theirs)):
            if a != b:
                best = torch.topk(scores[step], 2).values
                if float(best[0] - best[1]) > 1e-4:
                    sys.exit(f"error: {what}: token {step} is {a}, not {b}")
                print(f"{what:40} the same for {step} tokens, then two scores are too close")
                return
        if len(ours) != len(theirs):
            sys.exit(f"error: {what}: {len(ours)} tokens, not {len(theirs)}")
        print(f"{what:40} the same {len(ours)} tokens")

    for folder in folders:
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
        room = getattr(model.config, "max_position_embeddings", 64) - 8
        for length in (1, 5, 8):
            count = min(COUNT, room)
            prompt = rng.integers(3, model.config.vocab_size, length).tolist()
            output = json.loads(run("generate", folder, "--prompt-tokens", ids(prompt), "--tokens", count, "--json", "--prepend-bos", "false"))
            reference = model.generate(
                torch.tensor([prompt]), attention_mask=torch.ones(1, length, dtype=torch.long), max_new_tokens=count, do_sample=False,
                pad_token_id=0, return_dict_in_generate=True, output_scores=True)
            expected = reference.sequences[0, length:].tolist()
            ours = output["without"]["tokens"]
            # A folder without a tokenizer has no end-of-text token, but the reference's config may have one.
            same(f"{pathlib.Path(folder).name}, {length} tokens of prompt", ours[:len(expected)], expected, [s[0] for s in reference.scores])

    folder = folders[0]
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    vocabulary = model.config.vocab_size
    with tempfile.TemporaryDirectory() as place:
        place = pathlib.Path(place)
        lines = []
        for length in (5, 5, 6):
            clean, corrupted = rng.integers(0, vocabulary, (2, length)).tolist()
            lines.append(json.dumps({"clean_tokens": clean, "corrupted_tokens": corrupted, "answer_token": 1, "wrong_token": 2}))
        (place / "pairs.jsonl").write_text("\n".join(lines) + "\n")
        (place / "one.jsonl").write_text(lines[0] + "\n")
        run("vector", folder, "--prompts", "pairs.jsonl", "--output", "mean.h5", place=place)
        run("vector", folder, "--prompts", "one.jsonl", "--method", "difference", "--output", "sequence.h5", place=place)
        vectors = {}
        for name in ("mean", "sequence"):
            with h5py.File(place / f"{name}.h5") as file:
                vectors[name] = torch.tensor(file["vector/value"][:])

        def steered(prompt, layer, added):
            """Greedy text from runs of the whole sequence; `added(length)` [length, width] is added to the stream
            before the layer."""
            def add(module, arguments):
                return (arguments[0] + added(arguments[0].shape[1]), *arguments[1:])
            handle = model.transformer.h[layer].register_forward_pre_hook(add)
            tokens, scores = list(prompt), []
            for _ in range(COUNT):
                scores.append(model(torch.tensor([tokens])).logits[0, -1])
                tokens.append(int(scores[-1].argmax()))
            handle.remove()
            return tokens[len(prompt):], scores

        prompt = rng.integers(0, vocabulary, 6).tolist()
        plain = None
        for name, layer, coefficient, where in [
            ("mean", 1, 4, "prompt"), ("mean", 1, 4, "after"), ("mean", 1, 4, "answer"), ("mean", 0, -3, "all"),
            ("sequence", 1, 5, None),
        ]:
            vector = vectors[name][layer] * coefficient
            width = vector.shape[-1]

            def added(length):
                rows = torch.zeros(length, width)
                if where is None:
                    count = min(len(vector), len(prompt))
                    rows[:count] = vector[:count]
                else:
                    chosen = {
                        "prompt": slice(0, len(prompt)), "answer": slice(len(prompt) - 1, None),
                        "after": slice(len(prompt), None), "all": slice(None)}[where]
                    rows[chosen] = vector
                return rows

            expected, scores = steered(prompt, layer, added)
            output = json.loads(run(
                "generate", folder, "--prompt-tokens", ids(prompt), "--tokens", COUNT, "--json", "--add",
                f"{name}.h5:{coefficient}@resid_pre.{layer}", *(["--positions", where] if where else []), place=place))
            same(f"{name} x {coefficient}, layer {layer}, {where}", output["steered"]["tokens"], expected, scores)
            plain = plain or output["without"]["tokens"]
            if output["without"]["tokens"] != plain:
                sys.exit("error: the text without steering depends on the steering")
            if output["steered"]["tokens"] == plain:
                sys.exit(f"error: {name} x {coefficient} changes no token, so nothing is checked")


main()
