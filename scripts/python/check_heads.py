"""Compares a file of `patchbay heads MODEL --prompts PROMPTS --output FILE.h5` with numpy, in float64 and from the
definitions.

    check_heads.py MODEL FILE.h5 [PATTERNS.h5]  compares; exits with status 1 if a number differs by more than 1e-4
    check_heads.py prompts GOLDEN.h5            prints the clean prompts of a file of reference values, a JSON object
                                                per line

Composition and copying scores are computed from the checkpoint's own tensors and from whole dModel x dModel and
vocabulary x vocabulary matrices, which Patchbay never forms. Detectors are computed from the patterns in PATTERNS.h5 if
it is given. That is a file of reference values (`clean/blocks.L.attn.hook_pattern`) or a cache file of
`patchbay cache MODEL --prompts PROMPTS --hooks 'blocks.*.attn.hook_pattern'`.
"""

import json
import struct
import sys
from pathlib import Path

import h5py
import numpy as np

TOLERANCE = 1e-4


class Tensors:
    """A safetensors file of float32 tensors."""

    def __init__(self, path):
        data = Path(path).read_bytes()
        (size,) = struct.unpack("<Q", data[:8])
        header = json.loads(data[8 : 8 + size])
        self.values = {}
        for name, entry in header.items():
            if name == "__metadata__":
                continue
            assert entry["dtype"] == "F32", f"{name}: {entry['dtype']}"
            start, end = (8 + size + offset for offset in entry["data_offsets"])
            self.values[name] = np.frombuffer(data[start:end], np.float32).reshape(entry["shape"]).astype(np.float64)

    def __getitem__(self, name):
        for prefix in ("", "transformer.", "model.", "gpt_neox."):
            if prefix + name in self.values:
                return self.values[prefix + name]
        raise KeyError(name)

    def __contains__(self, name):
        return any(prefix + name in self.values for prefix in ("", "transformer.", "model.", "gpt_neox."))


