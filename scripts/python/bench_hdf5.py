"""Writes activations with h5py in the layout of a cache file (a chunk per example, Fletcher-32, float32), to compare
its speed with that of CacheWriter.

    bench_hdf5.py FILE.h5 HOOKS EXAMPLES POSITIONS WIDTH

Prints the seconds until the numbers were written, and until they were on the disk.
"""

import os
import sys
import time

import h5py
import numpy as np


def main(path, hooks, examples, positions, width):
    values = np.random.default_rng(0).standard_normal((positions, width), dtype=np.float32)
    start = time.perf_counter()
    with h5py.File(path, "w") as file:
        datasets = [
            file.create_dataset(
                f"activations/blocks.{hook}.hook_resid_post",
                shape=(examples, positions, width),
                chunks=(1, positions, width),
                dtype=np.float32,
                fletcher32=True,
                fillvalue=np.nan,
            )
            for hook in range(hooks)
        ]
        for example in range(examples):
            for dataset in datasets:
                dataset[example] = values
    written = time.perf_counter() - start
    descriptor = os.open(path, os.O_RDWR)
    os.fsync(descriptor)
    os.close(descriptor)
    print(f"{written:.3f} {time.perf_counter() - start:.3f}")


if __name__ == "__main__":
    if len(sys.argv) != 6:
        sys.exit(__doc__)
    main(sys.argv[1], *map(int, sys.argv[2:]))
