"""A cell, statement by statement, where one stops because this machine is not the student's.

In the student's own kernel the whole course is there, and other packages, folders and magics are. A statement that
fails here for the lack of them would have gone on there, so what stands below it in the cell is run all the same.
"""

import ast

MOST = 100  # statements of one cell that may stop
_OF_THE_MACHINE = (ImportError, OSError, EOFError)


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
        line = _line_in(error, len(text.splitlines()))
        stopped = next((node for node in body if _first(node) <= line <= node.end_lineno), None)
        if stopped is None or not self._is_the_machines(stopped, error):
            return None
        self._lost |= set(_bound(stopped))
        left = body[body.index(stopped) + 1 :]
        if not left:
            return None
        lines = text.splitlines(keepends=True)
        first = _first(left[0])
        if first == stopped.end_lineno:  # on one line, with a semicolon between
            lines[first - 1] = lines[first - 1].encode()[left[0].col_offset :].decode()
        return "".join(lines[first - 1 :])

    def _is_the_machines(self, statement, error):
        if isinstance(error, self._kinds):
            return True
        if isinstance(error, NameError) and error.name in self._lost:
            return True
        return not isinstance(error, KeyboardInterrupt | SystemExit) and any(
            isinstance(node, ast.Name) and node.id == "get_ipython" for node in ast.walk(statement)
        )


def _line_in(error, lines):
    """Return the line of the cell at which it stopped; 0 if it is not known."""
    step, found = error.__traceback__, 0
    while step:
        if step.tb_frame.f_code.co_name == "<module>" and step.tb_frame.f_globals.get("__name__") == "__main__":
            found = step.tb_lineno
        step = step.tb_next
    return found if found <= lines else 0


def _first(node):
    return min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])


def _bound(statement):
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.alias):
            yield (node.asname or node.name).partition(".")[0]
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
