"""An IPython for a test, which is gone afterwards."""

import atexit
from contextlib import contextmanager

from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config


@contextmanager
def one_shell():
    """Give the one shell of this process, as a kernel has it.

    IPython would clear each shell away once more when the process ends, and search all its memory for garbage for that.
    """
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance(config=Config({"HistoryManager": {"hist_file": ":memory:"}}))
    try:
        yield shell
    finally:
        shell.history_manager.end_session()
        InteractiveShell.clear_instance()
        atexit.unregister(shell.atexit_operations)
