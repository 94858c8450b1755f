"""Compares logits of tiny random models of every family and flag with transformers.

    python scripts/python/check_families.py PATH/TO/patchbay [NAME ...]

Needs torch and transformers (`scripts/proofs.sh --make-peers FOLDER` installs such a Python). transformers saves each
model, and the case may then change its config. Both read the result and run it on the same tokens. Patchbay must reject
what transformers rejects; what only Patchbay rejects is listed. NAME selects the cases whose names start with it.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_VERBOSITY"] = "error"
import h5py
import numpy as np
import torch
import transformers
from safetensors.torch import load_file, save_file

TOLERANCE = 1e-4
TOKENS = [(7 * i * i + 3 * i) % 97 for i in range(40)]
SHAPE = dict(
    vocab_size=97, hidden_size=24, intermediate_size=36, num_hidden_layers=4, num_attention_heads=4, num_key_value_heads=2,
    max_position_embeddings=64, bos_token_id=0, eos_token_id=0, pad_token_id=0)
LLAMA3 = dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, rope_theta=5000.0)
FULL = ["full_attention"] * 4
MIXED = ["sliding_attention", "full_attention", "full_attention", "sliding_attention"]


def rope(kind="default", **keys):
    return dict(rope_type=kind, **keys)


def by_layer(full, sliding):
    return {"full_attention": full, "sliding_attention": sliding}


def cases():
    """Yields the name, the config, and what to change in config.json afterwards (None removes a key)."""
    t = transformers
    for name, keys, changes in [
        ("plain", {}, {}), ("biases", dict(attention_bias=True, mlp_bias=True), {}), ("wide heads", dict(head_dim=10), {}),
        ("tied", dict(tie_word_embeddings=True), {}), ("gelu", dict(hidden_act="gelu"), {}),
        ("llama3", dict(rope_parameters=rope(**{k: v for k, v in LLAMA3.items() if k != "rope_type"}, kind="llama3",
                        original_max_position_embeddings=16)), {}),
        ("llama3, original context left out", {}, dict(rope_parameters=None, rope_scaling=LLAMA3, max_position_embeddings=48)),
        ("linear", dict(rope_parameters=rope("linear", factor=4.0, rope_theta=300.0)), {}),
        ("older keys", {}, dict(rope_parameters=None, rope_theta=300.0, rope_scaling=dict(type="linear", factor=2.0))),
        ("scaling beside parameters", dict(rope_parameters=rope(rope_theta=300.0)),
         dict(rope_scaling=dict(rope_type="linear", factor=2.0))),
        ("scaling beside empty parameters", {}, dict(rope_parameters={}, rope_theta=300.0, rope_scaling=rope("linear", factor=2.0))),
        ("keys of windows, which llama ignores", {}, dict(layer_types=MIXED, sliding_window=3)),
        ("another key of nonlinearities", {}, dict(hidden_activation="relu")),
        ("half heads, which llama ignores", {}, dict(partial_rotary_factor=0.5)),
        ("yarn", {}, dict(rope_scaling=rope("yarn", factor=4.0, original_max_position_embeddings=16))),
        ("yarn, factor left out", {}, dict(rope_scaling=dict(type="yarn", factor=None, original_max_position_embeddings=16))),
        ("yarn, all its keys", dict(head_dim=16), dict(rope_scaling=rope(
            "yarn", factor=4.0, original_max_position_embeddings=24, beta_fast=4.0, beta_slow=0.5, mscale=1.0,
            mscale_all_dim=0.5, truncate=False, rope_theta=300.0))),
        ("yarn, attention factor", {}, dict(rope_scaling=rope(
            "yarn", factor=4.0, original_max_position_embeddings=16, attention_factor=1.5))),
        ("longrope", {}, dict(rope_scaling=rope("longrope", factor=2.0, short_factor=[1.0] * 3, long_factor=[2.0] * 3))),
        ("dynamic", {}, dict(rope_scaling=rope("dynamic", factor=4.0))),
        ("parameters by layer type", {}, dict(rope_parameters=by_layer(rope(rope_theta=50.0), rope(rope_theta=50.0)))),
    ]:
        yield f"llama {name}", t.LlamaConfig(**SHAPE, **keys), changes
    yield "mistral window", t.MistralConfig(**SHAPE, sliding_window=5), {}
    yield "mistral no window", t.MistralConfig(**SHAPE, sliding_window=None), {}
    yield "mistral layer types", t.MistralConfig(**SHAPE, head_dim=6), dict(layer_types=MIXED, sliding_window=5)
    yield "mistral layer types without window", t.MistralConfig(**SHAPE, head_dim=6), dict(layer_types=MIXED, sliding_window=None)
    for family, config in [("qwen2", t.Qwen2Config), ("qwen3", t.Qwen3Config)]:
        yield f"{family} plain", config(**SHAPE), {}
        yield f"{family} tied", config(**SHAPE, tie_word_embeddings=True), {}
        yield f"{family} late windows", config(**SHAPE, use_sliding_window=True, sliding_window=5, max_window_layers=2), {}
        yield f"{family} layer types", config(**SHAPE, use_sliding_window=True, sliding_window=5, layer_types=MIXED), {}
        yield f"{family} window not used", config(**SHAPE, sliding_window=5), {}
        yield f"{family} layer types, not used", config(**SHAPE), dict(layer_types=MIXED, sliding_window=5)
        yield f"{family} by layer type", config(**SHAPE), dict(rope_parameters=by_layer(rope(rope_theta=50.0), rope()))
    yield "qwen3 biases", t.Qwen3Config(**SHAPE, attention_bias=True, head_dim=8), {}
    for name, keys, changes in [
        ("plain", {}, {}), ("no caps", dict(attn_logit_softcapping=None, final_logit_softcapping=None), {}),
        ("biases", dict(attention_bias=True), {}), ("hidden_act alone", {}, dict(hidden_activation=None, hidden_act="silu")),
        ("layer types", dict(layer_types=MIXED, sliding_window=5), {}), ("no window", {}, dict(sliding_window=None)),
        ("both directions", {}, dict(use_bidirectional_attention=True)),
    ]:
        yield f"gemma2 {name}", t.Gemma2Config(**SHAPE, **({"head_dim": 8, "sliding_window": 6} | keys)), changes
    older = dict(rope_parameters=None, layer_types=None, rope_theta=3000.0, rope_local_base_freq=70.0, sliding_window_pattern=2)
    for name, keys, changes in [
        ("plain", {}, {}), ("caps of logits", dict(final_logit_softcapping=3.0), {}),
        ("caps of scores, which it ignores", dict(attn_logit_softcapping=1.0), {}), ("biases", dict(attention_bias=True), {}),
        ("layer types", dict(layer_types=MIXED), {}), ("full", dict(layer_types=FULL), {}),
        ("scalar", dict(query_pre_attn_scalar=5), {}), ("untied", dict(tie_word_embeddings=False), {}),
        ("relu", dict(hidden_activation="relu"), {}), ("older keys", {}, older),
        ("older keys, linear", {}, older | dict(rope_scaling=dict(rope_type="linear", factor=8.0))),
        ("defaults of rotation", {}, dict(rope_parameters=None)),
        ("parameters", dict(layer_types=MIXED, rope_parameters=by_layer(
            rope("linear", factor=8.0, rope_theta=2000.0), rope(rope_theta=80.0))), {}),
        ("local positions scaled too", dict(layer_types=MIXED, rope_parameters=by_layer(
            rope(rope_theta=2000.0), rope("linear", factor=3.0, rope_theta=80.0))), {}),
        ("one kind alone", dict(layer_types=MIXED), dict(rope_parameters=dict(full_attention=rope(rope_theta=90.0)))),
        ("scaling over parameters", dict(layer_types=MIXED), dict(
            rope_parameters=by_layer(rope(rope_theta=90.0), rope(rope_theta=20.0)), rope_scaling=rope("linear", factor=3.0))),
        ("flat parameters", dict(layer_types=MIXED), dict(rope_parameters=rope(rope_theta=90.0))),
        ("both directions", {}, dict(use_bidirectional_attention=True)),
        ("yarn", dict(layer_types=MIXED), dict(rope_scaling=rope("yarn", factor=4.0))),
    ]:
        yield f"gemma3 {name}", t.Gemma3TextConfig(**SHAPE, **({"head_dim": 8, "sliding_window": 6} | keys)), changes
    for name, keys, changes in [
        ("plain", {}, {}), ("biases", dict(attention_bias=True), {}), ("tied", dict(tie_word_embeddings=True), {}),
        ("one head's width", dict(head_dim=10), {}), ("linear", dict(rope_parameters=rope("linear", factor=4.0, rope_theta=300.0)), {}),
        ("llama3", dict(rope_parameters=dict(LLAMA3, original_max_position_embeddings=16)), {}), ("gelu", dict(hidden_act="gelu"), {}),
        ("default epsilon", {}, dict(rms_norm_eps=None)), ("no grouping", dict(num_key_value_heads=4), {}),
    ]:
        yield f"olmo2 {name}", t.Olmo2Config(**(SHAPE | keys)), changes
    for name, keys, changes in [
        ("plain", {}, {}), ("window", dict(sliding_window=5), {}), ("tied", dict(tie_word_embeddings=True), {}),
        ("half heads", dict(hidden_size=32, rope_parameters=rope(partial_rotary_factor=0.5, rope_theta=300.0)), {}),
        ("half heads, older keys", dict(hidden_size=32), dict(rope_parameters=None, rope_theta=300.0, partial_rotary_factor=0.5)),
        ("an odd number of features", dict(hidden_size=32, rope_parameters=rope(partial_rotary_factor=0.4)), {}),
        ("wide heads", dict(head_dim=10), {}), ("gelu", dict(hidden_act="gelu_new"), {}),
        ("longrope", {}, dict(rope_scaling=rope(
            "longrope", short_factor=[1.0, 1.5, 2.0], long_factor=[2.0, 3.0, 4.0]), original_max_position_embeddings=48,
            max_position_embeddings=96)),
        ("longrope of an older name", {}, dict(rope_scaling=dict(
            type="su", short_factor=[1.0, 1.5, 2.0], long_factor=[2.0, 3.0, 4.0]), original_max_position_embeddings=48,
            max_position_embeddings=96, rope_theta=300.0, rope_parameters=None)),
        ("linear", {}, dict(rope_scaling=rope("linear", factor=2.0))),
    ]:
        yield f"phi3 {name}", t.Phi3Config(**(SHAPE | keys)), changes
    neox = {k: v for k, v in SHAPE.items() if k not in ("num_key_value_heads", "pad_token_id")} | dict(hidden_size=32)
    for name, keys, changes in [
        ("plain", {}, {}), ("one after the other", dict(use_parallel_residual=False), {}), ("no biases", dict(attention_bias=False), {}),
        ("an odd number of features", dict(hidden_size=48), {}),
        ("older keys", {}, dict(rope_parameters=None, rotary_pct=0.5, rotary_emb_base=300)),
        ("scaling", {}, dict(rope_scaling=dict(type="linear", factor=2.0))),
        ("scaling beside half heads", dict(rope_parameters=rope(partial_rotary_factor=0.5)), dict(rope_scaling=rope("linear", factor=2.0))),
    ]:
        yield f"gpt_neox {name}", t.GPTNeoXConfig(**(neox | keys)), changes
    for name, keys, changes in [
        ("another share", dict(rope_parameters=rope(partial_rotary_factor=0.75)), {}), ("no rotation", {}, dict(rope_parameters=None, rotary_pct=0.0)),
        ("whole heads", {}, dict(rope_parameters=None, rotary_pct=1.0)), ("tied", dict(tie_word_embeddings=True), {}),
        ("gelu_fast", dict(hidden_act="gelu_fast"), {}), ("gelu_python", dict(hidden_act="gelu_python"), {}), ("relu", dict(hidden_act="relu"), {}),
        ("silu", dict(hidden_act="silu", use_parallel_residual=False), {}), ("epsilon", dict(layer_norm_eps=0.1), {}),
        ("quick_gelu", dict(hidden_act="quick_gelu"), {}),
        ("a share that rounds down", dict(hidden_size=400, num_attention_heads=4), dict(rope_parameters=None, rotary_pct=0.29)),
    ]:
        yield f"gpt_neox {name}", t.GPTNeoXConfig(**(neox | keys)), changes
    neo = dict(
        vocab_size=97, hidden_size=24, num_layers=4, num_heads=4, intermediate_size=36, max_position_embeddings=64, bos_token_id=0,
        eos_token_id=0, attention_types=[[["global", "local"], 2]], window_size=5)
    for name, keys, changes in [
        ("plain", {}, {}), ("global", dict(attention_types=[[["global"], 4]]), {}),
        ("a pattern of its own", dict(attention_types=[[["local"], 2], [["global", "local"], 1]]), {}),
        ("window of one", dict(window_size=1), {}), ("relu", dict(activation_function="relu"), {}), ("untied", dict(tie_word_embeddings=False), {}),
        ("default width", dict(intermediate_size=None), {}), ("epsilon", dict(layer_norm_epsilon=0.1), {}),
        ("types for another number of layers", {}, dict(attention_types=[[["global", "local"], 1]])), ("no types", {}, dict(attention_types=None)),
        ("another type", {}, dict(attention_types=[[["banded"], 4]])),
    ]:
        yield f"gpt_neo {name}", t.GPTNeoConfig(**(neo | keys)), changes
    gptj = dict(
        vocab_size=97, n_embd=32, n_layer=4, n_head=4, n_inner=36, n_positions=64, rotary_dim=4, bos_token_id=0, eos_token_id=0)
    for name, keys, changes in [
        ("plain", {}, {}), ("whole heads", dict(rotary_dim=8), {}), ("tied", dict(tie_word_embeddings=True), {}),
        ("default width", dict(n_inner=None), {}), ("gelu", dict(activation_function="gelu"), {}), ("epsilon", dict(layer_norm_epsilon=0.1), {}),
        ("scale_attn_weights, which it ignores", {}, dict(scale_attn_weights=False)),
        ("more features than a head has", {}, dict(rotary_dim=10)), ("an odd number of features", {}, dict(rotary_dim=5)),
        ("no rotary_dim", {}, dict(rotary_dim=None)),
    ]:
        yield f"gptj {name}", t.GPTJConfig(**(gptj | keys)), changes
    opt = dict(
        vocab_size=97, hidden_size=24, num_hidden_layers=4, num_attention_heads=4, ffn_dim=36, max_position_embeddings=64, bos_token_id=0,
        eos_token_id=0, pad_token_id=1)
    for before in [True, False]:
        for name, keys, changes in [
            ("plain", {}, {}), ("no biases", dict(enable_bias=False), {}), ("no gains", dict(layer_norm_elementwise_affine=False), {}),
            ("narrow embeddings", dict(word_embed_proj_dim=10), {}), ("wide embeddings", dict(word_embed_proj_dim=30), {}),
            ("narrow embeddings, untied", dict(word_embed_proj_dim=10, tie_word_embeddings=False), {}),
            ("untied", dict(tie_word_embeddings=False), {}), ("no last norm", dict(_remove_final_layer_norm=True), {}),
            ("gelu", dict(activation_function="gelu"), {}),
        ]:
            yield f"opt, norms {'before' if before else 'after'}, {name}", t.OPTConfig(**(opt | keys), do_layer_norm_before=before), changes
    falcon = dict(
        vocab_size=97, hidden_size=24, num_hidden_layers=4, num_attention_heads=4, ffn_hidden_size=36, max_position_embeddings=64, bos_token_id=0,
        eos_token_id=0)
    new = dict(new_decoder_architecture=True, num_kv_heads=2)
    for name, keys, changes in [
        ("plain", {}, {}), ("biases", dict(bias=True), {}), ("keys of all heads", dict(multi_query=False), {}),
        ("in turn", dict(parallel_attn=False), {}), ("in turn, keys of all heads", dict(parallel_attn=False, multi_query=False, bias=True), {}),
        ("num_kv_heads, which it ignores", dict(num_kv_heads=2), {}), ("new", new, {}), ("new, one norm", new | dict(num_ln_in_parallel_attn=1), {}),
        ("new, biases, untied", new | dict(bias=True, tie_word_embeddings=False), {}),
        ("new, keys of all heads", dict(new_decoder_architecture=True), {}), ("new, multi_query", new | dict(multi_query=False), {}),
        ("another base", {}, dict(rope_parameters=None, rope_theta=300.0)),
        ("stretched", dict(rope_parameters=rope("linear", factor=4.0, rope_theta=300.0)), {}), ("default width", dict(ffn_hidden_size=None), {}),
        ("relu", dict(activation="relu"), {}), ("epsilon", dict(layer_norm_epsilon=0.1), {}), ("alibi", dict(alibi=True), {}),
        ("two norms, not new", {}, dict(num_ln_in_parallel_attn=2)), ("new in turn", new, dict(parallel_attn=False)),
        ("few keys, neither new nor multi_query", dict(multi_query=False), dict(num_kv_heads=2)),
    ]:
        yield f"falcon {name}", t.FalconConfig(**(falcon | keys)), changes
    text = dict(SHAPE, head_dim=8, sliding_window=6, layer_types=MIXED, final_logit_softcapping=3.0)
    vision = dict(hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2, image_size=28, patch_size=14)
    multimodal = t.Gemma3Config(text_config=text, vision_config=vision, mm_tokens_per_image=4)
    yield "gemma3 with pictures", multimodal, {}
    yield "gemma3 with pictures, older names", multimodal, {"__names__": True}


def write(config, changes, folder, seed=0):
    generator = torch.Generator().manual_seed(seed)
    if config.model_type == "gemma3":
        model = transformers.Gemma3ForConditionalGeneration(config).eval()
    else:
        model = transformers.AutoModelForCausalLM.from_config(config).eval()
    with torch.no_grad():
        for name, weight in model.named_parameters():
            noise = torch.randn(weight.shape, generator=generator)
            if weight.ndim == 1:
                gains = 0.0 if "gemma" in config.model_type or not name.endswith("weight") else 1.0
                weight.copy_(gains + 0.2 * noise)
            else:
                weight.copy_(noise * (0.7 if "embed" in name else 1.3 / weight.shape[-1] ** 0.5))
    model.save_pretrained(folder)
    file = Path(folder, "config.json")
    keys = json.loads(file.read_text())
    for key, value in changes.items():
        if key == "__names__":
            tensors = load_file(f"{folder}/model.safetensors")
            older = {name.replace("model.language_model.", "language_model.model.").removeprefix("model."): tensor
                     for name, tensor in tensors.items()}
            save_file({n if n.startswith(("language", "vision", "multi")) else n: v for n, v in older.items()},
                      f"{folder}/model.safetensors", metadata={"format": "pt"})
        elif value is None and key not in ("sliding_window",):
            keys.pop(key, None)
        else:
            keys[key] = value
    file.write_text(json.dumps(keys))


def theirs(folder):
    kind = json.loads(Path(folder, "config.json").read_text())["model_type"]
    loader = transformers.Gemma3ForConditionalGeneration if kind == "gemma3" else transformers.AutoModelForCausalLM
    model = loader.from_pretrained(folder, attn_implementation="eager", dtype=torch.float32).eval()
    with torch.no_grad():
        return model(torch.tensor([TOKENS])).logits[0].numpy()


def ours(tool, folder):
    prompts = Path(folder, "prompts.jsonl")
    prompts.write_text(json.dumps({"tokens": TOKENS}) + "\n")
    found = Path(folder, "cache.h5")
    command = [tool, "cache", folder, "--prompts", prompts, "--hooks", "hook_unembed,hook_logits", "--output", found, "--quiet"]
    listed = subprocess.run([tool, "hooks", folder, "--json"], capture_output=True, text=True)
    hook = "hook_logits" if '"hook_logits"' in listed.stdout else "hook_unembed"
    command[command.index("hook_unembed,hook_logits")] = hook
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    if done.returncode:
        return None, done.stderr.strip().replace(folder, "FOLDER")
    with h5py.File(found) as file:
        return file[f"activations/{hook}"][0], ""


def main():
    transformers.utils.logging.disable_progress_bar()
    torch.set_num_threads(1)
    tool, chosen = os.path.abspath(sys.argv[1]), sys.argv[2:]
    right, refused, wrong, worst = 0, [], [], 0.0
    for name, config, changes in cases():
        if chosen and not any(name.startswith(start) for start in chosen):
            continue
        with tempfile.TemporaryDirectory() as folder:
            write(config, changes, folder)
            try:
                reference, fault = theirs(folder), None
            except Exception as error:
                reference, fault = None, f"{type(error).__name__}: {error}"
            own, message = ours(tool, folder)
        if own is None:
            (refused if reference is not None else []).append(f"{name}: {message}")
            right += reference is None
        elif reference is None:
            wrong.append(f"{name}: runs here, but not in transformers: {fault}")
        else:
            difference = float(np.abs(own - reference).max() / max(1, np.abs(reference).max()))
            worst = max(worst, difference)
            if difference < TOLERANCE:
                right += 1
            else:
                wrong.append(f"{name}: off by {difference:.1e}")
    for line in refused:
        print(f"only rejected here: {line}")
    for line in wrong:
        print(f"WRONG: {line}")
    print(f"{right} right, worst {worst:.1e}; {len(refused)} only rejected here, {len(wrong)} wrong")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