class Network:
    """The embeddings and each layer's W_Q, W_K, W_V [head, dModel, dHead] and W_O [head, dHead, dModel], with or
    without the gains of norms folded in."""

    def __init__(self, folder, folded):
        config = json.loads((Path(folder) / "config.json").read_text())
        tensors = Tensors(Path(folder) / "model.safetensors")
        read = {"gpt2": self.gpt2, "gpt_neox": self.neox}.get(config["model_type"], self.llama)
        self.centred = config["model_type"] in ("gpt2", "gpt_neox")
        self.offset = 1 if config["model_type"].startswith("gemma") else 0
        self.folded = folded
        self.layers = []
        read(config, tensors)

    def reading(self, weight, gain):
        """W [dModel, n] after a norm, as a function of the norm's input."""
        if not self.folded or gain is None:
            return weight
        weight = np.diag(gain + self.offset) @ weight
        return weight - weight.mean(0) if self.centred else weight

    def add(self, q, k, v, o, gain, heads, kv_heads, q_gain=None, k_gain=None, post_gain=None):
        """q, k, v [dModel, heads * dHead], o [heads * dHead, dModel]."""
        d_head = o.shape[0] // heads

        def split(weight, count):
            return weight.reshape(weight.shape[0], count, d_head).transpose(1, 0, 2).repeat(heads // count, 0)

        q, k, v = (split(self.reading(w, gain), n) for w, n in ((q, heads), (k, kv_heads), (v, kv_heads)))
        o = o.reshape(heads, d_head, -1)
        if self.folded and q_gain is not None:
            # A gain per feature of a head, shared by all heads, or a gain per feature of all heads.
            q_gain, k_gain = (
                np.resize(gain + self.offset, (count, d_head)).repeat(heads // count, 0)[:, None]
                for gain, count in ((q_gain, heads), (k_gain, kv_heads)))
            q, k = q * q_gain, k * k_gain
        if self.folded and post_gain is not None:
            o = o * (post_gain + self.offset)
        self.layers.append((q, k, v, o))

    def gpt2(self, config, t):
        for layer in range(config["n_layer"]):
            q, k, v = np.split(t[f"h.{layer}.attn.c_attn.weight"], 3, 1)
            heads = config["n_head"]
            self.add(q, k, v, t[f"h.{layer}.attn.c_proj.weight"], t[f"h.{layer}.ln_1.weight"], heads, heads)
        self.embed = t["wte.weight"]
        tied = config.get("tie_word_embeddings", True)
        self.unembed = self.reading((self.embed if tied else t["lm_head.weight"]).T, t["ln_f.weight"])

    def neox(self, config, t):
        heads, width = config["num_attention_heads"], config["hidden_size"]
        for layer in range(config["num_hidden_layers"]):
            fused = t[f"layers.{layer}.attention.query_key_value.weight"].reshape(heads, 3, -1, width)
            q, k, v = (fused[:, part].reshape(-1, width).T for part in range(3))
            gain = t[f"layers.{layer}.input_layernorm.weight"]
            self.add(q, k, v, t[f"layers.{layer}.attention.dense.weight"].T, gain, heads, heads)
        self.embed = t["embed_in.weight"]
        unembed = t["embed_out.weight"] if "embed_out.weight" in t else self.embed
        self.unembed = self.reading(unembed.T, t["final_layer_norm.weight"])

    def llama(self, config, t):
        heads = config["num_attention_heads"]
        for layer in range(config["num_hidden_layers"]):
            name = f"layers.{layer}.self_attn."
            if f"{name}qkv_proj.weight" in t:
                o = t[f"{name}o_proj.weight"].T
                fused = t[f"{name}qkv_proj.weight"].T
                shared = o.shape[0] // heads * config["num_key_value_heads"]
                q, k, v = np.split(fused, [o.shape[0], o.shape[0] + shared], 1)
            else:
                q, k, v, o = (t[f"{name}{letter}_proj.weight"].T for letter in "qkvo")
            gains = {}
            if f"{name}q_norm.weight" in t:
                gains = {"q_gain": t[f"{name}q_norm.weight"], "k_gain": t[f"{name}k_norm.weight"]}
            if f"layers.{layer}.post_feedforward_layernorm.weight" in t:
                gains["post_gain"] = t[f"layers.{layer}.post_attention_layernorm.weight"]
            before = f"layers.{layer}.input_layernorm.weight"
            gain = t[before] if before in t else None
            self.add(q, k, v, o, gain, heads, config["num_key_value_heads"], **gains)
        self.embed = t["embed_tokens.weight"]
        unembed = t["lm_head.weight"] if "lm_head.weight" in t else self.embed
        self.unembed = self.reading(unembed.T, t["norm.weight"])


def norm(matrix):
    return np.linalg.norm(matrix)


def composition(network):
    """{Q, K, V}: [sender layer, sender head, receiver layer, receiver head]."""
    layers, heads = len(network.layers), len(network.layers[0][0])
    scores = {kind: np.full((layers, heads, layers, heads), np.nan) for kind in "QKV"}
    for sender in range(layers):
        for a in range(heads):
            _, _, v, o = network.layers[sender]
            written = v[a] @ o[a]
            for receiver in range(sender + 1, layers):
                for b in range(heads):
                    q2, k2, v2, o2 = (weights[b] for weights in network.layers[receiver])
                    for kind, read in (("Q", q2 @ k2.T), ("K", k2 @ q2.T), ("V", v2 @ o2)):
                        scores[kind][sender, a, receiver, b] = norm(written @ read) / (norm(written) * norm(read))
    return scores


def copying(matrix):
    eigenvalues = np.linalg.eigvals(matrix)
    # Eigenvalues beyond the rank of the matrix are 0 up to rounding.
    eigenvalues = eigenvalues[np.abs(eigenvalues) > 1e-9 * np.abs(eigenvalues).max()]
    return eigenvalues.sum().real / np.abs(eigenvalues).sum()


def detector_targets(name, tokens):
    """{destination: the sources whose attention is summed}, for the destinations that count."""
    n = len(tokens)
    if name == "previous_token":
        return {d: [d - 1] for d in range(2, n)}
    if name == "current_token":
        return {d: [d] for d in range(1, n)}
    if name == "first_position":
        return {d: [0] for d in range(2, n)}
    shift = 1 if name == "induction" else 0
    targets = {d: [s + shift for s in range(d - shift) if tokens[s] == tokens[d]] for d in range(n)}
    return {d: sources for d, sources in targets.items() if sources}


def detected(name, tokens, patterns):
    """The number of prompts that count, and [layer, head]: the mean over them. `patterns` is [layer][example, head,
    destination, source]."""
    means = []
    for example, prompt in enumerate(tokens):
        targets = detector_targets(name, prompt.tolist())
        if targets:
            shares = [np.stack([p[example][:, d, s].sum(-1) for p in patterns]) for d, s in targets.items()]
            means.append(np.mean(shares, 0))
    shape = (len(patterns), patterns[0].shape[1])
    return len(means), np.mean(means, 0) if means else np.full(shape, np.nan)


def compare(name, found, expected):
    assert found.shape == expected.shape, f"{name}: {found.shape}, not {expected.shape}"
    assert (np.isnan(found) == np.isnan(expected)).all(), f"{name}: NaN in different places"
    difference = float(np.nanmax(np.abs(found - expected))) if (~np.isnan(expected)).any() else 0.0
    spread = float(np.nanmax(expected) - np.nanmin(expected)) if (~np.isnan(expected)).any() else 0.0
    print(f"{name}: largest difference {difference:.1e}; values spread over {spread:.2f}")
    assert difference < TOLERANCE, name


def main(folder, path, patterns_path=None):
    with h5py.File(path, "r") as file:
        assert file.attrs["format"] == "patchbay-heads" and file.attrs["complete"] == 1
        network = Network(folder, file.attrs["norm_gains"] == "folded")
        for kind, scores in composition(network).items():
            compare(f"composition/{kind}", file[f"composition/{kind}"][:], scores)
        width = network.embed.shape[1]
        assert abs(file["composition"].attrs["baseline"] - width**-0.5) < 1e-9
        embed, unembed = network.embed, network.unembed
        ov = [[copying(embed @ v[h] @ o[h] @ unembed) for h in range(len(q))] for q, k, v, o in network.layers]
        qk = [[copying(embed @ q[h] @ k[h].T @ embed.T) for h in range(len(q))] for q, k, v, o in network.layers]
        compare("copying/ov_copying", file["copying/ov_copying"][:], np.array(ov))
        compare("copying/qk_copying", file["copying/qk_copying"][:], np.array(qk))
        for name in file["heads"]:
            if file["heads"][name].ndim == 2:
                values = file["heads"][name][:]
                assert ((values >= -1e-6) & (values <= 1 + 1e-5)).all(), name
        if patterns_path:
            with h5py.File(patterns_path, "r") as reference:
                is_cache = "activations" in reference
                tokens = reference["prompts/clean_tokens" if is_cache else "clean_tokens"][:]
                tokens = [row[row >= 0] for row in tokens]
                place = "activations" if is_cache else "clean"
                patterns = [reference[f"{place}/blocks.{i}.attn.hook_pattern"][:] for i in range(len(network.layers))]
            for name in ("previous_token", "current_token", "first_position", "duplicate_token", "induction"):
                count, expected = detected(name, tokens, patterns)
                found = file[f"heads_on_prompts/{name}"]
                assert found.attrs["prompts"] == count, f"{name}: {found.attrs['prompts']} prompts, not {count}"
                compare(f"heads_on_prompts/{name} ({count} prompts)", found[:], expected)


if __name__ == "__main__":
    if sys.argv[1] == "prompts":
        with h5py.File(sys.argv[2], "r") as reference:
            for row in reference["clean_tokens"][:]:
                print(json.dumps({"tokens": row.tolist()}))
    else:
        main(*sys.argv[1:])
