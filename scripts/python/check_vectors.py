"""Compares steering vectors and their effects with PyTorch and transformers.

    python check_vectors.py PATH/TO/patchbay PATH/TO/gpt2-folder

Writes random pairs of token ids as prompts, and compares `patchbay vector` and `patchbay run` with hidden states and
hooks of the reference model, to 1e-4 of the largest number: ActAdd, CAA and RepE vectors of a GPT-2 folder, and runs
with them added; then two vectors at once together with an ablated MLP, the effect of each alone (additivity), and the
difference of one pair added in another (transfer).
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import h5py
import numpy as np
import torch
from transformers import AutoModelForCausalLM

COEFFICIENTS = [-1.0, 0.5, 2.0]


def main():
    tool, folder = str(pathlib.Path(sys.argv[1]).resolve()), str(pathlib.Path(sys.argv[2]).resolve())
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    layers, vocabulary = model.config.n_layer, model.config.vocab_size
    rng = np.random.default_rng(0)
    pairs = []
    for length in (4, 6, 5, 6, 4, 7, 5, 6):
        clean, corrupted = rng.integers(0, vocabulary, (2, length)).tolist()
        pairs.append((clean, corrupted, int(rng.integers(0, vocabulary)), int(rng.integers(0, vocabulary))))
    worst = 0.0

    def states(tokens):
        with torch.no_grad():
            return torch.stack(model(torch.tensor([tokens]), output_hidden_states=True).hidden_states[:layers])[:, 0].numpy()

    def compare(what, ours, theirs):
        nonlocal worst
        error = float(np.abs(ours - theirs).max() / max(1.0, np.abs(theirs).max()))
        worst = max(worst, error)
        print(f"{what:44} {error:.1e}")
        if not error < 1e-4:
            sys.exit(f"error: {what} deviates by {error:.1e}")

    with tempfile.TemporaryDirectory() as place:
        place = pathlib.Path(place)

        def patchbay(*arguments):
            subprocess.run([tool, *arguments, "--quiet"], cwd=place, check=True, capture_output=True)

        def write(name, chosen):
            with open(place / name, "w") as file:
                for clean, corrupted, answer, wrong in chosen:
                    row = {"clean_tokens": clean, "corrupted_tokens": corrupted, "answer_token": answer, "wrong_token": wrong}
                    file.write(json.dumps(row) + "\n")

        write("pairs.jsonl", pairs)
        write("one.jsonl", pairs[:1])
        differences = np.stack([states(c)[:, -1] - states(k)[:, -1] for c, k, _, _ in pairs], 1)  # [layer, pair, width]
        mean = differences.mean(1)
        component = []
        for rows in differences:
            axis = np.linalg.svd(rows - rows.mean(0), full_matrices=False)[2][0]
            component.append(axis * np.sign((rows @ axis).mean()) * np.linalg.norm(rows.mean(0)))
        sequence = states(pairs[0][0]) - states(pairs[0][1])  # [layer, position, width]
        for method, prompts, expected in [
            ("mean-difference", "pairs.jsonl", mean),
            ("paired-component", "pairs.jsonl", np.stack(component)),
            ("difference", "one.jsonl", sequence),
        ]:
            patchbay("vector", folder, "--prompts", prompts, "--method", method, "--output", f"{method}.h5")
            with h5py.File(place / f"{method}.h5") as file:
                compare(method, file["vector/value"][:], expected)
                norm = np.linalg.norm(expected, axis=-1)
                compare(f"{method}: length", file["vector/norm"][:], norm.mean(-1) if norm.ndim > 1 else norm)
            (place / "steer.yaml").write_text(
                f"name: steer\nmodel: {folder}\ndirection: denoise\nmetrics: [logit_diff]\nprompts: {{file: pairs.jsonl}}\nsweeps:\n"
                f"  - {{name: steer, site: resid_pre, over: [layer], edit: {{add: {{vector: {method}.h5, coefficient: {COEFFICIENTS}}}}}}}\n")
            patchbay("run", "steer.yaml", "--output", "out")
            with h5py.File(place / "out/steer.h5") as file:
                ours = file["sweeps/steer/logit_diff"][:]
            theirs = np.empty_like(ours)
            for layer in range(layers):
                for index, coefficient in enumerate(COEFFICIENTS):
                    for row, (_, corrupted, answer, wrong) in enumerate(pairs):
                        vector = torch.tensor(np.asarray(expected[layer], dtype=np.float32)) * coefficient

                        def add(module, arguments, vector=vector):
                            hidden = arguments[0].clone()
                            if vector.ndim == 1:
                                hidden[0] += vector
                            else:
                                count = min(len(vector), hidden.shape[1])
                                hidden[0, :count] += vector[:count]
                            return (hidden, *arguments[1:])

                        handle = model.transformer.h[layer].register_forward_pre_hook(add)
                        with torch.no_grad():
                            logits = model(torch.tensor([corrupted])).logits[0, -1]
                        handle.remove()
                        theirs[layer, index, row] = float(logits[answer] - logits[wrong])
            compare(f"{method}: logit differences under steering", ours, theirs)
        # Now several vectors are added at once, while the first MLP writes nothing.
        s, t, ablated = [-1.0, 2.0], [0.5, 1.5], [False]
        (place / "more.yaml").write_text(
            f"""name: more
