#!/usr/bin/env python3
"""Compares training steps of Patchbay with the same steps in PyTorch.

    PEER/bin/python scripts/python/check_training.py FOLDER

FOLDER has `run.json` (the config, the optimizer settings, the documents of every step and Patchbay's losses),
`start.safetensors` (the weights before the first step) and `end.safetensors` (after the last). The model is
reimplemented here from Documentation/patchbay-models.md, with the gradients of autograd and the steps of
torch.optim.AdamW. Prints the largest differences; exits with status 1 if one is above 1e-4.
"""
import json
import math
import struct
import sys

import numpy as np
import torch
import torch.nn.functional as F


def read(path):
    """The float32 tensors of a safetensors file, by name."""
    data = open(path, "rb").read()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        numbers = np.frombuffer(data[8 + length + start : 8 + length + end], dtype="<f4")
        tensors[name] = torch.tensor(numbers.reshape(entry["shape"]).astype(np.float64))
    return tensors


def norm(w, name, x, config):
    kind = config.get("norm", "layer")
    if kind == "none":
        return x
    epsilon = config.get("norm_eps", 1e-5)
    if kind == "layer":
        return F.layer_norm(x, x.shape[-1:], w[f"{name}.weight"], w.get(f"{name}.bias"), epsilon)
    return x / torch.sqrt((x * x).mean(-1, keepdim=True) + epsilon) * w[f"{name}.weight"]


def linear(w, name, x):
    return F.linear(x, w[f"{name}.weight"], w.get(f"{name}.bias"))


def rotated(x, config):
    """x [position, head, feature], half-split."""
    width = x.shape[-1]
    half = width // 2
    frequencies = config.get("rope_theta", 10000.0) ** (-torch.arange(half, dtype=torch.float64) * 2 / width)
    angles = torch.arange(x.shape[0], dtype=torch.float64)[:, None, None] * frequencies
    a, b = x[..., :half], x[..., half:]
    return torch.cat([a * angles.cos() - b * angles.sin(), b * angles.cos() + a * angles.sin()], -1)


def activation(name, x):
    return {
        "relu": F.relu,
        "gelu": F.gelu,
        "gelu_new": lambda x: F.gelu(x, approximate="tanh"),
        "silu": F.silu,
    }[name](x)


def logits(w, config, tokens):
    n, heads = len(tokens), config["n_heads"]
    groups = config.get("n_key_value_heads", heads)
    d_head = config.get("d_head", config["d_model"] // heads)
    act = config.get("activation", "gelu_new")
    x = w["embed.weight"][tokens]
    if config.get("positions", "learned") == "learned":
        x = x + w["pos_embed.weight"][:n]
    mask = torch.full((n, n), -math.inf, dtype=torch.float64).triu(1)
    for layer in range(config["n_layers"]):
        block = f"blocks.{layer}"
        y = norm(w, f"{block}.ln1", x, config)
        q = linear(w, f"{block}.attn.q", y).view(n, heads, d_head)
        k = linear(w, f"{block}.attn.k", y).view(n, groups, d_head)
        v = linear(w, f"{block}.attn.v", y).view(n, groups, d_head)
        if config.get("positions") == "rotary":
            q, k = rotated(q, config), rotated(k, config)
        k, v = (t.repeat_interleave(heads // groups, 1) for t in (k, v))
        pattern = (torch.einsum("qhd,khd->hqk", q, k) / math.sqrt(d_head) + mask).softmax(-1)
        z = torch.einsum("hqk,khd->qhd", pattern, v).reshape(n, heads * d_head)
        attention = linear(w, f"{block}.attn.o", z)
        if not config.get("parallel", False):
            x, attention = x + attention, 0
        y = norm(w, f"{block}.ln2", x, config)
        if config.get("gated", False):
            hidden = activation(act, linear(w, f"{block}.mlp.gate", y)) * linear(w, f"{block}.mlp.in", y)
        else:
            hidden = activation(act, linear(w, f"{block}.mlp.in", y))
        x = x + attention + linear(w, f"{block}.mlp.out", hidden)
    x = norm(w, "ln_final", x, config)
    table = w["embed.weight" if config.get("tie_word_embeddings", True) else "unembed.weight"]
    return F.linear(x, table, w.get("unembed.bias"))


def rate(settings, step, steps):
    """The learning rate of a step, from 0."""
    highest, warm_up, final = settings["learning_rate"], settings["warm_up"], settings["final"]
    if step < warm_up:
        return highest * (step + 1) / warm_up
    share = (step - warm_up) / (steps - 1 - warm_up)
    return highest * (final + (1 - final) * (1 + math.cos(math.pi * share)) / 2)


def main():
    folder = sys.argv[1]
    run = json.load(open(f"{folder}/run.json"))
    settings = run["optimizer"]
    weights = {name: torch.nn.Parameter(w) for name, w in read(f"{folder}/start.safetensors").items()}
    matrices = [w for w in weights.values() if w.dim() > 1]
    vectors = [w for w in weights.values() if w.dim() == 1]
    optimizer = torch.optim.AdamW(
        [{"params": matrices, "weight_decay": settings["weight_decay"]}, {"params": vectors, "weight_decay": 0.0}],
        lr=1.0, betas=settings["betas"], eps=settings["epsilon"],
    )
    worst_loss = 0.0
    for step, rows in enumerate(run["steps"]):
        terms = []
        for row in rows:
            tokens = torch.tensor(row)
            terms.append(F.cross_entropy(logits(weights, run["config"], tokens)[:-1], tokens[1:], reduction="none"))
        loss = torch.cat(terms).mean()
        optimizer.zero_grad()
        loss.backward()
        if settings["clip"] is not None:
            torch.nn.utils.clip_grad_norm_(weights.values(), settings["clip"])
        for group in optimizer.param_groups:
            group["lr"] = rate(settings, step, run["of"])
        optimizer.step()
        worst_loss = max(worst_loss, abs(loss.item() - run["losses"][step]))
    end = read(f"{folder}/end.safetensors")
    if end.keys() != weights.keys():
        sys.exit(f"weights with other names: {sorted(end.keys() ^ weights.keys())}")
    worst = {name: (end[name] - w.detach()).abs().max().item() for name, w in weights.items()}
    moved = max((end[name] - start).abs().max().item() for name, start in read(f"{folder}/start.safetensors").items())
    name = max(worst, key=worst.get)
    print(f"losses differ by {worst_loss:.1e}, weights by {worst[name]:.1e} ({name}); weights moved by up to {moved:.1e}")
    sys.exit(0 if worst_loss < 1e-4 and worst[name] < 1e-4 and moved > 1e-2 else 1)


if __name__ == "__main__":
    main()
