"""Writes Tests/Golden/gguf: small GGUF files from gguf-py, and what gguf-py and transformers compute from them.

    PEERS/bin/python scripts/python/make_gguf.py Tests/Golden/gguf

`blocks.gguf` has blocks of random bits of every supported type of numbers and, as float32, the numbers that
gguf.quants.dequantize gives for them. `ARCHITECTURE.gguf` is a model of a few thousand random weights as llama.cpp's
converter would write it, with its names, order of rows and gains; the types of numbers alternate between matrices.
`expected.h5` has, for each model, tokens and the logits that transformers computes in float32 from the same numbers.
"""

import pathlib
import sys

import gguf
import h5py
import numpy as np
import torch
import transformers
from gguf import GGMLQuantizationType as Type

BLOCK_TYPES = ["F16", "BF16", "Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K"]
# The offsets of the binary16 scales in a block.
SCALES = {
    "Q8_0": [0], "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q2_K": [80, 82], "Q3_K": [108],
    "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208],
}
MATRIX_TYPES = [Type.F32, Type.F16, Type.BF16, Type.Q8_0, Type.Q4_0, Type.Q4_1, Type.Q5_0, Type.Q5_1]
EXAMPLES, POSITIONS = 2, 12
SMALL = dict(hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4, vocab_size=64)
CONTEXT = dict(max_position_embeddings=64)


