"""Compares the tokens of GGUF files with transformers' reading of the same files, over a few thousand texts.

    check_gguf_tokens.py PATCHBAY MODEL.gguf...        needs transformers 5 and h5py

The texts are those of Tests/Golden/golden/tokenizers and generated ones: words, numbers, code, control tokens spelled out, runs of spaces and
line breaks, and characters from all over Unicode. Texts with characters that the vocabulary cannot spell are left out (transformers drops such
characters, Patchbay refuses them). Where a file says `tokenizer.ggml.pre = smollm`, transformers 5.24 splits as for GPT-2; it is given llama.cpp's
splitting, in which every digit is a word. Ends with status 1 if a text differs.
"""

import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import gguf
import h5py
from tokenizers import pre_tokenizers
from transformers import AutoTokenizer

GOLDEN = pathlib.Path(__file__).parents[2] / "Tests/Golden/golden/tokenizers"
PIECES = list(" \n\t\r.,;:!?'\"()[]{}<>/\\|@#$%^&*-_=+`~aAbBzZ019") + [
    "  ", "   ", "\n\n", "\t\t", "'s", "'LL", "é", "e\u0301", "ß", "İ", "ſ", "ǅ", "Σ", "日", "本語", "中文", "ひらがな", "カタカナ",
    "한국어", "العربية", "עברית", "हिन्दी", "ไทย", "😀", "👩‍👩‍👧‍👦", "🇩🇪", "½", "²", "٣", "Ⅷ", "\u00a0", "\u200b", "\u200d",
    "\ufeff", "\u2028", "\u3000", "\u0085", "\x0b", "\x00", "“", "”", "—", "…", "«", "»", "€", "𝔸", "𐍈", "▁", "▁▁", "Ġ", "<0x41>", "<bos>",
    "<|endoftext|>", "<|im_start|>", "<unused5>", "<table>", "http://", "1234", "3.14", "def f(x):", "    return", " the", " Mary", "hello",
]


def texts():
    found = []
    for path in sorted(GOLDEN.glob("*.jsonl")):
        found += [json.loads(line)["text"] for line in path.open(encoding="utf-8")]
    random.seed(7)
    found += ["".join(random.choice(PIECES) for _ in range(random.randint(1, 14))) for _ in range(2500)]
    for _ in range(600):
        blocks = [(0x20, 0x250), (0x250, 0x3000), (0x3000, 0xD7FF), (0x1F000, 0x1FAFF), (0xE000, 0x10FFFF)]
        found.append("".join(chr(random.randrange(*random.choice(blocks))) for _ in range(random.randint(1, 20))))
    for count in [*range(1, 40), 63, 64, 65, 100]:
        found += ["a" + character * count + "b" for character in " \n\t"] + ["  " * count + "5"]
    return [text for text in dict.fromkeys(found) if text]


def check(patchbay, path, all_texts):
    tokenizer = AutoTokenizer.from_pretrained(path.parent, gguf_file=path.name)
    pre = gguf.GGUFReader(path).fields.get("tokenizer.ggml.pre")
    if pre is not None and pre.contents() == "smollm":
        tokenizer.backend_tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
    wanted = []
    for text in all_texts:
        ids = tokenizer(text).input_ids
        bare = ids[1:] if ids and ids[0] == tokenizer.bos_token_id and not text.startswith(tokenizer.bos_token) else ids
        # What is lost on the way back was dropped, but for the marks that Gemma's tokenizer writes for spaces.
        if tokenizer.backend_tokenizer.decode(bare, skip_special_tokens=False).replace("▁", " ") == text.replace("▁", " "):
            wanted.append((text, ids))
    with tempfile.TemporaryDirectory() as folder:
        prompts, cache = f"{folder}/prompts.jsonl", f"{folder}/cache.h5"
        pathlib.Path(prompts).write_text("".join(json.dumps({"prompt": text}) + "\n" for text, _ in wanted))
        subprocess.run(
            [patchbay, "cache", path, "--prompts", prompts, "--hooks", "hook_embed", "--output", cache, "--quiet"], check=True)
        with h5py.File(cache) as file:
            found = [[int(id) for id in row if id >= 0] for row in file["prompts/clean_tokens"][...]]
    wrong = [(text, ids, own) for (text, ids), own in zip(wanted, found) if ids != own]
    for text, ids, own in wrong[:10]:
        print(f"WRONG {text!r}: {own}, not {ids}")
    print(f"{path.name}: {len(wanted) - len(wrong)} of {len(wanted)} texts have the same tokens ({len(all_texts) - len(wanted)} left out)")
    return not wrong and len(wanted) > 1000


def main(patchbay, paths):
    all_texts = texts()
    results = [check(patchbay, pathlib.Path(path), all_texts) for path in paths]
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
