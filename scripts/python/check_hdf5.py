"""Reads results and cache files with h5py and xarray, which Patchbay's files are meant to be read with.

    check_hdf5.py FOLDER        checks the sample files that the tests of ActivationStore write there, value by value
    check_hdf5.py FILE.h5 ...   checks that results and cache files have the layout of Documentation/file-formats.md

Prints a line per file and exits with status 0, or stops at the first assertion that fails.
"""

import sys
from pathlib import Path

import h5py
import numpy as np
import xarray

TOKENS = [[1, 2, 3, 4], [1, 9, -1, -1], [0, 2, 3, -1]]
STRINGS = [["When", " Mary", "é€", "\u2400"], ["When", "x", "", ""], ["", " Mary", "é€", ""]]
HOOKS = {
    # name: (dimensions, features of one example for n tokens)
    "blocks.0.attn.hook_k": (("example", "position", "kv_head", "dHead"), lambda n: (n, 1, 2)),
    "blocks.0.attn.hook_pattern": (("example", "head", "destination", "source"), lambda n: (2, n, n)),
    "blocks.0.attn.hook_z": (("example", "position", "head", "dHead"), lambda n: (n, 2, 2)),
    "blocks.0.hook_resid_pre": (("example", "position", "dModel"), lambda n: (n, 3)),
    "embedder.stage1": (("example", "channel_2", "row_2", "column_2"), lambda n: (2, 2, 2)),
    "embedder.stage2": (("example", "channel_3", "row_1", "column_1"), lambda n: (3, 1, 1)),
}
LENGTHS = [4, 2, 3]


def check_layout(path):
    """Checks what every file has in common, whatever its format."""
    with h5py.File(path, "r") as file:
        assert file.attrs["format"] in ("patchbay-results", "patchbay-cache", "patchbay-heads"), file.attrs["format"]
        assert file.attrs["format_version"] == 1
        assert file.attrs["complete"] in (0, 1)
        for name in ("model", "model_sha256", "patchbay_version"):
            assert isinstance(file.attrs[name], str), name

        groups = set()

        def visit(name, thing):
            if not isinstance(thing, h5py.Dataset):
                return
            groups.add(thing.parent.name)
            is_text = h5py.check_string_dtype(thing.dtype) is not None
            assert (thing.compression == "gzip") if is_text else thing.fletcher32, f"{name}: no checksum"
            assert thing.chunks is not None, f"{name}: not chunked"
            if thing.is_scale:
                assert thing.ndim == 1, name
                assert h5py.h5ds.get_scale_name(thing.id).decode() == thing.name.rsplit("/", 1)[1], name
                return
            for axis in range(thing.ndim):
                scales = thing.dims[axis].values()
                assert len(scales) == 1, f"{name}: axis {axis} has {len(scales)} scales"
                assert scales[0].parent == thing.parent, f"{name}: a scale from another group"
                assert len(scales[0]) == thing.shape[axis], name
            if name.startswith("activations/"):
                assert thing.chunks == (1, *thing.shape[1:]), f"{name}: chunks {thing.chunks}"
            if is_text:
                assert tuple(h5py.check_string_dtype(thing.dtype)) == ("utf-8", None), name

        file.visititems(visit)
        for group in sorted(groups):
            with xarray.open_dataset(path, group=group, engine="h5netcdf") as data:
                for name, variable in data.variables.items():
                    assert not any(dim.startswith("phony") for dim in variable.dims), (group, name)
                    variable.load()


def check_prompts(path, pairs=True):
    with xarray.open_dataset(path, group="prompts", engine="h5netcdf") as prompts:
        assert prompts.clean_tokens.dims == ("example", "position")
        assert prompts.clean_tokens.dtype == np.int32
        assert prompts.clean_tokens.values.tolist() == TOKENS
        assert prompts.lengths.values.tolist() == LENGTHS
        assert prompts.clean_token_strings.values.tolist() == STRINGS, prompts.clean_token_strings.values
        if pairs:
            assert prompts.corrupted_tokens.values[0].tolist() == [1, 5, 3, 4]
            assert prompts.answer_token.values.tolist() == [7, 9, 7]
            assert prompts.wrong_token.values.tolist() == [8, 6, 8]
            assert prompts.corrupted_token_strings.values[1].tolist() == ["When", "y", "", ""]


