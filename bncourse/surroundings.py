"""Where code runs: whether somebody is at the cell, and what an answer uses that is not there in grading.

An answer stands on its own in grading: the course's reference functions, experiments and bugs are not there, nor is
anything that was made with them. What a notebook says must hold there too, so a check asks here before it is green.
"""

import ast
import contextlib
import dis
import inspect
import io
import os
import sys
import types
import warnings
from functools import lru_cache

COURSE = "bncourse"
# These parts are there in grading too.
THERE = {"backend", "data", "losses", "packaged_files", "time_limit", "trouble", "tuned_model"}
_DEEPEST = 3
_MOST = 50  # of a list or dictionary, so many are looked at


def is_live():
    """Return whether somebody works at the cell that is run, in JupyterLab, Notebook or VS Code.

    These tell the kernel which cell it is; what runs a whole file, as nbgrader and nbconvert do, does not.
    """
    try:
        shell = get_ipython()
        # in a browser tab the kernel alone knows
        parent = shell.get_parent() if hasattr(shell, "get_parent") else shell.kernel.get_parent()
    except (NameError, AttributeError):  # a script, or IPython in a terminal
        return False
    return not os.environ.get("NBGRADER_EXECUTION") and bool((parent.get("metadata") or {}).get("cellId"))


def not_in_grading(learners, name="", cells=()):
    """Say what an answer uses that is not there while a notebook is graded.

    Parameters
    ----------
    learners : object
        The function, class or value.
    name : str
        The name that it has in the notebook.
    cells : sequence of str
        The cells that were run before, in their order: they tell what was made with the course's own parts.

    Returns
    -------
    str
        A name, such as "reference" or "table", or "".
    """
    made = _made_with_the_course(tuple(cells))
    if _is_of_the_course(learners) or (not callable(learners) and name in made):
        return name
    seen, waiting = set(), list(_functions(learners))
    while waiting:
        function = waiting.pop()
        if id(function) in seen:
            continue
        seen.add(id(function))
        for used, value, of_the_notebook in _used(function):
            if _absent(used) or (of_the_notebook and used in made) or _is_of_the_course(value):
                return used
            waiting += _functions(value)
    return ""


def called_of_the_course(function, calls):
    """Run a function once more and say what it calls that is not there while a notebook is graded.

    However it comes to it: by an import in disguise, an attribute, an object, a decorator.

    Parameters
    ----------
    function : callable
    calls : list of tuple
        Arguments and options of each call.

    Returns
    -------
    str
        Such as "bncourse.reference.moments.batch_mean", or "".
    """
    found = []

    def profile(frame, event, argument):
        module = frame.f_globals.get("__name__", "")
        if event == "call" and not found and isinstance(module, str) and _absent(module):
            found.append(f"{module}.{frame.f_code.co_name}")

    before = sys.getprofile()
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")  # the check has shown them before
        for arguments, options in calls:
            sys.setprofile(profile)
            try:
                function(*arguments, **options)
            except Exception:  # what is wrong with it was told before
                continue
            finally:
                sys.setprofile(before)
    return found[0] if found else ""


def _functions(value):
    """Return the functions in a value that a learner wrote, what is wrapped around one and what is within."""
    within = inspect.unwrap(value) if callable(value) else value
    if within is not value and isinstance(value, types.FunctionType):
        return [*_functions_of(value), *_functions_of(within)]
    return _functions_of(within)


def _functions_of(value):
    if isinstance(value, types.FunctionType):
        return [] if _module(value).split(".")[0] == COURSE else [value]  # the course's own are judged by their name
    if isinstance(value, type) and _module(value) in ("__main__", "builtins"):
        return [one for one in vars(value).values() if isinstance(one, types.FunctionType)]
    return []


def _used(function):
    """Yield each name from outside that a function uses, its value if it has one, and whether it is the notebook's."""
    around = function.__globals__
    codes = [function.__code__]
    while codes:
        code = codes.pop()
        codes += [constant for constant in code.co_consts if inspect.iscode(constant)]
        for step in dis.get_instructions(code):
            if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
                yield step.argval, around.get(step.argval), True
            elif step.opname == "IMPORT_NAME":
                yield step.argval, None, False
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            yield name, cell.cell_contents, False
        except ValueError:  # the name has no value yet
            continue
    for parameter in inspect.signature(function).parameters.values():
        if parameter.default is not parameter.empty:
            yield parameter.name, parameter.default, False


def _is_of_the_course(value, depth=0):
    """Return whether a value is a part of the course, or holds one."""
    value = getattr(value, "func", value)  # of a partial
    if isinstance(value, types.ModuleType):
        return _absent(value.__name__)
    if _absent(_module(value)) or _absent(type(value).__module__):
        return True
    if depth < _DEEPEST:
        if isinstance(value, types.SimpleNamespace):
            value = vars(value)
        if isinstance(value, dict):
            value = list(value.values())
        if isinstance(value, list | tuple | set):
            return any(_is_of_the_course(one, depth + 1) for one in list(value)[:_MOST])
    return False


def _absent(name):
    """Return whether a module of this name is not there while a notebook is graded."""
    first, _, rest = name.partition(".")
    return first == COURSE and rest.split(".")[0] not in THERE


def _module(value):
    found = getattr(value, "__module__", "")
    return found if isinstance(found, str) else ""


@lru_cache(4)
def _made_with_the_course(cells):
    """Return the names that hold something of the course after these cells, or something made with it."""
    made = set()
    for cell in cells:
        for node in _statements(cell):
            bound = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                made.discard(node.name)  # what it uses is looked at where it is called
                continue
            if isinstance(node, ast.Import | ast.ImportFrom):
                within = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
                for alias in node.names:
                    name = (alias.asname or alias.name).split(".")[0]
                    (made.add if _absent(within + alias.name) else made.discard)(name)
                continue
            # what is put into a part of something, such as an attribute, is in that thing
            into = {_base(t) for t in getattr(node, "targets", ()) if isinstance(t, ast.Attribute | ast.Subscript)}
            used = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
            if used & made:
                made |= bound | (into - {""})
            elif isinstance(node, ast.Assign):
                made -= bound
    return frozenset(made)


def _base(target):
    while isinstance(target, ast.Attribute | ast.Subscript):
        target = target.value
    return target.id if isinstance(target, ast.Name) else ""


@lru_cache(1024)
def _statements(cell):
    lines = ["pass" if line.lstrip().startswith(("%", "!", "?")) else line for line in cell.splitlines()]
    try:
        return tuple(ast.parse("\n".join(lines)).body)
    except (SyntaxError, ValueError):
        return ()
