"""The cells of this session: what was run, in which cell of the page, how it ended, and what the saved notebook holds.

IPython keeps the text of what was run. In which cell of the page that was, and whether it stopped, is known only from
the events of IPython, so they are watched from the moment in which the checks are imported.
"""

import ast
import inspect
import json
import os
import time
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from pathlib import Path
from types import SimpleNamespace
from weakref import WeakKeyDictionary

_LARGEST = 20_000_000  # bytes of a notebook that is read while a learner waits


@dataclass(frozen=True)
class CellRun:
    """One run of a cell.

    Parameters
    ----------
    number : int
        The number that the page shows beside it.
    text : str
        What was run, as Python.
    file : str
        The name under which Python knows it.
    cell : str or None
        The cell of the page, where the front-end tells which.
    error : str
        The name of the exception with which it ended, or "".
    unread : bool
        Whether nothing of it was run because Python could not read it.
    ended : float or None
        When it ended; None while it runs, and where that was not seen.
    """

    number: int
    text: str
    file: str
    cell: str | None = None
    error: str = ""
    unread: bool = False
    ended: float | None = None


@dataclass
class _Watch:
    notes: dict = field(default_factory=dict)  # what was seen of each run, by its number
    current: object = None  # IPython's account of the run that is under way


_watches = WeakKeyDictionary()


def in_grading():
    """Return whether nbgrader runs the notebook: then nothing may be otherwise than in a plain run."""
    return bool(os.environ.get("NBGRADER_EXECUTION"))


def watch(shell):
    """Note from now on what an IPython shell runs; a second call changes nothing.

    Parameters
    ----------
    shell : InteractiveShell

    Returns
    -------
    bool
        Whether it was not watched before.
    """
    if shell in _watches:
        return False
    noted = _watches[shell] = _Watch(current=_under_way(shell))

    def begins(info):
        if info.store_history:  # what a magic or a front-end runs beside the cells has no number
            noted.current = info

    def ends(result):
        if result.info.store_history and result.execution_count is not None:
            error = result.error_before_exec or result.error_in_exec
            noted.notes[result.execution_count] = {
                "cell": _cell_of(shell, result.info),
                "error": type(error).__name__ if error else "",
                "unread": result.error_before_exec is not None,
                "ended": time.time(),
                "file": _file(shell, result.info.raw_cell, result.execution_count),
            }

    shell.events.register("pre_run_cell", begins)
    shell.events.register("post_run_cell", ends)
    return True


def current_cell(shell):
    """Return the cell of the page that is being run, or None where the front-end does not tell.

    JupyterLab, Notebook and VS Code tell it. What runs a whole file, as nbgrader and nbconvert do, does not.
    """
    noted = _watches.get(shell)
    return _cell_of(shell, noted.current) if noted else None


def runs(shell):
    """Return what a shell has run, oldest first; the last is the run that is under way.

    Parameters
    ----------
    shell : InteractiveShell

    Returns
    -------
    list of CellRun
    """
    noted = _watches.get(shell) or _Watch()
    history = shell.history_manager
    found = []
    for number, (raw, text) in enumerate(zip(history.input_hist_raw, history.input_hist_parsed, strict=False)):
        if number:  # IPython counts from 1
            seen = noted.notes.get(number) or {"file": _file(shell, raw, number)}
            found.append(CellRun(number, text, **seen))
    if found and noted.current is not None and found[-1].ended is None:
        file = _file(shell, noted.current.raw_cell, found[-1].number)
        found[-1] = replace(found[-1], file=file, cell=_cell_of(shell, noted.current))
    return found


def _under_way(shell):
    """Give what is known of the run in which the watch begins, whose own event is over; None where no cell is told."""
    message = shell.get_parent() if hasattr(shell, "get_parent") else None
    metadata = message.get("metadata") if isinstance(message, dict) else None
    cell = metadata.get("cellId") if isinstance(metadata, dict) else None
    raw = shell.history_manager.input_hist_raw
    return SimpleNamespace(raw_cell=raw[-1], cell_id=cell) if cell and raw else None


