"""In a browser tab: the large libraries come while the first cells are read, and a cell that may need them waits."""

import ast
import asyncio
from importlib.util import find_spec

from bncourse.trouble import Trouble

# From the packages to what is imported; the course itself loads them only where they are used.
LARGE = {"scipy": "scipy", "scikit-learn": "sklearn", "mlxtend": "mlxtend"}


def attend():
    """Load the large libraries beside, and let the kernel wait for them before each later cell that may need one."""
    try:
        from pyodide.ffi import to_js
        from pyodide_js import loadPackage as load_package
        from pyodide_kernel import kernel
    except ImportError:  # Pyodide without a notebook
        return
    load_imports = kernel._load_packages_from_imports

    async def large():
        await load_package(to_js(list(LARGE)))
        missing = [name for name, module in LARGE.items() if find_spec(module) is None]
        if missing:  # Pyodide tells the console alone
            raise Trouble(
                f"{' and '.join(missing)} could not be loaded: is there a connection? This cell was not run. "
                "Run it again, and the rest is loaded."
            )

    coming = asyncio.ensure_future(large())

    async def load(code):
        nonlocal coming
        await load_imports(code)
        if needs_none(code):
            return
        if coming.done() and coming.exception():
            coming = asyncio.ensure_future(large())
        await coming

    kernel._load_packages_from_imports = load


def needs_none(code):
    """Say whether a cell surely needs no large library: it defines functions, or checks them, and does nothing else.

    What a function imports is seen by the kernel itself. No check of an exercise loads one of them.

    Parameters
    ----------
    code : str

    Returns
    -------
    bool
    """
    try:
        statements = ast.parse(code).body
    except SyntaxError:  # or something that IPython alone understands
        return False
    return all(_defines(statement) or _checks(statement) for statement in statements)


def _defines(statement):
    if not isinstance(statement, ast.FunctionDef):
        return False
    ahead = [*statement.decorator_list, *statement.args.defaults, *filter(None, statement.args.kw_defaults)]
    return not any(isinstance(part, ast.Call) for each in ahead for part in ast.walk(each))


def _checks(statement):
    match statement:
        case ast.Expr(ast.Call(ast.Attribute(ast.Name("check")), arguments, keywords)):
            return all(isinstance(each, ast.Name | ast.Constant) for each in [*arguments, *(k.value for k in keywords)])
    return False