def check_results(path):
    with h5py.File(path, "r") as file:
        assert file.attrs["format"] == "patchbay-results"
        assert file.attrs["experiment"] == "name: sample\nmodel: bundled:ioi  # naïve\n"
        assert (file.attrs["direction"], file.attrs["complete"]) == ("denoise", 1)
        assert file.attrs["normalisation"] == "ratio of means"
        assert (file.attrs["seed"], file.attrs["tau"]) == (3, 0.5)
    check_prompts(path)
    with xarray.open_dataset(path, group="baseline/clean", engine="h5netcdf") as clean:
        assert clean.logit_diff.dims == ("example",)
        assert clean.logit_diff.values.tolist() == [3, 3.5, 4]
    with xarray.open_dataset(path, group="baseline/corrupted", engine="h5netcdf") as corrupted:
        assert corrupted.prob.values.tolist() == [0, 0.5, 1]

    with xarray.open_dataset(path, group="sweeps/heads", engine="h5netcdf") as heads:
        assert heads.logit_diff.dims == ("layer", "head", "example")
        assert heads.logit_diff.dtype == np.float32
        assert heads.logit_diff.attrs == {}, heads.logit_diff.attrs
        expected = (
            np.arange(2)[:, None, None] + np.arange(3)[None, :, None] / 10 + np.arange(3)[None, None, :] / 100
        ).astype(np.float32)
        expected[1, 2] = np.nan
        np.testing.assert_allclose(heads.logit_diff.values, expected, rtol=1e-6)
        assert heads.change_norm.sel(layer=1, head=1).values.tolist() == [1, 0, 2]
        assert np.isnan(heads.logit_diff_attribution.values).all()
        assert heads.logit_diff_attribution.attrs["point"] == "base"
        assert heads.attrs["site"] == "z" and heads.attrs["edit"] == "patch"
        assert heads.example.values.tolist() == [0, 1, 2]
    with xarray.open_dataset(path, group="sweeps/into-9.9-q", engine="h5netcdf") as into:
        assert into.logit_diff.dims == ("sender", "receiver", "example")
        assert into.sender.values.tolist() == ["7.3", "mlp.0", "embed"]
        assert into.logit_diff.sel(sender="mlp.0", receiver="9.9.q").values.tolist() == [3, 4, 5]
        assert into.has_path.dims == ("sender", "receiver") and into.has_path.dtype == np.int8
        assert into.has_path.sel(sender="embed").item() == 0
    with xarray.open_dataset(path, group="sweeps/steer", engine="h5netcdf") as steer:
        assert steer.layer.values.tolist() == [3, 5]
        assert steer.coefficient.values.tolist() == [0.1, 2.0]
        assert np.isnan(steer.logit_diff.sel(layer=3, coefficient=0.1).values).all()
        assert steer.logit_diff.sel(layer=5, coefficient=2.0).values.tolist() == [6.5, 7.5, 8.5]


def check_cache(path, runs, dtype):
    with h5py.File(path, "r") as file:
        assert file.attrs["format"] == "patchbay-cache" and file.attrs["note"] == "sample"
        if dtype == np.float16:
            dataset = file["activations/blocks.0.attn.hook_z"]
            assert dataset.compression == "gzip" and dataset.shuffle
    check_prompts(path)
    for run in runs:
        group = f"activations/{run}".rstrip("/")
        with xarray.open_dataset(path, group=group, engine="h5netcdf") as data:
            for number, (hook, (dims, features)) in enumerate(HOOKS.items()):
                variable = data[hook]
                assert variable.dims == dims, (hook, variable.dims)
                assert variable.dtype == dtype, (hook, variable.dtype)
                expected = np.full(variable.shape, np.nan, np.float32)
                for example, length in enumerate(LENGTHS):
                    if number == len(HOOKS) - 1 and example == 1:
                        continue
                    shape = features(length)
                    values = number * 128 + example * 32 + np.arange(np.prod(shape)).reshape(shape) / 2
                    expected[(example, *(slice(size) for size in shape))] = -values if run == "corrupted" else values
                np.testing.assert_array_equal(variable.values, expected.astype(dtype), err_msg=hook)
            assert data.position.values.tolist() == [0, 1, 2, 3]


def main(arguments):
    if not arguments:
        sys.exit(__doc__)
    for argument in map(Path, arguments):
        if argument.is_dir():
            for name in ("results.h5", "pairs.h5", "half.h5"):
                check_layout(argument / name)
            check_results(argument / "results.h5")
            check_cache(argument / "pairs.h5", ("clean", "corrupted"), np.float32)
            check_cache(argument / "half.h5", ("",), np.float16)
        else:
            check_layout(argument)
        print(f"{argument}: correct")


if __name__ == "__main__":
    main(sys.argv[1:])
