"""Writes Tests/Golden/golden/tokenizers/gguf.json: tokenizers described by GGUF metadata, and the tokens that other
libraries give for some texts.

    golden_gguf_tokenizers.py OUTPUT.json        needs tokenizers, transformers 5 and sentencepiece

- byte_level: a small vocabulary whose merges cross words, so that every difference in splitting shows, with each of the
  splitting patterns of llama.cpp (src/llama-vocab.cpp) in turn. The ids are from `tokenizers`.
- prefixed: a small SentencePiece model like that of Llama 2, which puts a space before a text. The ids are from
  `sentencepiece`.
- gemma: the same kind of model without that space, and with runs of spaces and line breaks as user-defined tokens. The
  ids are from the tokenizer that transformers builds from such metadata.
"""

import io
import json
import sys

import sentencepiece
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers.integrations.gguf.gguf_tokenizer_mapping import convert_gguf_tokenizer

CORPUS = [
    "When Mary and John went to the store, John gave a drink to Mary. They'd said: \"It's 1,234.56 euros, isn't it?\"",
    "Tickets cost 12345 in 2024; 7 of 10 people DIDN'T buy them. HTTPServer2 camelCase snake_case x+=1; if(a<b){c++;}",
    "  indented\n\n\tline  with   spaces\r\nand more\n  5 apples, 10 pears\n\n\n", "naïve café — Ångström… «déjà vu»",
    "日本語の文章です。中文分词测试。한국어 문장입니다.", "Привет, мир! हिन्दी में पाठ 😀👍🏽",
] * 4

TEXTS = [
    "", " ", "  ", "\n", "\n\n", " \n ", "\t", "\r\n\r\n", "Mary", " Mary", "  Mary", "When Mary and John went to the store",
    "It's they'LL DIDN'T I'd 'tis 's", "12345 1234567", "a  5", "in 2024, 1,234.56", "  5 apples", "x+=1; if(a<b){c++;}", "f(foo_bar,x)",
    "HTTPServer2 camelCase", "line\n\n\n  next\t\tend ", "trailing   ", "naïve café — Ångström…", "cafe\u0301", "«déjà vu»", "a\u00a0b\u3000c",
    "日本語の文章", "中文123分词。", "한국어 문장", "Привет, мир!", "हिन्दी में", "😀👍🏽", "½²٣", "<s>Mary</s>", "Mary<|end|>John", "Mary <|end|> John",
    "<pad>", "\u2581Mary", "a\x85b\x0bc", "...!?", "$100 ^~|`", "a" * 40, " " * 9 + "x", "\n" * 5 + "x", "ǅungla ſ 'ſ",
]

GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
TAIL = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
CL100K = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"
CAPITALS, SMALL = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"


