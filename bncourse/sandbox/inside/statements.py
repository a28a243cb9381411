"""A cell, statement by statement, where one stops because this machine is not the student's.

In the student's own kernel the whole course is there, and other packages, folders and magics are. A statement that
fails here for the lack of them would have gone on there, so what stands below it in the cell is run all the same.
"""

import ast
import re
import textwrap

from bncourse.sandbox.inside.syntax import DEFINITIONS, bound_names, lines_of

MOST = 100  # statements of one cell that may stop
_OF_THE_MACHINE = (ImportError, OSError, EOFError)
# They wrap a whole cell into one call; what they say of it is nothing to grading.
_WRAPPING = re.compile(r"\A(\s*)%%(?:time|capture|prun)\b[^\n]*")


def unwrapped(source):
    """Return a cell without a magic that only measures it, or keeps what it shows.

    Examples
    --------
    >>> unwrapped("%%time\\nx = 1")
    '\\nx = 1'
    """
    return _WRAPPING.sub(r"\1", source)


class Statements:
    """Tells, over all cells of a submission, which failures are this machine's, and what is left to run.

    Parameters
    ----------
    absent : type
        The exception of what the stub package does not have.
    """

    def __init__(self, absent):
        self._kinds = (absent, *_OF_THE_MACHINE)
        self._lost = set()  # names that a statement which stopped would have bound
        self._has_stopped = False  # in this cell: what fails behind it may follow from it

    def begin(self):
        """Begin with a new cell."""
        self._has_stopped = False

    def rest(self, text, error):
        """Return what is left of a cell below the statement that stopped; None where the cell ends there as well.

        Parameters
        ----------
        text : str
            The cell as Python runs it, with its magics written out.
        error : BaseException
            What stopped it.

        Returns
        -------
        str or None
        """
        try:
            body = ast.parse(text).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
        lines = lines_of(text)
        line = _line_in(error, len(lines))
        stopped = next((node for node in body if _first(node) <= line <= node.end_lineno), None)
        if stopped is None or not self._is_the_machines(stopped, error):
            return None
        self._has_stopped = True
        self._lost |= bound_names(stopped)
        left = body[body.index(stopped) + 1 :]
        below = "".join(_functions_behind(stopped, line, text))
        if left:
            first = _first(left[0])
            if first == stopped.end_lineno:  # on one line, with a semicolon between
                lines[first - 1] = lines[first - 1].encode()[left[0].col_offset :].decode()
            below += "".join(lines[first - 1 :])
        return below or None

    def _is_the_machines(self, statement, error):
        if isinstance(error, KeyboardInterrupt | SystemExit):
            return False
        if isinstance(error, self._kinds) or self._has_stopped:
            return True
        if isinstance(error, NameError) and error.name in self._lost:
            return True
        return any(isinstance(node, ast.Name) and node.id == "get_ipython" for node in ast.walk(statement))


def _line_in(error, lines):
    """Return the line of the cell at which it stopped; 0 if it is not known.

    The cell is the outermost of the frames in its name space; a magic and ``exec`` have others below it.
    """
    step = error.__traceback__
    while step:
        if step.tb_frame.f_code.co_name == "<module>" and step.tb_frame.f_globals.get("__name__") == "__main__":
            return step.tb_lineno if step.tb_lineno <= lines else 0
        step = step.tb_next
    return 0


def _first(node):
    return min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])


def _functions_behind(block, line, text):
    """Yield the functions and classes of a block that stand below the line at which it stopped, as texts."""
    lines = lines_of(text)
    for name in ("body", "orelse", "finalbody"):
        for node in getattr(block, name, ()) if not isinstance(block, DEFINITIONS) else ():
            if isinstance(node, DEFINITIONS) and _first(node) > line:
                yield textwrap.dedent("".join(lines[_first(node) - 1 : node.end_lineno])).rstrip("\n") + "\n"
