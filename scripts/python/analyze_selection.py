"""The activations that an analysis file selects from cache files, by the rules of Documentation/analysis-file.md, for
check_analyze.py."""

import csv
import fnmatch
import re

import h5py
import numpy as np


class Cache:
    def __init__(self, path, folder):
        self.file, self.folder = h5py.File(path), folder
        activations, prompts = self.file["activations"], self.file["prompts"]
        self.runs = ["clean", "corrupted"] if isinstance(activations.get("clean"), h5py.Group) else [None]
        self.groups = {run: activations[run] if run else activations for run in self.runs}
        first = self.groups[self.runs[0]]
        self.hooks = [name for name in first if first[name].ndim > 1 and text(first[name].attrs["layout"]) == "per_position"]
        self.lengths = prompts["lengths"][:]
        self.labels = {k.removeprefix("label_"): texts(prompts[k][:]) for k in prompts if k.startswith("label")}
        self.tokens = {run: texts(prompts[f"{run or 'clean'}_token_strings"][:]) for run in self.runs}
        self.read = {}

    def rows(self, run, hook):
        if (run, hook) not in self.read:
            self.read[run, hook] = self.groups[run][hook][:].astype(np.float64)
        return self.read[run, hook]

    def label(self, how, run, cache, example, token):
        """The label of an item as text, "" if it has none."""
        if how == "run":
            return run
        if how == "cache":
            return cache
        if how == "token":
            return self.tokens[run][example][token]
        if how == "position":
            return str(token)
        if isinstance(how, dict) and "file" in how:
            with open(self.folder / how["file"], newline="") as file:
                table = {int(row.get("example", i)): row[how["column"]] for i, row in enumerate(csv.DictReader(file))}
            return table.get(example, "")
        return self.labels[how["key"] if isinstance(how, dict) else how][example]

    def token(self, where, run, example):
        """The index of the token that `where` selects; None if the prompt has none."""
        length, tokens = self.lengths[example], list(self.tokens[run][example])
        if isinstance(where, int):
            return where % length if -length <= where < length else None
        if isinstance(where, str):
            where = {"span": where.strip("{}")}
        occurrence = where.get("occurrence", -1)
        if "token" in where:
            found = [i for i in range(length) if tokens[i] == where["token"]]
        else:
            starts = np.cumsum([0] + [len(token) for token in tokens[:length]])
            words = re.escape(self.labels[where["span"]][example])
            found = [match.span() for match in re.finditer(rf"(?<!\w){words}(?!\w)", "".join(tokens[:length]))]
            at = {"first": lambda span: span[0], "last": lambda span: span[1] - 1}[where.get("at", "last")]
            found = [int(np.searchsorted(starts, at(span), side="right")) - 1 for span in found]
        index = occurrence - 1 if occurrence > 0 else occurrence
        return found[index] if -len(found) <= index < len(found) else None


def text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def texts(values):
    values = np.asarray(values)
    return np.array([text(v) for v in values.ravel()], object).reshape(values.shape)


def numbers(value, upper):
    """The numbers that `all`, a number, a list or a range such as 2..5 selects."""
    if value in (None, "all"):
        return list(range(upper))
    if isinstance(value, str):
        low, high = value.split("..")
        return list(range(int(low), int(high) + 1))
    return [value] if isinstance(value, int) else list(value)


def as_list(value):
    return value if isinstance(value, list) else [value]


class Selection:
    """The sources, hooks, positions and items of the caches that an analysis selects."""

    def __init__(self, caches, settings):
        select = settings["select"]
        self.caches, self.settings = caches, settings
        self.labels, self.classes = settings.get("labels"), settings.get("classes")
        self.positions = select.get("positions", [-1])
        names = select.get("caches") or list(caches)
        runs = as_list(select.get("runs", ["clean", "corrupted"] if self.labels == "run" else ["clean"]))
        parts = [(name, run) for name in names for run in caches[name].runs if run is None or run in runs]
        self.sources = {"/".join(filter(None, part)): [part] for part in parts}
        if self.labels == "run":
            self.sources = {name: [part for part in parts if part[0] == name] for name in names}
        if self.labels == "cache":
            self.sources = {"all": parts}
        first = caches[names[0]]
        layers = select.get("layers")
        self.hooks = [h for h in first.hooks if any(fnmatch.fnmatchcase(h, p) for p in as_list(select.get("hooks", ["*"])))
                      and (layers in (None, "all") or layer_of(h) in numbers(layers, 0))]
        self.hooks.sort(key=lambda h: (layer_of(h) if layer_of(h) >= 0 else -1, h))
        self.heads = numbers(select["heads"], first.groups[first.runs[0]][self.hooks[0]].shape[2]) if "heads" in select else None

    def items(self, parts):
        """{(part, example, token): label}; the token is None unless the analysis is of every token."""
        out = {}
        for part in parts:
            cache, run = self.caches[part[0]], part[1]
            for example in range(len(cache.lengths)):
                filters = self.settings["select"].get("examples", {})
                if any(cache.labels[k][example] not in [str(v) for v in as_list(values)] for k, values in filters.items()):
                    continue
                for token in range(cache.lengths[example]) if self.positions == ["every"] else [None]:
                    at = token
                    if token is None and self.labels in ("token", "position"):
                        at = cache.token(self.positions[0], run, example)
                    label = cache.label(self.labels, run, part[0], example, at) if self.labels else ""
                    if self.labels and (label == "" or (self.classes and label not in self.classes)):
                        continue
                    out[part, example, token] = label
        return out

    def vector(self, item, hook, where, head):
        (name, run), example, token = item
        cache = self.caches[name]
        if token is None and where != "mean":
            token = cache.token(where, run, example)
            if token is None:
                return None
        rows = cache.rows(run, hook)[example]
        rows = rows[: cache.lengths[example]].mean(0) if where == "mean" else rows[token]
        return rows[head] if head is not None else rows.ravel()


def layer_of(hook):
    found = re.match(r"blocks\.(\d+)\.", hook)
    return int(found[1]) if found else -1