def _cell_of(shell, info):
    """Give the cell of the page for a run: IPython is told of it, or, in a browser tab, the kernel's message has it."""
    told = getattr(info, "cell_id", None)
    if told is None and info is not None:
        message = getattr(getattr(shell, "kernel", None), "_parent_header", None)  # of JupyterLite's Pyodide kernel
        metadata = message.get("metadata") if isinstance(message, dict) else None
        told = metadata.get("cellId") if isinstance(metadata, dict) else None
    return told


def _file(shell, raw, number):
    """Return the name under which Python knows the code of a cell."""
    return shell.compile.get_code_name(raw, _python(shell, raw), number)


def code_of(value):
    """Return the code of a function or class that a cell may have defined, or None.

    Parameters
    ----------
    value : object
        What a check is given.
    """
    while isinstance(value, partial):
        value = value.func
    value = inspect.unwrap(value) if callable(value) else value
    if isinstance(value, type):
        own = (getattr(one, "__func__", one) for one in vars(value).values())
        value = next((one for one in own if getattr(one, "__qualname__", "").startswith(f"{value.__name__}.")), None)
    return getattr(value, "__code__", None)


@lru_cache(256)
def statements(text):
    """Return the statements of a cell that hold outside of functions and classes, or None where it cannot be read."""
    try:
        waiting = list(reversed(ast.parse(text).body))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    found = []
    while waiting:
        node = waiting.pop()
        found.append(node)
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            blocks = [getattr(node, part, []) for part in ("body", "handlers", "orelse", "finalbody")]
            waiting += reversed([child for block in blocks for child in block])
    return tuple(found)


def binds(node, name):
    """Return whether a statement gives a value to a name."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return node.name == name
    if isinstance(node, ast.Import | ast.ImportFrom):
        return any((alias.asname or alias.name.split(".")[0]) == name for alias in node.names)
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return any(isinstance(n, ast.Name) and n.id == name for target in targets if target for n in ast.walk(target))


def definition(text, name):
    """Return what a cell says of a name, so that two cells can be compared: "" where it says nothing.

    Comments, blank lines and what is only shown make no difference.
    """
    last = [node for node in statements(text) or () if binds(node, name)][-1:]
    if last and isinstance(last[0], ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return ast.dump(last[0])
    return work(text) if last else ""


def work(text):
    """Return what a cell makes, so that two cells can be compared: all but comments and expressions that are shown."""
    kept = (ast.dump(node) for node in statements(text) or () if not isinstance(node, ast.Expr))
    return "\n".join(kept)


def saved(shell, current, since):
    """Return the notebook as it was saved since a time, where it is certain that it is this one.

    Parameters
    ----------
    shell : InteractiveShell
    current : CellRun
        The run that is under way: the saved notebook has its cell.
    since : float
        The time.

    Returns
    -------
    dict or None
        From the name of each code cell to its text as Python.
    """
    place = shell.user_ns.get("__vsc_ipynb_file__") or os.environ.get("JPY_SESSION_NAME") or ""
    try:
        path = Path(place)
        about = path.stat()
        if path.suffix != ".ipynb" or about.st_size > _LARGEST or about.st_mtime <= since:
            return None
        cells = json.loads(path.read_bytes())["cells"]
        code = [cell for cell in cells if cell["cell_type"] == "code"]
        texts = {cell.get("id", str(i)): _python(shell, "".join(cell["source"])) for i, cell in enumerate(code)}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # there is none, or it is half written
        return None
    known = texts.get(current.cell)
    there = known if known is not None else next((text for text in texts.values() if _same(text, current.text)), "")
    return texts if _same(there, current.text) else None


def _python(shell, text):
    try:
        return shell.transform_cell(text)
    except Exception:  # IPython's own steps raise what they like for a text that is no Python
        return text


def _same(text, other):
    return text.strip() == other.strip()
