"""Writes golden models of families for which TransformerLens has no bridge, or not for all of their variants.

    python scripts/python/make_golden_families.py Tests/Golden/golden [NAME ...]

Layout, sizes and random weights are those of make_golden.py, but the numbers come from transformers and PyTorch hooks
alone: a hook on each module reads the activations that have a name in TransformerLens and, in a sweep, replaces them
with those of another run. Scores and patterns are the input and the output of the softmax. Each NAME is a key of
CONFIGS; the default is all of them.
"""

import pathlib
import sys

import make_golden
import numpy as np
import torch
import transformers
from make_golden import EXAMPLES, POSITIONS, VOCABULARY

ENDS = dict(vocab_size=VOCABULARY, bos_token_id=0, eos_token_id=0)
NEO = ENDS | dict(hidden_size=16, num_layers=3, num_heads=4, intermediate_size=28, max_position_embeddings=32)
OPT = ENDS | dict(
    hidden_size=16, num_hidden_layers=3, num_attention_heads=4, ffn_dim=28, max_position_embeddings=32, pad_token_id=0)
FALCON = ENDS | dict(
    hidden_size=16, num_hidden_layers=3, num_attention_heads=4, ffn_hidden_size=28, max_position_embeddings=64)
NEOX = ENDS | dict(
    hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=28, max_position_embeddings=64)
CONFIGS = {
    # Global and local layers that do not simply alternate; unscaled products.
    "gptneo": lambda: transformers.GPTNeoConfig(
        **NEO, attention_types=[[["global", "local"], 1], [["local"], 1]], window_size=4),
    # Adjacent features are rotated, six of eight; one norm for both parts; a bias on the logits.
    "gptj": lambda: transformers.GPTJConfig(
        **ENDS, n_embd=24, n_layer=3, n_head=4, n_inner=28, n_positions=32, rotary_dim=4),
    # Norms before each part, as in all sizes of OPT but one.
    "opt": lambda: transformers.OPTConfig(**OPT),
    # Norms of the stream after each part, narrow embeddings: OPT-350M.
    "opt-postnorm": lambda: transformers.OPTConfig(
        **OPT, do_layer_norm_before=False, word_embed_proj_dim=12),
    # No biases, gains or final norm; narrow embeddings with an untied unembedding.
    "opt-plain": lambda: transformers.OPTConfig(
        **OPT, enable_bias=False, layer_norm_elementwise_affine=False, _remove_final_layer_norm=True,
        word_embed_proj_dim=12, tie_word_embeddings=False, activation_function="gelu"),
    # Falcon-7B: one key-value head, one norm for both parts.
    "falcon": lambda: transformers.FalconConfig(**FALCON),
    # Falcon-40B: two key-value heads, a norm for each part; biases, and another base.
    "falcon-new": lambda: transformers.FalconConfig(
        **FALCON, new_decoder_architecture=True, num_kv_heads=2, bias=True,
        rope_parameters={"rope_type": "default", "rope_theta": 1000.0}),
    # Falcon2-11B: like the previous one, with one norm.
    "falcon-new-onenorm": lambda: transformers.FalconConfig(
        **FALCON, new_decoder_architecture=True, num_kv_heads=2, num_ln_in_parallel_attn=1, tie_word_embeddings=False),
    # Attention and MLP in sequence; keys and values for all heads.
    "falcon-sequential": lambda: transformers.FalconConfig(
        **FALCON, multi_query=False, parallel_attn=False, bias=True),
    # GPT-NeoX with attention and MLP in sequence, no biases in attention, tied embeddings, half of each head rotated
    # and a different gelu.
    "neox-sequential": lambda: transformers.GPTNeoXConfig(
        **NEOX, use_parallel_residual=False, attention_bias=False, hidden_act="gelu_fast", tie_word_embeddings=True,
        rope_parameters={"rope_type": "default", "rope_theta": 1000.0, "partial_rotary_factor": 0.5}),
}


