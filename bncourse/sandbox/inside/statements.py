"""A cell, statement by statement, where one stops because this machine is not the student's.

In the student's own kernel the whole course is there, and other packages, folders and magics are. A statement that
fails here for the lack of them would have gone on there, so what stands below it in the cell is run all the same.
"""

import ast
import re

from bncourse.sandbox.inside.lacks import Lacks
from bncourse.sandbox.inside.syntax import DEFINITIONS, definitions_of, first_line, lines_of

MOST = 100  # statements of one cell that may stop
_OF_THE_MACHINE = (ImportError, OSError, EOFError, MemoryError)
# They wrap a whole cell into one call; what they say of it is nothing to grading.
_WRAPPING = re.compile(r"\A(\s*)%%(?:time|capture|prun)\b[^\n]*")
_KEEPS_IN = re.compile(r"\A\s*%%capture\b[^\n]*?[ \t]([^\W\d]\w*)[ \t]*(?:\n|\Z)")
_GO_ON = (ast.If, ast.With, ast.Try)  # below a stop in them the rest of the block is run; a loop is left


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
        self._lacks = Lacks()
        self._has_stopped = False  # in this cell: what fails behind it may follow from it

    def begin(self, source):
        """Begin with a new cell.

        Parameters
        ----------
        source : str
            Its text, as the student wrote it.
        """
        self._has_stopped = False
        if keeps := _KEEPS_IN.match(source):
            self._lacks.add(keeps.groups())

    def went_well(self, text):
        """Note what a cell, or the rest of one, has bound that ran to its end."""
        try:
            self._lacks.follow(ast.parse(text).body)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return

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
        stopped = next((node for node in body if first_line(node) <= line <= node.end_lineno), None)
        if stopped is None:
            return None
        at = body.index(stopped)
        if isinstance(error, KeyboardInterrupt):  # its time is over: what it defines takes none
            return definitions_of(body[at + 1 :], text) or None
        self._lacks.follow(body[:at])
        if not self._is_the_machines(stopped, error):
            return None
        self._has_stopped = True
        self._lacks.stopped(stopped)
        left = body[at + 1 :]
        below = "".join(_left_in(stopped, line, text))
        if left:
            first = first_line(left[0])
            if first == stopped.end_lineno:  # on one line, with a semicolon between
                lines[first - 1] = lines[first - 1].encode()[left[0].col_offset :].decode()
            below += "".join(lines[first - 1 :])
        return below or None

    def _is_the_machines(self, statement, error):
        if isinstance(error, SystemExit):
            return False
        if self._has_stopped or any(isinstance(each, self._kinds) for each in _chain(error)):
            return True
        if isinstance(error, NameError) and not self._lacks.knows_all_names:
            return True
        return self._lacks.concern(statement)


def _chain(error):
    """Yield an error, and those from which it came, as far as they are told."""
    seen = []
    while error is not None and error not in seen and len(seen) < MOST:
        yield error
        seen.append(error)
        error = error.__cause__ or error.__context__


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


def _left_in(block, line, text):
    """Yield what a block still has below the line at which it stopped, as texts.

    Where it stopped at its head nobody knows what it would have run, and in a loop how often: what it defines is kept.
    """
    if isinstance(block, ast.FunctionDef):  # at a decorator, an annotation: the function is there without it
        yield _bare(block)
    if isinstance(block, DEFINITIONS):
        return
    parts = [getattr(block, name, ()) for name in ("body", "orelse", "finalbody")]
    for inner in parts:
        for at, node in enumerate(inner):
            if first_line(node) <= line <= node.end_lineno:
                yield from _left_in(node, line, text)
                yield from _behind(inner[at + 1 :], text, None if isinstance(block, _GO_ON) else DEFINITIONS)
                return
    if isinstance(block, ast.With):  # its body would have been run in any case
        yield from _behind(block.body, text)
        return
    for inner in parts:
        yield from _behind([node for node in inner if first_line(node) > line], text, DEFINITIONS)


def _behind(nodes, text, only=None):
    """Yield statements as texts of their own; those of some kinds, where they are named."""
    for node in nodes:
        if only is None or isinstance(node, only):
            yield _alone(node, first_line(node), text)


def _bare(function):
    """Return a function without decorators and annotations, as a text."""
    function.decorator_list, function.returns = [], None
    for node in ast.walk(function.args):
        if isinstance(node, ast.arg):
            node.annotation = None
    return ast.unparse(function) + "\n"


def _alone(node, first, text):
    """Return a statement from one of its lines on, as a text that runs alone, with its lines as they are."""
    lines = lines_of(text)[first - 1 : node.end_lineno]
    if first == node.lineno and node.col_offset:  # another statement may stand before it in its line
        lines[0] = " " * node.col_offset + lines[0].encode()[node.col_offset :].decode()
    own = "".join(lines).rstrip("\n") + "\n"
    return f"if True:\n{own}" if node.col_offset else own