model: {folder}
direction: denoise
metrics: [logit_diff, choice]
prompts: {{file: pairs.jsonl}}
sweeps:
  - name: two
    site: resid_pre
    over: [layer]
    edit: {{add: [{{vector: mean-difference.h5, coefficient: {s}}}, {{vector: paired-component.h5, coefficient: {t}}}]}}
    with: [{{site: mlp_out, layer: 0, edit: zero}}]
    additivity: [blocks.{layers - 1}.hook_resid_post]
  - {{name: transfer, site: resid_pre, over: [layer], position: -1, edit: {{add: {{from: example-difference}}}}}}
""")
        patchbay("run", "more.yaml", "--output", "out")

        def run(tokens, layer, rows, answer, wrong):
            """The logit difference, the choice and the output of the last block, with rows [position, width] added
            before a layer."""
            kept = []

            def add(module, arguments):
                return (arguments[0] + rows, *arguments[1:])

            def silence(module, arguments, output):
                return torch.zeros_like(output) if ablated[0] else output

            def keep(module, arguments):
                kept.append(arguments[0][0].numpy())

            handles = [
                model.transformer.h[layer].register_forward_pre_hook(add), model.transformer.h[0].mlp.register_forward_hook(silence),
                model.transformer.ln_f.register_forward_pre_hook(keep)]
            with torch.no_grad():
                logits = model(torch.tensor([tokens])).logits[0, -1]
            for handle in handles:
                handle.remove()
            difference = float(logits[answer] - logits[wrong])
            return difference, float(torch.sigmoid(logits[answer] - logits[wrong])), kept[0]

        u, v = torch.tensor(mean, dtype=torch.float32), torch.tensor(np.stack(component), dtype=torch.float32)
        shape = (layers, len(s), len(t), len(pairs))
        difference, choice, interaction, change_norm, interaction_norm = (np.empty(shape) for _ in range(5))
        ablated[0] = True
        for layer in range(layers):
            for row, (_, corrupted, answer, wrong) in enumerate(pairs):
                at = lambda a, b: run(corrupted, layer, a * u[layer] + b * v[layer], answer, wrong)
                none = at(0, 0)
                for i, a in enumerate(s):
                    for j, b in enumerate(t):
                        both, first, second = at(a, b), at(a, 0), at(0, b)
                        cell = (layer, i, j, row)
                        difference[cell], choice[cell] = both[:2]
                        interaction[cell] = both[0] - first[0] - second[0] + none[0]
                        change_norm[cell] = np.linalg.norm(both[2] - none[2])
                        interaction_norm[cell] = np.linalg.norm(both[2] - first[2] - second[2] + none[2])
        ablated[0] = False
        transferred = np.empty((layers, len(pairs), len(pairs)))
        for layer in range(layers):
            for row, (_, corrupted, answer, wrong) in enumerate(pairs):
                for source in range(len(pairs)):
                    rows = torch.zeros(len(corrupted), u.shape[1])
                    rows[-1] = torch.tensor(differences[layer, source])
                    transferred[layer, source, row] = run(corrupted, layer, rows, answer, wrong)[0]
        with h5py.File(place / "out/more.h5") as file:
            compare("two vectors, an MLP ablated", file["sweeps/two/logit_diff"][:], difference)
            compare("two vectors, an MLP ablated: choice", file["sweeps/two/choice"][:], choice)
            compare("interaction of the logit difference", file["additivity/two/logit_diff_interaction"][:], interaction)
            compare("change of the last block", file["additivity/two/change_norm"][..., 0, :], change_norm)
            compare("interaction in the last block", file["additivity/two/interaction_norm"][..., 0, :], interaction_norm)
            compare("one pair's difference in another", file["sweeps/transfer/logit_diff"][:], transferred)
    print(f"worst {worst:.1e}")


main()