class Block:
    """The modules of a block by function, whatever the family calls them."""

    def __init__(self, whole, ln1, ln2, o, mlp_in, mlp_out, q=None, k=None, v=None, fused=None, groups=1):
        self.whole, self.ln1, self.ln2, self.o = whole, ln1, ln2, o
        self.mlp_in, self.mlp_out, self.q, self.k, self.v = mlp_in, mlp_out, q, k, v
        self.fused, self.groups = fused, groups


class Network:
    """A model's modules, and a few of its sizes."""

    def __init__(self, model):
        self.model, config = model, model.config
        self.heads, self.is_parallel, self.norms_stream = config.num_attention_heads, False, False
        self.positions, self.groups = None, self.heads
        kind = config.model_type
        inner = getattr(model, model.base_model_prefix)
        self.head = model.lm_head
        if kind in ("gpt_neo", "gptj"):
            self.embed, self.positions, self.ln_final = inner.wte, getattr(inner, "wpe", None), inner.ln_f
            self.is_parallel = kind == "gptj"
            self.blocks = [self.of_gpt(block, kind) for block in inner.h]
        elif kind == "opt":
            inner = inner.decoder
            self.embed, self.positions = inner.project_in or inner.embed_tokens, inner.embed_positions
            self.ln_final, self.norms_stream = inner.final_layer_norm, not config.do_layer_norm_before
            self.blocks = [
                Block(b, b.self_attn_layer_norm, b.final_layer_norm, b.self_attn.out_proj, b.fc1, b.fc2,
                      b.self_attn.q_proj, b.self_attn.k_proj, b.self_attn.v_proj) for b in inner.layers]
        elif kind == "falcon":
            self.embed, self.ln_final = inner.word_embeddings, inner.ln_f
            self.is_parallel = config.parallel_attn
            self.groups = inner.h[0].self_attention.num_kv_heads
            self.blocks = [self.of_falcon(block) for block in inner.h]
        else:
            self.embed, self.ln_final, self.is_parallel = inner.embed_in, inner.final_layer_norm, config.use_parallel_residual
            self.blocks = [
                Block(b, b.input_layernorm, b.post_attention_layernorm, b.attention.dense, b.mlp.dense_h_to_4h,
                      b.mlp.dense_4h_to_h, fused=b.attention.query_key_value, groups=self.heads) for b in inner.layers]

    def of_gpt(self, block, kind):
        attention = block.attn.attention if kind == "gpt_neo" else block.attn
        first, last = (block.mlp.c_fc, block.mlp.c_proj) if kind == "gpt_neo" else (block.mlp.fc_in, block.mlp.fc_out)
        return Block(
            block, block.ln_1, block.ln_2 if kind == "gpt_neo" else block.ln_1, attention.out_proj, first, last,
            attention.q_proj, attention.k_proj, attention.v_proj)

    def of_falcon(self, block):
        def norm(*names):
            return next(getattr(block, name) for name in names if hasattr(block, name))

        ln2 = norm("ln_mlp", "post_attention_layernorm", "input_layernorm")
        return Block(
            block, norm("ln_attn", "input_layernorm"), ln2, block.self_attention.dense, block.mlp.dense_h_to_4h,
            block.mlp.dense_4h_to_h, fused=block.self_attention.query_key_value, groups=self.groups)

    def run(self, tokens, place=None, edit=None):
        """The logits and every activation of a run; `edit` is applied to the activation named `place`."""
        with Run(self, tokens, place, edit) as run:
            logits = run.visit("hook_unembed", self.model(tokens, use_cache=False).logits)
        return logits, run.found


