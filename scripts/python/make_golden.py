"""Makes golden models: tiny random models, and the values that transformers and TransformerLens compute on them.

    python scripts/python/make_golden.py Tests/Golden/golden [NAME ...]

Needs torch, transformers and TransformerLens (`scripts/proofs.sh --make-peers FOLDER` installs them). Each NAME is a
key of CONFIGS; without names, all are made. Each folder gets config.json, model.safetensors and golden.h5, with the
layout in Tests/Golden/README.md. Sizes differ as far as a family allows, gains of norms are spread around 1 and biases
around 0, so that no weight can be mistaken for another or left out without a test failing.
"""

import os
import pathlib
import re
import sys
import tempfile

os.environ["HF_HUB_OFFLINE"] = "1"
import h5py
import numpy as np
import torch
import transformers
from tokenizers import Tokenizer, models
from transformer_lens.model_bridge import TransformerBridge

EXAMPLES, POSITIONS, VOCABULARY = 2, 9, 71
SHAPE = dict(
    vocab_size=VOCABULARY, hidden_size=16, intermediate_size=28, num_hidden_layers=3, num_attention_heads=4,
    num_key_value_heads=2, max_position_embeddings=64, bos_token_id=0, eos_token_id=0, pad_token_id=0)
TWO = SHAPE | dict(num_hidden_layers=2)
CONFIGS = {
    # Local layers rotate with another base than global ones, whose positions are stretched; a window; capped logits.
    "gemma3": lambda: transformers.Gemma3TextConfig(
        **SHAPE, head_dim=8, sliding_window=4, layer_types=["sliding_attention", "full_attention", "sliding_attention"],
        query_pre_attn_scalar=12, final_logit_softcapping=20.0, rope_parameters={
            "full_attention": {"rope_type": "linear", "factor": 4.0, "rope_theta": 1000.0},
            "sliding_attention": {"rope_type": "default", "rope_theta": 100.0}}),
    # Norms after attention and MLP, not before them; one norm over the queries of all heads, one over their keys.
    "olmo2": lambda: transformers.Olmo2Config(
        **SHAPE, attention_bias=True, rope_parameters={"rope_type": "default", "rope_theta": 5000.0}),
    # Queries, keys and values in one matrix, gate and up in another; part of each head is rotated; a window.
    "phi3": lambda: transformers.Phi3Config(
        **(SHAPE | dict(hidden_size=32, intermediate_size=20)), sliding_window=4,
        rope_parameters={"rope_type": "default", "rope_theta": 1000.0, "partial_rotary_factor": 0.5}),
    # Llama 3.1's stretched positions, with an original context shorter than the prompts; tied embeddings.
    "llama3": lambda: transformers.LlamaConfig(
        **TWO, head_dim=16, tie_word_embeddings=True, rope_parameters={
            "rope_type": "llama3", "rope_theta": 5000.0, "factor": 8.0, "low_freq_factor": 1.0,
            "high_freq_factor": 4.0, "original_max_position_embeddings": 6}),
    # Biases on queries, keys and values; a window from the second layer on.
    "qwen2": lambda: transformers.Qwen2Config(
        **TWO, use_sliding_window=True, sliding_window=4, max_window_layers=1),
    # A window in every layer.
    "mistral": lambda: transformers.MistralConfig(**TWO, head_dim=8, sliding_window=4),
}

KEPT = re.compile(
    r"hook_embed|hook_unembed|ln_final\.hook_(scale|normalized)|blocks\.\d+\.("
    r"hook_(resid_pre|resid_mid|resid_post|attn_out|mlp_out)|ln[12](_post)?\.hook_(scale|normalized)"
    r"|attn\.hook_(q|k|v|rot_q|rot_k|attn_scores|pattern|z)|mlp\.hook_(pre|pre_linear|post))")
CORRUPTED = re.compile(r"blocks\.\d+\.(hook_resid_post|attn\.hook_pattern)")


def network(config, seed):
    """The family's model with random weights that are wide enough for patches to matter."""
    torch.manual_seed(seed)
    model = transformers.AutoModelForCausalLM.from_config(config, attn_implementation="eager").eval()
    gains = 0.0 if "gemma" in config.model_type else 1.0
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.ndim == 1:
                weight.normal_(gains if name.endswith("weight") else 0.0, 0.2)
            else:
                weight.normal_(0.0, 0.7 if "embed" in name else 1.2 / weight.shape[-1] ** 0.5)
    return model


def bridge(folder):
    """The model of a folder as TransformerLens sees it: nothing folded, nothing centred."""
    with tempfile.TemporaryDirectory() as place:
        words = Tokenizer(models.WordLevel({"a": 0, "b": 1}, unk_token="a"))
        special = dict(bos_token="a", eos_token="a", pad_token="a")
        transformers.PreTrainedTokenizerFast(tokenizer_object=words, **special).save_pretrained(place)
        tokenizer = transformers.PreTrainedTokenizerFast.from_pretrained(place)
        model = transformers.AutoModelForCausalLM.from_pretrained(folder, attn_implementation="eager").eval()
        return TransformerBridge.boot_transformers(str(folder), hf_model=model, tokenizer=tokenizer, device="cpu").eval()


