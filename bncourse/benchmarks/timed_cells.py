"""Run the cells of notebooks in one IPython shell each, and print the seconds of each cell as JSON.

It is run natively and in Pyodide, so it needs nothing but IPython, NumPy and Matplotlib:
``python timed_cells.py NOTEBOOK [NOTEBOOK ...]``. The seconds are those of a processor, which hardly depend on what
else the machine does; on a quiet one they are those that a reader waits.
"""

import contextlib
import io
import json
import os
import sys
import time


def processor():
    """Return the seconds of a processor that this process has used; those of Node's thread where Python runs there."""
    if sys.platform != "emscripten":
        return time.process_time()
    from js import processorSeconds  # of in_pyodide.mjs; Emscripten's own clock of a process is that of the wall

    return processorSeconds()


def seconds_of(path):
    """Run a notebook from top to bottom.

    Parameters
    ----------
    path : str
        Of a notebook.

    Returns
    -------
    dict
        "seconds", a list with one number for each code cell, and "errors", a list of the cells' errors in words.
    """
    from IPython.core.interactiveshell import InteractiveShell

    class Shell(InteractiveShell):
        def enable_gui(self, gui=None):
            """Figures are drawn into the page; there is no window."""

    with open(path, encoding="utf-8") as file:
        cells = [cell for cell in json.load(file)["cells"] if cell["cell_type"] == "code"]
    InteractiveShell.clear_instance()
    shell = Shell.instance()
    shell.run_line_magic("matplotlib", "inline")
    seconds, errors = [], []
    for number, cell in enumerate(cells):
        source = "".join(cell["source"])
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            began = processor()
            result = shell.run_cell(source)
            shell.events.trigger("post_execute")
            seconds.append(processor() - began)
        error = result.error_in_exec or result.error_before_exec
        if error is not None:
            errors.append(f"cell {number}: {type(error).__name__}: {error}")
    return {"seconds": seconds, "errors": errors}


if __name__ == "__main__":
    os.environ.setdefault("BNCOURSE_JOURNAL", os.devnull)
    root = "/host" if sys.platform == "emscripten" else ""
    print(json.dumps({path: seconds_of(root + path) for path in sys.argv[1:]}))
