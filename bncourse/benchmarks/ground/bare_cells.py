"""The cells of a notebook with nothing around them: what grading cannot be faster than, if it runs them all."""

import os
import statistics
import subprocess
import sys
import time


def bare_seconds(course, name, times, needed=False):
    """Return the time that the cells of a solved notebook take, figures drawn, in a process forked from a warm one.

    Parameters
    ----------
    needed : bool
        Leave out the cells that only demonstrate, as grading does.
    """
    [path] = (course / "submitted" / "student-00000" / name).glob("*.ipynb")
    program = (
        "import sys; from bncourse.benchmarks.ground.bare_cells import bare\n"
        "bare(sys.argv[1], int(sys.argv[2]), len(sys.argv) > 3)"
    )
    return float(
        subprocess.run(
            [sys.executable, "-c", program, str(path), str(times), *(["needed"] if needed else [])],
            env={**os.environ, "MPLBACKEND": "agg"},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            check=True,
        ).stdout.split()[-1]
    )


def needed_cells(notebook):
    """Return the code cells of a notebook that grading runs: all but those that only demonstrate.

    Parameters
    ----------
    notebook : nbformat.NotebookNode

    Returns
    -------
    list of nbformat.NotebookNode
    """
    from bncourse.grading.engine import demonstrations
    from bncourse.grading.engine.judge import kind_of

    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    kinds = [kind_of(cell) for cell in cells]
    described = [(kind, cell.source, cell.metadata.get("tags", [])) for kind, cell in zip(kinds, cells, strict=True)]
    runs = zip(cells, kinds, demonstrations.needed(described), strict=True)
    return [cell for cell, kind, needed in runs if needed or kind == "check"]


def leave_out_demonstrations(path):
    """Empty the cells of a notebook file that only demonstrate, so that others run no more of it than grading does."""
    import nbformat

    notebook = nbformat.read(path, as_version=4)
    needed = {id(cell) for cell in needed_cells(notebook)}
    for cell in notebook.cells:
        if cell.cell_type == "code" and id(cell) not in needed:
            cell.source = ""
    nbformat.write(notebook, path)


def bare(path, times, needed=False):
    """Run the cells of a notebook so many times, each time in a fork of this process, and print the median time."""
    import importlib
    import io

    import nbformat

    from bncourse.grading.engine.grade import preloads

    notebook = nbformat.read(path, as_version=4)
    for module in (*preloads(notebook), "bncourse.check", "bncourse.exercises", "matplotlib.pyplot"):
        importlib.import_module(module)
    from matplotlib import pyplot

    cells = needed_cells(notebook) if needed else [cell for cell in notebook.cells if cell.cell_type == "code"]
    cells = [compile(_plain(cell.source), "<cell>", "exec") for cell in cells]
    spent = []
    for _ in range(times):
        began = time.perf_counter()
        child = os.fork()
        if not child:
            sys.stdout = io.StringIO()
            space = {"__name__": "__main__", "display": print}
            for cell in cells:
                exec(cell, space)
                for number in pyplot.get_fignums():
                    pyplot.figure(number).savefig(io.BytesIO(), format="png")
                pyplot.close("all")
            os._exit(0)
        if os.waitpid(child, 0)[1]:
            raise RuntimeError("the bare cells stopped")
        spent.append(time.perf_counter() - began)
    print(statistics.median(spent))


def _plain(text):
    return "\n".join("pass" if line.lstrip().startswith(("%", "!")) else line for line in text.splitlines())