class Run:
    """Hooks on every module, for the duration of one run."""

    def __init__(self, network, tokens, place, edit):
        self.network, self.place, self.edit = network, place, edit
        self.rows, self.length = tokens.shape
        self.found, self.handles, self.layer = {}, [], 0

    def visit(self, name, value):
        if name == self.place:
            value = self.edit(value)
        self.found[name] = value.clone()
        return value

    def after(self, module, change):
        """Applies `change` to a module's output."""
        def hook(module, arguments, output):
            whole = isinstance(output, tuple)
            changed = change(output[0] if whole else output)
            return (changed, *output[1:]) if whole else changed

        self.handles.append(module.register_forward_hook(hook))

    def before(self, module, change):
        """Applies `change` to a module's first argument."""
        self.handles.append(module.register_forward_pre_hook(
            lambda module, arguments, keywords: (
                ((change(arguments[0]), *arguments[1:]), keywords) if arguments
                else (arguments, keywords | {"hidden_states": change(keywords["hidden_states"])})),
            with_kwargs=True))

    def named(self, name, *shape):
        """Visits a value as [rows, positions, shape...] and returns it in its own shape."""
        def change(value):
            seen = value.expand(self.rows, *value.shape[1:]) if value.ndim == 3 else value
            return self.visit(name, seen.reshape(self.rows, self.length, *(shape or (-1,)))).reshape(seen.shape)

        return change

    def stream(self, name):
        """Visits a stream that is read by more than its norm, and changes it in place."""
        def change(value):
            seen = value.reshape(self.rows, self.length, -1)
            value.copy_(self.visit(name, seen.clone()).reshape(value.shape))
            return value

        return change

    def norm(self, name, module):
        def change(value):
            seen = value.reshape(self.rows, self.length, -1)
            centred = seen - seen.mean(-1, keepdim=True)
            scale = (centred.pow(2).mean(-1, keepdim=True) + module.eps).sqrt()
            self.found[f"{name}.hook_scale"], self.found[f"{name}.hook_normalized"] = scale, centred / scale
            return value

        self.before(module, change)

    def fused(self, name, block):
        """The queries, keys and values from a matrix that stores them group by group."""
        heads, groups = self.network.heads, block.groups

        def change(value):
            parts = value.reshape(self.rows, self.length, groups, heads // groups + 2, -1)
            q = self.visit(f"{name}.attn.hook_q", parts[..., :-2, :].flatten(2, 3))
            k = self.visit(f"{name}.attn.hook_k", parts[..., -2, :])
            v = self.visit(f"{name}.attn.hook_v", parts[..., -1, :])
            q = q.reshape(self.rows, self.length, groups, heads // groups, -1)
            return torch.cat([q, k[..., None, :], v[..., None, :]], -2).reshape(value.shape)

        self.after(block.fused, change)

    def softmax(self, scores, *arguments, **keywords):
        name = f"blocks.{self.layer}.attn"
        self.layer += 1
        scores = self.visit(f"{name}.hook_attn_scores", scores)
        return self.visit(f"{name}.hook_pattern", self.plain(scores, *arguments, **keywords))

    def __enter__(self):
        network, functional = self.network, torch.nn.functional
        self.plain, functional.softmax = functional.softmax, self.softmax
        self.after(network.embed, self.named("hook_embed"))
        if network.positions is not None:
            self.after(network.positions, self.named("hook_pos_embed"))
        for layer, block in enumerate(network.blocks):
            name, heads = f"blocks.{layer}", network.heads
            self.before(block.whole, self.named(f"{name}.hook_resid_pre"))
            if network.norms_stream:
                self.before(block.ln1, self.named(f"{name}.hook_resid_mid"))
                self.before(block.ln2, self.named(f"{name}.hook_resid_post"))
                self.after(block.ln1, self.named(f"{name}.hook_normalized_resid_mid"))
                self.after(block.ln2, self.named(f"{name}.hook_normalized_resid_post"))
            else:
                if not network.is_parallel:
                    self.before(block.ln2, self.stream(f"{name}.hook_resid_mid"))
                self.after(block.whole, self.named(f"{name}.hook_resid_post"))
            self.norm(f"{name}.ln1", block.ln1)
            self.norm(f"{name}.ln2", block.ln2)
            if block.fused is not None:
                self.fused(name, block)
            else:
                for letter in "qkv":
                    self.after(getattr(block, letter), self.named(f"{name}.attn.hook_{letter}", heads, -1))
            self.before(block.o, self.named(f"{name}.attn.hook_z", heads, -1))
            self.after(block.o, self.named(f"{name}.hook_attn_out"))
            self.after(block.mlp_in, self.named(f"{name}.mlp.hook_pre"))
            self.before(block.mlp_out, self.named(f"{name}.mlp.hook_post"))
            self.after(block.mlp_out, self.named(f"{name}.hook_mlp_out"))
        if network.ln_final is not None:
            self.norm("ln_final", network.ln_final)
        return self

    def __exit__(self, *problem):
        torch.nn.functional.softmax = self.plain
        for handle in self.handles:
            handle.remove()


def sweeps(network):
    """Yields the name, the hook, whether it is patched by position, and its number of heads."""
    for site in ["resid_pre"] + ([] if network.is_parallel else ["resid_mid"]) + ["attn_out", "mlp_out"]:
        yield site, f"hook_{site}", True, 0
    for letter, heads in zip("zqkv", [network.heads, network.heads, network.groups, network.groups]):
        yield f"{letter}_all_pos", f"attn.hook_{letter}", False, heads
    yield "pattern_all_pos", "attn.hook_pattern", False, network.heads
    yield "z_by_pos", "attn.hook_z", True, network.heads


def taking(source, is_pattern, position, head):
    """An edit that takes one place of an activation from another run."""
    def edit(value):
        value = value.clone()
        rows = slice(None) if position is None else position
        if is_pattern:
            value[:, head] = source[:, head]
        elif head is None:
            value[:, rows] = source[:, rows]
        else:
            value[:, rows, head] = source[:, rows, head]
        return value

    return edit


def write(name, output):
    folder = output / name
    folder.mkdir(parents=True, exist_ok=True)
    seed = sum(name.encode())
    make_golden.network(CONFIGS[name](), seed).save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, attn_implementation="eager").eval()
    network = Network(model)
    random = np.random.default_rng(seed)
    clean = random.integers(1, VOCABULARY, (EXAMPLES, POSITIONS))
    corrupted = clean.copy()
    # The two runs differ in the middle and agree at both ends.
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
        reference = model(prompts).logits
        logits, caches[run] = network.run(prompts)
        assert torch.allclose(logits, reference, atol=1e-6), f"{name}: hooks change the model"
        found[f"hf_logits_{run}"] = reference.numpy()
        found[f"{run}_logit_diff"] = difference(reference)
        for hook, value in caches[run].items():
            if run == "clean" or make_golden.CORRUPTED.fullmatch(hook):
                found[f"{run}/{hook}"] = value.numpy()
    for direction, base, other in [("denoise", "corrupted", "clean"), ("noise", "clean", "corrupted")]:
        for site, suffix, by_position, heads in sweeps(network):
            values = []
            for layer in range(len(network.blocks)):
                place = f"blocks.{layer}.{suffix}"
                cells = [
                    difference(network.run(
                        tokens[base], place,
                        taking(caches[other][place], suffix.endswith("pattern"), position, head))[0])
                    for position in (range(POSITIONS) if by_position else [None])
                    for head in (range(heads) if heads else [None])]
                axes = ([POSITIONS] if by_position else []) + ([heads] if heads else [])
                values.append(np.stack(cells).reshape(*axes, EXAMPLES))
            found[f"{direction}/{site}"] = np.stack(values)
            assert np.ptp(found[f"{direction}/{site}"]) > 1e-3, f"{name}: {site} changes nothing"
    make_golden.store(folder / "golden.h5", found, name)
    size = sum(path.stat().st_size for path in folder.iterdir()) / 1000
    print(f"{name}: {len(found)} arrays, {size:.0f} KB")


def main():
    torch.set_grad_enabled(False)
    torch.set_num_threads(1)
    output = pathlib.Path(sys.argv[1])
    for name in sys.argv[2:] or CONFIGS:
        write(name, output)


if __name__ == "__main__":
    main()
