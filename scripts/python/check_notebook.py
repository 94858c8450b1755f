"""Runs a notebook that Patchbay wrote and compares what it prints and draws with the outputs stored in it.

    python check_notebook.py NOTEBOOK.ipynb [--results FILE.h5] [--keep EXECUTED.ipynb]

Needs nbformat, nbclient and ipykernel in addition to what the notebooks need. The notebook runs in its own folder, as
in Jupyter; files that it writes there are removed afterwards. Texts must be identical. Only the number of pictures and
their text descriptions must agree, since Patchbay drew the stored ones and matplotlib draws the new ones. Any output on
standard error is a failure. --results is the results file if it is not where the notebook expects it.
"""

import argparse
import os
import re
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError


def told(cell):
    """The outputs of a cell: texts as they are, pictures by their text description."""
    lines = []
    for output in cell.get("outputs", []):
        if output.output_type == "stream":
            lines.append((output.name, output.text))
        elif "image/png" in output.get("data", {}):
            lines.append(("picture", output.data.get("text/plain", "")))
        else:
            lines.append((output.output_type, str(output.get("data", output))))
    # Jupyter may deliver a stream in several pieces.
    joined = []
    for kind, text in lines:
        if joined and kind == "stdout" and joined[-1][0] == "stdout":
            joined[-1] = (kind, joined[-1][1] + text)
        else:
            joined.append((kind, text))
    return joined


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notebook", type=Path)
    parser.add_argument("--results", type=Path)
    parser.add_argument("--keep", type=Path)
    arguments = parser.parse_args()
    # Use the inline backend, whatever the environment says.
    os.environ.pop("MPLBACKEND", None)

    stored = nbformat.read(arguments.notebook, as_version=nbformat.NO_CONVERT)
    nbformat.validate(stored)
    if (stored.nbformat, stored.nbformat_minor) != (4, 5):
        sys.exit(f"{arguments.notebook}: nbformat {stored.nbformat}.{stored.nbformat_minor}, not 4.5")
    fresh = nbformat.from_dict(stored)
    if arguments.results:
        for cell in fresh.cells:
            line = f"RESULTS = Path({str(arguments.results.resolve())!r})"
            cell.source = re.sub(r"^RESULTS = Path\(.*$", lambda _: line, cell.source, flags=re.MULTILINE)
    for cell in fresh.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None

    folder = arguments.notebook.resolve().parent
    before = set(folder.iterdir())
    try:
        NotebookClient(fresh, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(folder)}}).execute()
    except CellExecutionError as error:
        sys.exit(f"{arguments.notebook}: a cell failed\n{error}")
    finally:
        for path in set(folder.iterdir()) - before:
            path.unlink()
    if arguments.keep:
        nbformat.write(fresh, arguments.keep)

    problems = 0
    texts = pictures = 0
    for old, new in zip(stored.cells, fresh.cells):
        if old.cell_type != "code":
            continue
        if old.execution_count != new.execution_count:
            problems += 1
            print(f"{old.id}: stored as [{old.execution_count}], run as [{new.execution_count}]")
        said, says = told(old), told(new)
        texts += sum(kind == "stdout" for kind, _ in says)
        pictures += sum(kind == "picture" for kind, _ in says)
        if said != says:
            problems += 1
            print(f"{old.id}: the stored and the new output differ")
            for name, list in (("stored", said), ("new", says)):
                for kind, text in list:
                    print(f"  {name} {kind}:")
                    print("    " + text.rstrip("\n").replace("\n", "\n    "))
    if problems:
        sys.exit(f"{arguments.notebook}: {problems} cells differ")
    print(f"{arguments.notebook}: {len(stored.cells)} cells, {texts} texts and {pictures} pictures agree")


if __name__ == "__main__":
    main()
