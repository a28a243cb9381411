"""Which names of a submission hang on what this machine lacks, so that what fails through them is not the student's."""

import ast
from importlib.util import find_spec

from bncourse.sandbox.inside.syntax import DEFINITIONS, bound_names, imported_names

# What they give is another thing on each machine, or nothing at all behind the walls.
OF_THE_MACHINE = {
    *("IPython", "argparse", "asyncio", "bncourse", "curses", "getpass", "glob", "google", "importlib", "ipykernel"),
    *("ipywidgets", "locale", "multiprocessing", "os", "pathlib", "pkgutil", "platform", "psutil", "pwd", "resource"),
    *("shutil", "socket", "subprocess", "sys", "sysconfig", "tempfile", "tkinter", "turtle", "urllib", "webbrowser"),
}
_IN_EVERY_NOTEBOOK = {"get_ipython", "In", "Out", "display", "input", "__file__", "_ih", "_oh", "_dh"}
_IN_EVERY_NOTEBOOK |= {"_", "__", "___", "_i", "_ii", *(f"_{number}" for number in range(1, 500))}  # what it gave


class Lacks:
    """Follows the cells of a submission, and knows which names hang on the machine.

    A name hangs on it that is imported from what is another thing on each machine, or is not installed here; that a
    statement would have bound that stopped; and that is bound by a statement that uses such a name.
    """

    def __init__(self):
        self._names = set(_IN_EVERY_NOTEBOOK)
        self._modules = set()
        self.knows_all_names = True  # but for a star import of what is not here

    def add(self, names):
        """Note names that hang on the machine."""
        self._names |= set(names)

    def stopped(self, statement):
        """Note a statement that stopped: what it would have bound, and what it would have changed."""
        self._names |= bound_names(statement) | (_changed_names(statement) - self._modules)

    def follow(self, body):
        """Read statements that have run.

        Parameters
        ----------
        body : list of ast.stmt
        """
        for statement in body:
            self._modules |= imported_names(statement)
            if self.concern(statement):
                self.knows_all_names &= "*" not in imported_names(statement)
                self._names |= bound_names(statement)
            elif isinstance(statement, ast.Assign) and all(isinstance(each, ast.Name) for each in statement.targets):
                self._names -= {each.id for each in statement.targets}
            elif isinstance(statement, DEFINITIONS):
                self._names.discard(statement.name)

    def concern(self, statement):
        """Return whether a statement uses what hangs on the machine, as a bool."""
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in self._names:
                return True
            if isinstance(node, ast.Import | ast.ImportFrom) and any(map(_is_not_the_same_everywhere, _modules(node))):
                return True
        return False


def _changed_names(statement):
    """Return the names whose things a statement may change: ``a.append(...)``, ``a[0] = ...``, ``a.b = ...``."""
    found = set()
    for node in ast.walk(statement):
        is_stored = isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load)
        if is_stored or (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            root = node if is_stored else node.func
            while isinstance(root, ast.Attribute | ast.Subscript):
                root = root.value
            if isinstance(root, ast.Name):
                found.add(root.id)
    return found


def _modules(node):
    names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
    return {name.partition(".")[0] for name in names}


def _is_not_the_same_everywhere(name):
    if name in OF_THE_MACHINE:
        return True
    try:
        return find_spec(name) is None
    except (ImportError, ValueError, AttributeError):
        return True
