#!/usr/bin/env python3
"""Checks that threads and memory change no bit of a result, and that memory does not grow with the number of prompts.

usage: check_cut.py PATCHBAY [EXPERIMENT.yaml ...]   runs each experiment with 1 to 3 threads and 8 MiB to 4 GiB, and
                                                     counts the bits that differ
       check_cut.py PATCHBAY --memory-proof [A B]    compares the peak memory of A and of B prompts (500 and 10,000)

The default experiments are those below, which have every kind of sweep. Needs h5py and numpy."""

import os
import re
import sys
import tempfile

import h5py
import numpy as np

SETTINGS = [(threads, memory) for threads in (1, 2, 3) for memory in ("8M", "64M", "4G")]
HEADER = "name: {name}\nmodel: bundled:ioi\nmetrics: [logit_diff, prob, kl]\n"
EXPERIMENTS = {
    # Prompts of several lengths, in more than one block.
    "mixed": """prompts: {template: {name: ioi, count: 40, seed: 4}}
sweeps:
  - {name: stream, site: resid_pre, over: [layer, position]}
  - {name: heads, site: z, over: [layer, head], edit: zero}
  - {name: pattern, site: pattern, over: [layer, head]}
  - {name: steer, site: resid_pre, over: [layer], edit: {add: {from: difference, coefficient: [0.5, 2]}}, additivity: true}
  - {name: into-logits, path: {senders: all, receivers: logits}}
  - {name: into-q, path: {senders: heads, receivers: ["3.0.q", "3.1.k"], together: false}}
  - {name: with, site: z, over: [layer, head], with: [{site: mlp_out, layer: 0, edit: zero}]}
readouts:
  - {name: direct, read: direct_logit_attribution}
  - {name: lens, read: logit_lens}
  - {name: patterns, read: attention, heads: ["0.6", "2.6"]}
cache: {hooks: ["blocks.*.hook_resid_post"], runs: [clean, corrupted]}
""",
    "aligned": """prompts: {template: {name: ioi, count: 40, seed: 4, aligned: true}}
sweeps:
  - {name: mean, site: z, over: [layer, head], edit: mean}
  - {name: resample, site: mlp_out, over: [layer], edit: {resample: {seed: 2}}}
  - {name: transfer, site: resid_pre, over: [layer], layer: 2, position: -1, edit: {add: {from: example-difference}}}
""",
    "estimates": """prompts: {template: {name: ioi, count: 40, seed: 4}}
sweeps:
  - {name: estimates, site: z, over: [layer, head], method: both}
  - {name: neurons, site: mlp_post, over: [layer, neuron], method: attribution}
""",
}


def run(patchbay, experiment, output, *arguments):
    """Runs an experiment and returns its peak memory in MiB."""
    child = os.fork()
    if child == 0:
        log = os.open(f"{output}.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.execv(patchbay, [patchbay, "run", experiment, "--output", output, *arguments])
    _, status, usage = os.wait4(child, 0)
    if status != 0:
        sys.exit(f"{experiment} {arguments}: {open(f'{output}.log').read()[-500:]}")
    return usage.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def arrays(path):
    found = {}

    def look(name, item):
        if isinstance(item, h5py.Dataset) and item.dtype.kind in "fiu":
            found[name] = item[()]

    with h5py.File(path) as file:
        file.visititems(look)
    return found


def differing_bits(a, b):
    if a.shape != b.shape or a.dtype != b.dtype:
        return a.size * a.dtype.itemsize * 8
    return int(np.unpackbits(np.frombuffer(a.tobytes(), np.uint8) ^ np.frombuffer(b.tobytes(), np.uint8)).sum())


def check_bits(patchbay, files, folder):
    if not files:
        for name, text in EXPERIMENTS.items():
            text = HEADER.format(name=name) + text
            if name == "estimates":
                text = text.replace(", kl]", "]")
            files.append(f"{folder}/{name}.yaml")
            open(files[-1], "w").write(text)
    worst = 0
    for file in files:
        name = re.search(r"^name: *(\S+)", open(file).read(), re.M)[1]
        first = None
        for threads, memory in SETTINGS:
            output = f"{folder}/{name}-{threads}-{memory}"
            run(patchbay, file, output, "--threads", str(threads), "--memory", memory)
            found = {}
            for path in (f"{output}/{name}.h5", f"{output}/{name}.cache.h5"):
                if os.path.exists(path):
                    found |= {f"{os.path.basename(path)}/{key}": values for key, values in arrays(path).items()}
            if first is None:
                first = found
                continue
            if found.keys() != first.keys():
                sys.exit(f"{name}: different arrays with {threads} threads and {memory}")
            bits = {key: differing_bits(first[key], found[key]) for key in first}
            for key, count in bits.items():
                if count:
                    print(f"{name}, {threads} threads, {memory}: {count} bits of {key} differ")
            worst = max(worst, sum(bits.values()))
        numbers = sum(values.size for values in first.values())
        print(f"{name}: {len(first)} arrays, {numbers} numbers, {len(SETTINGS)} settings, {worst} bits differ")
    return worst == 0


def check_memory(patchbay, counts, folder):
    peaks = []
    for count in counts:
        # Repeat the template's pairs, so that the distribution of lengths does not change.
        file = f"{folder}/many-{count}.yaml"
        rows = template_rows(patchbay, folder)
        with open(f"{folder}/many-{count}.jsonl", "w") as prompts:
            for number in range(count):
                prompts.write(rows[number % len(rows)] + "\n")
        open(file, "w").write(
            HEADER.format(name=f"many-{count}")
            + f"prompts: {{file: many-{count}.jsonl}}\nsweeps:\n  - {{name: heads, site: z, over: [layer]}}\n"
        )
        size = os.path.getsize(f"{folder}/many-{count}.jsonl") / (1 << 20)
        peaks.append(run(patchbay, file, f"{folder}/out-{count}", "--threads", "2", "--memory", "256M"))
        print(f"{count} prompts, {size:.1f} MiB of text: peak memory {peaks[-1]:.0f} MiB")
    growth = peaks[1] - peaks[0]
    print(f"{growth:.0f} MiB more")
    return growth <= 50


def template_rows(patchbay, folder):
    path = f"{folder}/template.jsonl"
    if not os.path.exists(path):
        status = os.system(f"{patchbay} dataset ioi --model bundled:ioi --count 200 > {path}")
        if status != 0:
            sys.exit("patchbay dataset failed")
    return open(path).read().splitlines()


def main():
    arguments = sys.argv[1:]
    if not arguments:
        sys.exit(__doc__)
    patchbay = os.path.abspath(arguments.pop(0))
    with tempfile.TemporaryDirectory() as folder:
        if "--memory-proof" in arguments:
            arguments.remove("--memory-proof")
            counts = [int(count) for count in arguments] or [500, 10_000]
            sys.exit(0 if check_memory(patchbay, counts, folder) else 1)
        sys.exit(0 if check_bits(patchbay, arguments, folder) else 1)


if __name__ == "__main__":
    main()
