"""What each cell of a solved notebook says in a browser's Python, as JSON: ``solved_in_a_tab.py NOTEBOOK``.

It needs no pytest, because Pyodide has none here.
"""

import json
import os
import sys


def said(path):
    """Run a notebook from top to bottom.

    Parameters
    ----------
    path : str

    Returns
    -------
    dict from str to dict
        For the id of each code cell the "text" that it shows and its "error", the name of a class, or None.
    """
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    with open(path, encoding="utf-8") as file:
        cells = [cell for cell in json.load(file)["cells"] if cell["cell_type"] == "code"]
    shell, found = InteractiveShell.instance(), {}
    for cell in cells:
        with capture_output() as captured:
            result = shell.run_cell("".join(cell["source"]))
        shown = "".join(output.data.get("text/plain", "") for output in captured.outputs)
        error = result.error_in_exec or result.error_before_exec
        text = captured.stdout + captured.stderr + shown
        found[cell["id"]] = {"text": text, "error": error and type(error).__name__}
    return found


if __name__ == "__main__":
    os.environ |= {"BNCOURSE_JOURNAL": os.devnull, "MPLBACKEND": "agg"}
    root = "/host" if sys.platform == "emscripten" else ""
    print(json.dumps(said(root + sys.argv[1])))