def write_blocks(folder, chance):
    writer = gguf.GGUFWriter(folder / "blocks.gguf", "blocks")
    for name in BLOCK_TYPES:
        kind = Type[name]
        size, width = gguf.GGML_QUANT_SIZES[kind]
        if size == 1:
            # A sample of all finite binary16 numbers.
            bits = np.arange(0, 1 << 16, 37, dtype=np.uint16)
            exponent = 0x7C00 if name == "F16" else 0x7F80
            bits = bits[(bits & exponent) != exponent]
            blocks = bits[: bits.size // 32 * 32].view(np.uint8).reshape(1, -1)
        else:
            blocks = chance.integers(0, 256, (2, 2048 // size, width), dtype=np.uint8)
            for place in SCALES[name]:
                scale = chance.normal(0, 1, blocks.shape[:2]) * 2.0 ** chance.integers(-20, 6, blocks.shape[:2])
                blocks[..., place : place + 2] = scale.astype(np.float16)[..., None].view(np.uint8)
            blocks = blocks.reshape(2, -1)
        expected = gguf.quants.dequantize(blocks, kind)
        assert np.isfinite(expected).all()
        data = blocks.view(np.float16) if name == "F16" else blocks
        writer.add_tensor(name, data, raw_dtype=kind)
        writer.add_tensor(f"{name}.expected", expected)
    close(writer)


def close(writer):
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def pairs(heads):
    """The converter's order of query and key rows, and its inverse (convert_hf_to_gguf.py, LlamaModel.permute)."""

    def there(w):
        return w.reshape(heads, 2, w.shape[0] // heads // 2, *w.shape[1:]).swapaxes(1, 2).reshape(w.shape)

    def back(w):
        return w.reshape(heads, w.shape[0] // heads // 2, 2, *w.shape[1:]).swapaxes(1, 2).reshape(w.shape)

    return there, back


def unfused(heads):
    """From query, key and value of each GPT-NeoX head to all queries, all keys, all values (GPTNeoXModel), and back."""

    def there(w):
        return np.concatenate(w.reshape(heads, 3, w.shape[0] // heads // 3, *w.shape[1:]).swapaxes(0, 1), axis=0).reshape(w.shape)

    def back(w):
        return w.reshape(3, heads, w.shape[0] // heads // 3, *w.shape[1:]).swapaxes(0, 1).reshape(w.shape)

    return there, back


SAME = (lambda w: w, lambda w: w)
TRANSPOSED = (lambda w: w.T, lambda w: w.T)
ONE_MORE = (lambda w: w + np.float32(1), lambda w: w - np.float32(1))


def layout(architecture, name, config):
    """How the converter changes a weight, and the inverse."""
    if architecture == "llama" and ("q_proj" in name or "k_proj" in name):
        return pairs(config.num_attention_heads if "q_proj" in name else config.num_key_value_heads)
    if architecture.startswith("gemma") and name.endswith("norm.weight"):
        return ONE_MORE
    if architecture == "gpt2" and name.endswith(("c_attn.weight", "c_proj.weight", "c_fc.weight")):
        return TRANSPOSED
    if architecture == "gptneox" and "query_key_value" in name:
        return unfused(config.num_attention_heads)
    return SAME


def llama3_divisors(config):
    """rope_freqs.weight of Llama 3.1 (convert_hf_to_gguf.py, LlamaModel.generate_extra_tensors)."""
    rope, dim = config.rope_parameters, config.head_dim
    old = rope["original_max_position_embeddings"]
    divisors = []
    for frequency in 1 / rope["rope_theta"] ** (np.arange(0, dim, 2) / dim):
        wavelength = 2 * np.pi / frequency
        if wavelength < old / rope["high_freq_factor"]:
            divisors.append(1)
        elif wavelength > old / rope["low_freq_factor"]:
            divisors.append(rope["factor"])
        else:
            smooth = (old / wavelength - rope["low_freq_factor"]) / (rope["high_freq_factor"] - rope["low_freq_factor"])
            divisors.append(1 / ((1 - smooth) / rope["factor"] + smooth))
    return np.array(divisors, dtype=np.float32)


def configs():
    llama3 = dict(
        rope_type="llama3", rope_theta=10000.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
        original_max_position_embeddings=16,
    )
    grouped = dict(num_key_value_heads=2, head_dim=16)
    return {
        "llama": transformers.LlamaConfig(
            **SMALL, **CONTEXT, num_key_value_heads=2, rms_norm_eps=1e-5, attention_bias=True, mlp_bias=True,
            rope_parameters=llama3, tie_word_embeddings=False),
        "qwen2": transformers.Qwen2Config(
            **SMALL, **CONTEXT, num_key_value_heads=2, tie_word_embeddings=True,
            rope_parameters=dict(rope_type="default", rope_theta=5000.0)),
        "qwen3": transformers.Qwen3Config(**SMALL, **CONTEXT, **grouped, tie_word_embeddings=True),
        "gemma2": transformers.Gemma2Config(
            **SMALL, **CONTEXT, **grouped, query_pre_attn_scalar=16, sliding_window=4, attn_logit_softcapping=3.0,
            final_logit_softcapping=5.0),
        "gemma3": transformers.Gemma3TextConfig(
            **{**SMALL, "num_hidden_layers": 7, "intermediate_size": 32}, **CONTEXT, **grouped,
            query_pre_attn_scalar=16, sliding_window=4),
        "phi3": transformers.Phi3Config(**SMALL, **CONTEXT, num_key_value_heads=2, pad_token_id=0),
        "olmo2": transformers.Olmo2Config(**SMALL, **CONTEXT, num_key_value_heads=2),
        "gpt2": transformers.GPT2Config(n_embd=32, n_inner=96, n_layer=2, n_head=4, n_positions=64, vocab_size=64),
        "gptneox": transformers.GPTNeoXConfig(
            **SMALL, **CONTEXT, rope_parameters=dict(rope_type="default", rope_theta=10000.0, partial_rotary_factor=0.5)),
    }


def add_metadata(writer, architecture, config):
    head = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.n_inner if architecture == "gpt2" else config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    if architecture == "gpt2":
        writer.add_layer_norm_eps(config.layer_norm_epsilon)
        return
    theta = config.rope_parameters
    theta = theta.get("full_attention", theta)["rope_theta"]
    writer.add_rope_freq_base(theta)
    if architecture == "gptneox":
        writer.add_layer_norm_eps(config.layer_norm_eps)
        writer.add_rope_dimension_count(int(head * config.rope_parameters["partial_rotary_factor"]))
        writer.add_parallel_residual(config.use_parallel_residual)
        return
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    if architecture in ("qwen3", "gemma2", "gemma3"):
        writer.add_key_length(head)
        writer.add_value_length(head)
    if architecture in ("llama", "phi3"):
        writer.add_rope_dimension_count(head)
    if architecture.startswith("gemma"):
        writer.add_sliding_window(config.sliding_window)
    if architecture == "gemma2":
        writer.add_attn_logit_softcapping(config.attn_logit_softcapping)
        writer.add_final_logit_softcapping(config.final_logit_softcapping)


def write_model(folder, architecture, config, chance):
    """Writes a model; returns its tokens and logits."""
    config._attn_implementation = "eager"
    model = transformers.AutoModelForCausalLM.from_config(config).float().eval()
    kind = {name: arch for arch, name in gguf.MODEL_ARCH_NAMES.items()}[architecture]
    names = gguf.get_tensor_name_map(kind, config.num_hidden_layers)
    writer = gguf.GGUFWriter(folder / f"{architecture}.gguf", architecture)
    writer.add_name(f"tiny {architecture}, random")
    add_metadata(writer, architecture, config)
    if architecture == "llama":
        writer.add_tensor("rope_freqs.weight", llama3_divisors(config))
    turn = chance.integers(len(MATRIX_TYPES))
    state = model.state_dict()
    tied = config.tie_word_embeddings
    for name, old in state.items():
        if name == "lm_head.weight" and tied:
            continue
        there, back = layout(architecture, name, config)
        if old.ndim == 1:
            centre = 1.0 if name.endswith("weight") and not architecture.startswith("gemma") else 0.0
            values = there((centre + chance.normal(0, 0.2, old.shape)).astype(np.float32))
            types = Type.F32
        else:
            wide = 0.5 if "embed" in name or "wte" in name or "wpe" in name else 2.0 / np.sqrt(32)
            values = np.ascontiguousarray(there(chance.normal(0, wide, old.shape).astype(np.float32)))
            types = MATRIX_TYPES[turn % len(MATRIX_TYPES)]
            turn += 1
        stored = values if types == Type.F32 else gguf.quants.quantize(values, types)
        numbers = values if types == Type.F32 else gguf.quants.dequantize(stored, types)
        state[name] = torch.from_numpy(np.ascontiguousarray(back(numbers)))
        base, suffix = name.rsplit(".", 1)
        writer.add_tensor(f"{names.get_name(base)}.{suffix}", np.ascontiguousarray(stored), raw_dtype=types)
    if tied:
        state["lm_head.weight"] = next(v for k, v in state.items() if k.endswith(("embed_tokens.weight", "wte.weight")))
    model.load_state_dict(state)
    close(writer)
    tokens = chance.integers(0, config.vocab_size, (EXAMPLES, POSITIONS))
    with torch.no_grad():
        return tokens, model(torch.from_numpy(tokens)).logits.numpy()


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    write_blocks(folder, np.random.default_rng(7))
    with h5py.File(folder / "expected.h5", "w") as file:
        for place, (architecture, config) in enumerate(configs().items()):
            tokens, logits = write_model(folder, architecture, config, np.random.default_rng(100 + place))
            file[f"{architecture}/tokens"] = tokens.astype(np.int32)
            file[f"{architecture}/logits"] = logits.astype(np.float32)
            print(f"{architecture}: logits from {logits.min():.2f} to {logits.max():.2f}")


if __name__ == "__main__":
    main()
