"""Runs a notebook that Patchbay wrote and compares what it prints and draws with the outputs that it carries.

    python check_notebook.py NOTEBOOK.ipynb [--results FILE.h5] [--keep EXECUTED.ipynb]

Needs nbformat, nbclient and ipykernel beside what notebooks themselves need. The notebook runs in its own folder, as in Jupyter, and files that it writes there are taken
away again. Texts must be the same to the letter; of pictures there must be as many, of the same size by name (the pictures themselves are Patchbay's in the one
and matplotlib's in the other). Anything on standard error is a failure. --results: the results file if it lies elsewhere than the notebook says.
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
    """What a cell says: texts as they are, a picture by its name."""
    lines = []
    for output in cell.get("outputs", []):
        if output.output_type == "stream":
            lines.append((output.name, output.text))
        elif "image/png" in output.get("data", {}):
            lines.append(("picture", output.data.get("text/plain", "")))
        else:
            lines.append((output.output_type, str(output.get("data", output))))
    # Jupyter may hand over one stream in several pieces.
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
    # The inline backend, whatever the environment says; warnings as a reader would see them.
    os.environ.pop("MPLBACKEND", None)

    carried = nbformat.read(arguments.notebook, as_version=nbformat.NO_CONVERT)
    nbformat.validate(carried)
    if (carried.nbformat, carried.nbformat_minor) != (4, 5):
        sys.exit(f"{arguments.notebook}: nbformat {carried.nbformat}.{carried.nbformat_minor}, and not 4.5")
    fresh = nbformat.from_dict(carried)
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
    for old, new in zip(carried.cells, fresh.cells):
        if old.cell_type != "code":
            continue
        if old.execution_count != new.execution_count:
            problems += 1
            print(f"{old.id}: carried as [{old.execution_count}], run as [{new.execution_count}]")
        said, says = told(old), told(new)
        texts += sum(kind == "stdout" for kind, _ in says)
        pictures += sum(kind == "picture" for kind, _ in says)
        if said != says:
            problems += 1
            print(f"{old.id}: carried and run differ")
            for name, list in (("carried", said), ("run", says)):
                for kind, text in list:
                    print(f"  {name} {kind}:")
                    print("    " + text.rstrip("\n").replace("\n", "\n    "))
    if problems:
        sys.exit(f"{arguments.notebook}: {problems} cells differ")
    print(f"{arguments.notebook}: {len(carried.cells)} cells, {texts} texts and {pictures} pictures as carried")


if __name__ == "__main__":
    main()
