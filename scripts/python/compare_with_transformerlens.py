"""Times the same sweeps of the same weights in Patchbay and in TransformerLens, and prints a table of ratios.

    python3 -m venv PEER && PEER/bin/pip install "torch==2.13.0+cpu" transformer-lens==4.3.0
    swift build -c release
    PEER/bin/python scripts/python/compare_with_transformerlens.py .build/release/patchbay-bench WEIGHTS [batch ...]

WEIGHTS is the folder of a model of GPT-2 small's shape; if it does not exist, random weights are written there (498
MB). The sweeps are resid_pre, attn_out and mlp_out over layer x position and heads at all positions, for 15 tokens;
then the direct paths from one head to every later query. TransformerLens takes the same time whether prompts differ
everywhere or from position 9 on; patchbay-bench times both cases, after comparing its results with its plain executor.
"""

import atexit
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

os.environ["HF_HUB_OFFLINE"] = "1"
import torch
from tokenizers import Tokenizer, models
from transformer_lens import patching
from transformer_lens.model_bridge import TransformerBridge
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

torch.set_grad_enabled(False)
TOKENS, VOCABULARY = 15, 50257


def load(folder):
    if not os.path.exists(f"{folder}/model.safetensors"):
        torch.manual_seed(0)
        GPT2LMHeadModel(GPT2Config()).save_pretrained(folder)
    end = "<|endoftext|>"
    words = Tokenizer(models.WordLevel({end: 0, "a": 1}, unk_token="a"))
    # TransformerLens reads the tokenizer's folder again later, so keep it until the process ends.
    place = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, place)
    PreTrainedTokenizerFast(tokenizer_object=words, bos_token=end, eos_token=end, pad_token=end).save_pretrained(place)
    tokenizer = PreTrainedTokenizerFast.from_pretrained(place)
    network = GPT2LMHeadModel.from_pretrained(folder, attn_implementation="eager").eval()
    model = TransformerBridge.boot_transformers(folder, hf_model=network, tokenizer=tokenizer, device="cpu")
    return model.eval()


def seconds(body):
    start = time.perf_counter()
    body()
    return time.perf_counter() - start


def peer(model, batch):
    """The seconds of a forward pass, of the four sweeps together and, for batch 1, of the direct paths from head
    6.0."""
    torch.manual_seed(0)
    clean, corrupted = (torch.randint(0, VOCABULARY, (batch, TOKENS)) for _ in range(2))
    answer, wrong = (torch.randint(0, VOCABULARY, (batch,)) for _ in range(2))
    row = torch.arange(batch)
    metric = lambda logits: (logits[row, -1, answer] - logits[row, -1, wrong]).mean()
    _, cache = model.run_with_cache(clean)
    _, other = model.run_with_cache(corrupted)
    forward = min(seconds(lambda: model(corrupted)) for _ in range(5))
    sweeps = [
        patching.get_act_patch_resid_pre,
        patching.get_act_patch_attn_out,
        patching.get_act_patch_mlp_out,
        patching.get_act_patch_attn_head_out_all_pos,
    ]
    together = sum(seconds(lambda: sweep(model, corrupted, cache, metric)) for sweep in sweeps)
    paths = None
    if batch == 1:
        paths = seconds(
            lambda: patching.get_act_patch_direct_path(model, corrupted, cache, other, metric, 6, 0, "q", verbose=False))
    return forward, together, paths


def ours(bench, folder, batch):
    """The same for Patchbay, and the sweeps over prompts that differ from position 9 on."""
    command = [bench, folder, "--batch", str(batch), "--tokens", str(TOKENS)] + (["--one-sender"] if batch == 1 else [])
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    forward = float(re.search(r"forward pass of .*?: ([\d.]+) ms", text)[1]) / 1e3
    together = [float(s) for s in re.findall(r"^together +([\d.]+) s", text, re.M)]
    paths = re.search(r"^from head .*? ([\d.]+) s", text, re.M)
    return forward, together, float(paths[1]) if paths else None


def main():
    bench, folder = sys.argv[1:3]
    model = load(folder)
    print("| | TransformerLens 4.3 | Patchbay | ratio |\n|---|---|---|---|")
    line = lambda what, theirs, own: print(f"| {what} | {theirs:.3f} s | {own:.3f} s | {theirs / own:.1f} |", flush=True)
    for batch in [int(b) for b in sys.argv[3:]] or [1, 8]:
        own = ours(bench, folder, batch)
        theirs = peer(model, batch)
        line(f"forward pass, batch {batch}", theirs[0], own[0]) if batch == 1 else None
        line(f"four sweeps, batch {batch}, (a) prompts differ everywhere", theirs[1], own[1][0])
        line(f"four sweeps, batch {batch}, (b) from position 9 on", theirs[1], own[1][1])
        if theirs[2]:
            line("direct paths from one head to 60 later queries", theirs[2], own[2])


main()
