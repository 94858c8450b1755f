"""Times generating text with Patchbay and with transformers' `generate`, and prints the ratio.

    swift build -c release
    python scripts/python/compare_generate.py .build/release/patchbay-bench WEIGHTS [--tokens 100] [--rounds 3]

WEIGHTS is the folder of a model of GPT-2 small's shape; if it does not exist, random weights are written there (498
MB). Both use the same weights, prompt and length, choose the most probable token and cache keys and values;
transformers runs in float32 on the CPU with two threads. Rounds alternate between the two, so that other load on the
machine affects both, and the best round of each counts. The tokens must be the same.
"""

import argparse
import os
import re
import subprocess
import sys
import time

os.environ["HF_HUB_OFFLINE"] = "1"
import torch
from transformers import GPT2Config, GPT2LMHeadModel

torch.set_grad_enabled(False)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bench")
    parser.add_argument("weights")
    parser.add_argument("--tokens", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    if not os.path.exists(f"{arguments.weights}/model.safetensors"):
        torch.manual_seed(0)
        # No end-of-text token: it would stop one of the texts early.
        GPT2LMHeadModel(GPT2Config(eos_token_id=None)).save_pretrained(arguments.weights)
    model = GPT2LMHeadModel.from_pretrained(arguments.weights).eval()
    count = arguments.tokens
    ours, theirs, pair = [], [], []
    for _ in range(arguments.rounds):
        done = subprocess.run(
            [arguments.bench, "generate", arguments.weights, "--tokens", str(count), "--repetitions", "2"], check=True,
            capture_output=True, text=True)
        print(done.stdout)
        rates = re.findall(r"([0-9.]+) tokens/s each", done.stdout)
        ours.append(float(rates[0]))
        pair.append(float(rates[1]))
        prompt = [int(token) for token in re.search(r"prompt ([0-9,]+)", done.stdout)[1].split(",")]
        tokens = [int(token) for token in re.search(r"^tokens ([0-9,]+)", done.stdout, re.M)[1].split(",")]
        start = time.perf_counter()
        out = model.generate(
            torch.tensor([prompt]), attention_mask=torch.ones(1, len(prompt), dtype=torch.long), max_new_tokens=count,
            min_new_tokens=count, do_sample=False, use_cache=True, pad_token_id=0)
        theirs.append(count / (time.perf_counter() - start))
        print(f"transformers, {torch.get_num_threads()} threads: {theirs[-1]:.1f} tokens/s\n")
        if out[0, len(prompt):].tolist() != tokens:
            sys.exit("error: the tokens differ")
    print(f"steered, one row: {max(ours):.1f} tokens/s; together with the unsteered text: {max(pair):.1f}")
    print(f"transformers, unsteered: {max(theirs):.1f} tokens/s")
    print(f"ratio {max(ours) / max(theirs):.2f}; with both texts {max(pair) / max(theirs):.2f}")


main()
