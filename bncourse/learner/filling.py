"""Choices of a quiz are written into the cell of its answer when that cell is run.

JupyterLab and Notebook put the text that a kernel sends as "the next input" in place of the cell that was run. That
would be dangerous for what somebody wrote. So the cell has to be the answer and nothing else, only the values of the
questions that were chosen change, a value that was written by hand since wins, and one Ctrl+Z takes it back.
The text is run too, so that the kernel and the page hold the same.
"""

import ast
import io
import re
import textwrap
import tokenize
from weakref import WeakSet

from bncourse.learner import cells, elsewhere
from bncourse.templates import inline

_waiting = {}  # by the name of the quiz: what was chosen, and is not in the cell yet
_attended = WeakSet()
_TO_WRITE = "# YOUR CODE HERE"
UNANSWERED = ("", "...")


class Waiting:
    """What was chosen since the answer's cell was last seen.

    Parameters
    ----------
    quiz : Quiz
    seen : mapping
        The answers that the cell had then.
    whole : callable
        ``whole(chosen)`` gives the text of a cell with these answers.
    """

    def __init__(self, quiz, seen, whole):
        self.quiz, self.seen, self.whole = quiz, dict(seen), whole
        self.chosen = {}


def wait(shell, waiting):
    """Write these choices into the cell of the answer when it is run next.

    Parameters
    ----------
    shell : InteractiveShell or None
    waiting : Waiting
        In place of the one before for the same quiz.
    """
    _waiting[waiting.quiz.name] = waiting
    if shell is None or shell in _attended or not hasattr(shell, "set_next_input"):
        return
    _attended.add(shell)
    shell.events.register("post_run_cell", lambda result: _has_run(shell, result))


def filled(text, waiting):
    """Put choices into the text of an answer's cell.

    Parameters
    ----------
    text : str
        The cell, as it was written.
    waiting : Waiting

    Returns
    -------
    str or None
        None where the cell is not the answer alone, or not a dictionary of plain values: nothing is to change there.
    """
    answer = _answer(text, waiting.quiz.name)
    if answer is None:
        return None
    body = answer.body[1:] if ast.get_docstring(answer) is not None else answer.body
    if len(body) == 1 and isinstance(body[0], ast.Raise):
        untouched = _is_released(text, waiting.quiz) and "NotImplementedError" in ast.unparse(body[0])
        return waiting.whole(waiting.chosen) if untouched else None
    given = [node for node in ast.walk(answer) if isinstance(node, ast.Return)]
    if len(given) != 1 or given[0] not in body or not isinstance(given[0].value, ast.Dict):
        return None
    return _changed(text, given[0].value, waiting)


def _answer(text, name):
    """Return the function of a cell that holds this function and nothing else; None for other cells."""
    try:
        found = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    alone = len(found) == 1 and isinstance(found[0], ast.FunctionDef) and found[0].name == name
    return found[0] if alone and not found[0].decorator_list else None


def _is_released(text, quiz):
    """Return whether the comments of a cell are those of the release: the questions, without any answer."""
    comments = [
        part.string for part in tokenize.generate_tokens(io.StringIO(text).readline) if part.type == tokenize.COMMENT
    ]
    comments = [line for line in comments if not line.startswith(_TO_WRITE)]
    if not comments:
        return True
    try:
        answer = ast.parse(textwrap.dedent("\n".join(line[1:] for line in comments))).body
        values = ast.literal_eval(answer[0].value)
    except (SyntaxError, ValueError, AttributeError):
        return False
    known = {question.key for question in quiz.questions}
    return len(answer) == 1 and set(values) == known and all(map(_is_open, values.values()))


def _changed(text, dictionary, waiting):
    keys = [getattr(key, "value", None) for key in dictionary.keys]
    if None in keys or len(set(keys)) < len(keys) or not set(waiting.chosen) <= set(keys):
        return None
    lines = text.encode().splitlines(keepends=True)  # Python counts columns in bytes
    for key, node in reversed(list(zip(keys, dictionary.values, strict=True))):
        if key not in waiting.chosen:
            continue
        if not isinstance(node, ast.Constant):
            return None
        before = waiting.seen.get(key, ...)
        same = type(node.value) is type(before) and node.value == before
        if same or (_is_open(node.value) and _is_open(before)):  # else it was written by hand since
            if node.lineno != node.end_lineno:
                return None
            line = lines[node.lineno - 1]
            value = written(waiting.chosen[key]).encode()
            lines[node.lineno - 1] = line[: node.col_offset] + value + line[node.end_col_offset :]
    return b"".join(lines).decode()


def _is_open(value):
    return value is None or value is ... or (isinstance(value, str) and value in UNANSWERED)


def _has_run(shell, result):
    """Look at a cell that was run: is it an answer for which something was chosen?"""
    raw, cell = result.info.raw_cell, getattr(result.info, "cell_id", None)
    if not result.info.store_history or not result.success or cell is None or cells.in_grading():
        return
    if elsewhere.place() or "__vsc_ipynb_file__" in shell.user_ns:  # not tried on Colab, Kaggle and in VS Code
        return
    for name, waiting in list(_waiting.items()):
        if waiting.chosen and re.search(rf"^def {re.escape(name)}\b", raw, re.MULTILINE):
            text = filled(raw, waiting)
            chosen, waiting.chosen = waiting.chosen, {}
            if text is None:
                _say("This cell holds more than the answer, so your choices were not written here: copy their text.")
            elif text != raw:
                shell.set_next_input(text, replace=True)
                shell.run_cell(text, store_history=True, cell_id=cell)
                waiting.seen |= chosen
                _say("Your choices are in this cell now; Ctrl+Z in it takes them out. Next, run the check.")


def _say(sentence):
    from IPython.display import display

    small = inline("<small>{{ sentence }}</small>", sentence=sentence)
    display({"text/plain": sentence, "text/html": small}, raw=True)


def written(value):
    """Return an answer as it stands in a cell.

    Parameters
    ----------
    value : object

    Returns
    -------
    str
    """
    return "..." if value is ... else f'"{value}"' if isinstance(value, str) else repr(value)
