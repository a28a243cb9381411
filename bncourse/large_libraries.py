"""In a browser tab: the large libraries come while the first cells are read, and a cell that may need them waits."""

import asyncio
from importlib.util import find_spec

from bncourse.trouble import Trouble

# From the packages to what is imported; the course itself loads them only where they are used.
LARGE = {"scipy": "scipy", "scikit-learn": "sklearn", "mlxtend": "mlxtend"}


def attend():
    """Load the large libraries beside, and let the kernel wait for them before each cell after this one."""
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
        if coming.done() and coming.exception():
            coming = asyncio.ensure_future(large())
        await coming

    kernel._load_packages_from_imports = load