def cased(contractions, digits):
    first = r"[^\r\n\p{L}\p{N}]?"
    return (
        f"{first}{CAPITALS}*{SMALL}+{contractions}|{first}{CAPITALS}+{SMALL}*{contractions}|{digits}"
        r"| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    )


SPLITTING = {
    "gpt-2": [GPT2],
    "smollm": [r"\p{N}", GPT2],
    "llama-bpe": [CL100K + r"\p{N}{1,3}" + TAIL],
    "dbrx": [CL100K + r"\p{N}{1,3}" + TAIL],
    "qwen2": [CL100K + r"\p{N}" + TAIL],
    "qwen35": [
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    ],
    "tekken": [cased("", r"\p{N}")],
    "gpt-4o": [cased("(?i:'s|'t|'re|'ve|'m|'ll|'d)?", r"\p{N}{1,3}")],
    "deepseek-coder": [r"[\r\n]", r"\s?\p{L}+", r"\s?\p{P}+", "[一-龥ࠀ-一가-\ud7ff]+", r"\p{N}"],
    "deepseek-v3": [
        r"\p{N}{1,3}", "[一-龥\u3040-ゟ゠-ヿ]+",
        r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*"""
        r"|\s*[\r\n]+|\s+(?!\S)|\s+",
    ],
    "falcon": [r"[\p{P}\$\+<=>\^~\|`]+", GPT2, "[0-9][0-9][0-9]"],
    "default": [r"[\p{P}\$\+<=>\^~\|]+", GPT2, r"\p{N}+", "[0-9][0-9][0-9]"],
}
# These do not split a word that is itself a token.
IGNORING_MERGES = {"llama-bpe", "tekken"}


def lines(encode, decode):
    return [{"text": text, "ids": (ids := encode(text)), "decoded": decode(ids)} for text in TEXTS]


def byte_level():
    trained = Tokenizer(models.BPE())
    trained.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    trainer = trainers.BpeTrainer(
        vocab_size=700, special_tokens=["<|end|>", "<pad>"], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False)
    # Pieces of a few words, so that merges cross words but no token is a whole sentence.
    trained.train_from_iterator((text[i : i + 12] for text in CORPUS for i in range(0, len(text), 5)), trainer)
    model = json.loads(trained.to_str())["model"]
    tokens = sorted(model["vocab"], key=model["vocab"].get)
    # A token that no merge produces, which matters only if merges are ignored, and user-defined tokens.
    tokens += ["ĠJohnny", " " * 4, "<think>"]
    types = [3, 3] + [1] * (len(tokens) - 4) + [4, 4]
    merges = model["merges"]
    cases = []
    for pre, patterns in SPLITTING.items():
        bpe = models.BPE(
            vocab={token: id for id, token in enumerate(tokens)}, merges=[tuple(merge) for merge in merges],
            ignore_merges=pre in IGNORING_MERGES)
        tokenizer = Tokenizer(bpe)
        steps = [pre_tokenizers.Split(Regex(pattern), "isolated") for pattern in patterns]
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            steps + [pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
        tokenizer.decoder = decoders.ByteLevel()
        tokenizer.add_special_tokens(["<|end|>", "<pad>"])
        tokenizer.add_tokens([AddedToken(token, normalized=False) for token in tokens[-2:]])
        bos = [0] if pre in IGNORING_MERGES else []
        cases.append({
            "pre": pre,
            "lines": lines(
                lambda text: bos + tokenizer.encode(text).ids, lambda ids: tokenizer.decode(ids, skip_special_tokens=False)),
        })
    return {
        "model": "gpt2", "tokens": tokens, "types": types, "merges": [" ".join(merge) for merge in merges], "bos": 0, "eos": 0,
        "cases": cases,
    }


def pieces(**options):
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(CORPUS), model_writer=model, model_type="bpe", vocab_size=480, byte_fallback=True,
        normalization_rule_name="identity", remove_extra_whitespaces=False, character_coverage=0.98, minloglevel=2, num_threads=1,
        **options)
    processor = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    from sentencepiece import sentencepiece_model_pb2

    proto = sentencepiece_model_pb2.ModelProto.FromString(model.getvalue())
    return processor, [(piece.piece, piece.score, piece.type) for piece in proto.pieces]


def prefixed():
    processor, all_pieces = pieces(add_dummy_prefix=True)
    # GGUF's readers find control tokens in a text, SentencePiece does not; the other cases compare them.
    return {
        "model": "llama", "tokens": [piece[0] for piece in all_pieces], "scores": [piece[1] for piece in all_pieces],
        "types": [piece[2] for piece in all_pieces], "bos": 1, "eos": 2, "unk": 0,
        "cases": [{
            "lines": [
                {"text": text, "ids": [1] + processor.encode(text), "decoded": None}
                for text in TEXTS if "<s>" not in text
            ],
        }],
    }


def gemma():
    runs = [" " * n for n in range(2, 8)]
    breaks = ["\n" * n for n in range(1, 5)]
    _, all_pieces = pieces(
        add_dummy_prefix=False, pad_id=0, eos_id=1, bos_id=2, unk_id=3, pad_piece="<pad>", eos_piece="<eos>", bos_piece="<bos>",
        user_defined_symbols=breaks + ["\u2581" * len(run) for run in runs] + ["<table>", "[multimodal]"], control_symbols=["<turn>"])
    tokens = [piece.replace("\u2581", " ") if kind == 4 else piece for piece, _, kind in all_pieces]
    # llama.cpp's converter gives this score to all tokens except normal and byte tokens.
    scores = [score if kind in (1, 6) else -1000.0 for _, score, kind in all_pieces]
    types = [3 if kind == 2 else kind for _, _, kind in all_pieces]
    metadata = {"tokenizer_type": "llama", "tokens": tokens, "scores": scores, "token_type": types}
    tokenizer, _ = convert_gguf_tokenizer("gemma3", metadata)
    return {
        "model": "llama", "tokens": tokens, "scores": scores, "types": types, "bos": 2, "eos": 1, "unk": 3, "pad": 0,
        "add_space_prefix": False,
        "cases": [{
            "lines": lines(
                lambda text: [2] + tokenizer.encode(text, add_special_tokens=False).ids,
                lambda ids: tokenizer.decode(ids, skip_special_tokens=False)),
        }],
    }


if __name__ == "__main__":
    result = {"byte_level": byte_level(), "prefixed": prefixed(), "gemma": gemma()}
    with open(sys.argv[1], "w", encoding="utf-8") as output:
        json.dump(result, output, ensure_ascii=False, separators=(",", ":"))
        output.write("\n")
