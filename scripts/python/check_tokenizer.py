"""Compares token ids with those of Hugging Face's `tokenizers`, the library whose file format the grammar's tokenizer
uses.

    check_tokenizer.py TOKENIZER.json LINES.jsonl     each line {"text": ..., "tokens": [ids]}
    check_tokenizer.py --is-there                     status 0 if the library can be imported

Exits with status 0 and prints a count, or with status 1 and the first text that differs.
"""

import json
import sys

try:
    from tokenizers import Tokenizer
except ImportError:
    sys.exit("the Python library 'tokenizers' is not installed")


def main(tokenizer_path, lines_path):
    tokenizer = Tokenizer.from_file(tokenizer_path)
    count = 0
    with open(lines_path, encoding="utf-8") as lines:
        for line in lines:
            item = json.loads(line)
            expected = tokenizer.encode(item["text"], add_special_tokens=False).ids
            if item["tokens"] != expected:
                sys.exit(f"{item['text']!r}: {item['tokens']}; the library has {expected}")
            count += 1
    print(f"{count} texts agree")


if sys.argv[1:] != ["--is-there"]:
    main(*sys.argv[1:])
