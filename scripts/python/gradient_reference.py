"""Computes reference gradients of the small reference models with torch, for the tests of the backward pass.

    python scripts/python/gradient_reference.py ../shared/golden Tests/ExecutionTests/Resources/Gradients [FAMILY ...]

Writes a folder per family with

    logit_diff/{config.json, model.safetensors}   the derivative of logit[answer] - logit[wrong] at the last position of
                                                  the corrupted prompts, averaged over examples, with respect to every
                                                  weight, in the layout of the checkpoint
    next_token/{config.json, model.safetensors}   the derivative of the mean cross-entropy of the next token over all
                                                  positions of the clean prompts; of the blocks only the first, which
                                                  the backward pass reaches last (so the config has one layer)
    activations.safetensors                       the derivative of the first objective, summed over examples instead of
                                                  averaged, with respect to the activations of the first EXAMPLES
                                                  examples, under their TransformerLens names
    zeroed_head.safetensors                       the same with respect to the residual stream and z, while head 1.2 is
                                                  zero
    added.safetensors                             the same while VECTOR is added to the residual stream before
                                                  block 1, at all positions

Parameters and inputs are float64. Some norms, softmaxes and rotations of transformers always compute in float32, so the
numbers are accurate to about 1e-6 of the largest. They are stored as float32.
"""

import json
import os
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
import h5py
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, models
from transformer_lens.model_bridge import TransformerBridge
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast

FAMILIES = ["gpt2", "llama", "neox", "qwen3", "gemma2"]
EXAMPLES = 1
VECTOR = torch.tensor([(i % 3 - 0.75) / 2 for i in range(64)], dtype=torch.float64)
# Activations that are nodes of Patchbay's graphs and whose value the bridge uses.
SUFFIXES = [
    "hook_embed", "hook_pos_embed", "hook_resid_pre", "hook_resid_mid", "hook_mlp_out", "hook_q", "hook_k", "hook_v", "hook_z", "hook_pattern",
    "mlp.hook_pre", "mlp.hook_pre_linear", "hook_rot_q", "hook_rot_k",
]


def load(folder):
    model = AutoModelForCausalLM.from_pretrained(folder, attn_implementation="eager", dtype=torch.float64).eval()
    assert all(p.dtype == torch.float64 for p in model.parameters())
    return model


def bridge(model, folder, place):
    words = Tokenizer(models.WordLevel({"<|endoftext|>": 0, "a": 1}, unk_token="a"))
    end = "<|endoftext|>"
    PreTrainedTokenizerFast(tokenizer_object=words, bos_token=end, eos_token=end, pad_token=end).save_pretrained(place)
    tokenizer = PreTrainedTokenizerFast.from_pretrained(place)
    wrapped = TransformerBridge.boot_transformers(
        folder, hf_model=model, tokenizer=tokenizer, device="cpu", dtype=torch.float64)
    return wrapped.eval()


def tokens(golden, name):
    return torch.tensor(golden[name][:], dtype=torch.long)


def logit_differences(logits, golden):
    row = torch.arange(len(logits))
    return logits[row, -1, tokens(golden, "answer_token")] - logits[row, -1, tokens(golden, "wrong_token")]


def write_weights(model, folder, source, layers=None):
    """Writes the gradients of the parameters as a checkpoint, of the first `layers` blocks (None for all)."""
    os.makedirs(folder, exist_ok=True)
    config = json.load(open(f"{source}/config.json"))
    if layers is not None:
        config["n_layer" if "n_layer" in config else "num_hidden_layers"] = layers
        if "layer_types" in config:
            config["layer_types"] = config["layer_types"][:layers]
    json.dump(config, open(f"{folder}/config.json", "w"), indent=1)
    stored = load_file(f"{source}/model.safetensors")
    kept = {}
    for name, parameter in model.named_parameters():
        block = next((int(part) for part in name.split(".") if part.isdigit()), -1)
        if layers is None or block < layers:
            # In one family, the library's name of a parameter differs from the checkpoint's.
            kept[name if name in stored else name.replace("lm_head", "embed_out")] = parameter.grad.float().contiguous()
    assert set(kept) <= set(stored), set(kept) - set(stored)
    assert layers is not None or set(kept) == set(stored), set(stored) - set(kept)
    save_file(kept, f"{folder}/model.safetensors", metadata={"format": "pt"})


def write_activations(wrapped, golden, path, suffixes, edits):
    """Writes the derivatives with respect to the activations that the suffixes name, of a run under edits: {hook name:
    function of the value}."""
    wrapped.zero_grad()
    values = {}

    def keeper(name):
        # The usual names are often aliases of the bridge's hooks; `hook.name` is not the alias, so use `name`.
        def keep(value, hook):
            if name in edits:
                value = edits[name](value)
            value.retain_grad()
            values[name] = value
            return value

        return keep

    names = [name for name in wrapped.hook_dict if any(name == s or name.endswith("." + s) for s in suffixes)]
    hooks = [(name, keeper(name)) for name in names]
    logits = wrapped.run_with_hooks(tokens(golden, "corrupted_tokens"), fwd_hooks=hooks)
    assert set(edits) <= set(values), "an edit was not applied"
    logit_differences(logits, golden).sum().backward()
    stored = {name: v.grad[:EXAMPLES].float().contiguous() for name, v in values.items() if v.grad is not None}
    save_file(stored, path)
    return logits.detach(), sorted(set(values) - set(stored))


def head_to_zero(z):
    z = z.clone()
    z[:, :, 2] = 0
    return z


def main():
    source, target = sys.argv[1:3]
    for family in sys.argv[3:] or FAMILIES:
        folder, out = f"{source}/{family}", f"{target}/{family}"
        golden = h5py.File(f"{folder}/golden.h5")
        model = load(folder)

        model.zero_grad()
        logit_differences(model(tokens(golden, "corrupted_tokens")).logits, golden).mean().backward()
        write_weights(model, f"{out}/logit_diff", folder)

        model.zero_grad()
        clean = tokens(golden, "clean_tokens")
        scores = model(clean).logits[:, :-1]
        torch.nn.functional.cross_entropy(scores.reshape(-1, scores.shape[-1]), clean[:, 1:].reshape(-1)).backward()
        write_weights(model, f"{out}/next_token", folder, layers=1)

        wrapped = bridge(model, folder, os.environ.get("TMPDIR", "/tmp") + "/gradient_reference")
        logits, without = write_activations(wrapped, golden, f"{out}/activations.safetensors", SUFFIXES, {})
        difference = (logits - torch.tensor(golden["hf_logits_corrupted"][:])).abs().max().item()
        print(f"{family}: logits differ from the stored ones by {difference:.1e}; no derivative: {without}")
        some = ["hook_resid_pre", "hook_z"]
        write_activations(
            wrapped, golden, f"{out}/zeroed_head.safetensors", some, {"blocks.1.attn.hook_z": head_to_zero})
        write_activations(
            wrapped, golden, f"{out}/added.safetensors", some, {"blocks.1.hook_resid_pre": lambda x: x + VECTOR})


main()