def sweeps(config):
    """Name, hook, whether it is patched by position, and how many heads it has."""
    heads, shared = config.num_attention_heads, getattr(config, "num_key_value_heads", None)
    for site in ["resid_pre", "resid_mid", "attn_out", "mlp_out"]:
        yield site, f"hook_{site}", True, 0
    yield "z_all_pos", "attn.hook_z", False, heads
    yield "q_all_pos", "attn.hook_q", False, heads
    for letter in "kv":
        yield f"{letter}_all_pos", f"attn.hook_{letter}", False, shared or heads
    yield "pattern_all_pos", "attn.hook_pattern", False, heads
    yield "z_by_pos", "attn.hook_z", True, heads


def patched(model, base, source, place, position, head):
    """Logits of `base` with one place of one activation taken from `source`."""
    def patch(value, hook):
        value = value.clone()
        rows = slice(None) if position is None else position
        if head is None:
            value[:, rows] = source[:, rows]
        elif place.endswith("pattern"):
            value[:, head] = source[:, head]
        else:
            value[:, rows, head] = source[:, rows, head]
        return value

    return model.run_with_hooks(base, fwd_hooks=[(place, patch)])


def write(name, output):
    folder = output / name
    folder.mkdir(parents=True, exist_ok=True)
    config = CONFIGS[name]()
    seed = sum(name.encode())
    network(config, seed).save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    model = bridge(folder)
    random = np.random.default_rng(seed)
    clean = random.integers(1, VOCABULARY, (EXAMPLES, POSITIONS))
    corrupted = clean.copy()
    # The runs differ in the middle and agree at both ends.
    corrupted[:, 2:5] = random.integers(1, VOCABULARY, (EXAMPLES, 3))
    answer, wrong = random.permutation(VOCABULARY)[: 2 * EXAMPLES].reshape(2, EXAMPLES)
    tokens = {"clean": torch.tensor(clean), "corrupted": torch.tensor(corrupted)}
    rows = np.arange(EXAMPLES)

    def difference(logits):
        last = logits[:, -1].numpy()
        return (last[rows, answer] - last[rows, wrong]).astype(np.float32)

    found = {
        "clean_tokens": clean.astype(np.int32), "corrupted_tokens": corrupted.astype(np.int32),
        "answer_token": answer.astype(np.int32), "wrong_token": wrong.astype(np.int32)}
    caches = {}
    for run, prompts in tokens.items():
        plain = transformers.AutoModelForCausalLM.from_pretrained(folder, attn_implementation="eager").eval()
        reference = plain(prompts).logits
        logits, cache = model.run_with_cache(prompts)
        assert torch.allclose(logits, reference, atol=1e-5), f"{name}: TransformerLens and transformers disagree"
        caches[run] = {hook: cache[hook] for hook in cache if KEPT.fullmatch(hook)}
        found[f"hf_logits_{run}"] = reference.numpy()
        found[f"{run}_logit_diff"] = difference(reference)
        for hook, value in caches[run].items():
            if run == "clean" or CORRUPTED.fullmatch(hook):
                found[f"{run}/{hook}"] = value.numpy()
    for direction, base, other in [("denoise", "corrupted", "clean"), ("noise", "clean", "corrupted")]:
        for site, suffix, by_position, heads in sweeps(config):
            values = []
            for layer in range(config.num_hidden_layers):
                place = f"blocks.{layer}.{suffix}"
                source = caches[other][place]
                if site == "resid_mid":
                    # TransformerLens uses the name for the MLP's input alone; attention's output reaches the stream.
                    source = source - caches[base][f"blocks.{layer}.hook_resid_pre"]
                    place = f"blocks.{layer}.hook_attn_out"
                cells = [
                    difference(patched(model, tokens[base], source, place, position, head))
                    for position in (range(POSITIONS) if by_position else [None])
                    for head in (range(heads) if heads else [None])]
                axes = ([POSITIONS] if by_position else []) + ([heads] if heads else [])
                values.append(np.stack(cells).reshape(*axes, EXAMPLES))
            found[f"{direction}/{site}"] = np.stack(values)
    store(folder / "golden.h5", found, name)
    size = sum(path.stat().st_size for path in folder.iterdir()) / 1000
    print(f"{name}: {len(found)} arrays, {size:.0f} KB")


def store(path, found, name):
    """Equal arrays are stored once, under several names."""
    with h5py.File(path, "w", libver=("v108", "v108")) as file:
        file.attrs["family"] = name
        versions = [f"transformers {transformers.__version__}", f"transformer-lens {peer_version()}"]
        file.attrs["reference"] = ", ".join(versions + [f"torch {torch.__version__}"])
        stored = {}
        for place, values in found.items():
            values = np.ascontiguousarray(values)
            key = (values.dtype.str, values.shape, values.tobytes())
            if key in stored:
                file[place] = file[stored[key]]
                continue
            stored[key] = place
            options = {"compression": "gzip", "compression_opts": 9, "shuffle": True} if values.nbytes > 2048 else {}
            file.create_dataset(place, data=values, **options)


def peer_version():
    import importlib.metadata

    return importlib.metadata.version("transformer-lens")


def main():
    torch.set_grad_enabled(False)
    torch.set_num_threads(1)
    output = pathlib.Path(sys.argv[1])
    for name in sys.argv[2:] or CONFIGS:
        write(name, output)


if __name__ == "__main__":
    main()
