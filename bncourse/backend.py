"""Keras, on the backend that this course runs on: loaded when asked for, and checked first."""

import logging
import os
import sys
from importlib import import_module, metadata
from importlib.util import find_spec

from bncourse.trouble import Trouble

# Keras also has a "numpy" backend, which cannot train, and "openvino", which only predicts.
TRAINING_BACKENDS = ("jax", "tensorflow", "torch")
_IN_A_BROWSER = (
    "Keras does not run in a browser. What needs it waits until the course is installed on a computer; the "
    "exercises of this notebook that compute with numbers alone can be answered and checked here."
)


class KerasElsewhere:
    """What stands under the names of Keras's modules in a browser: whatever is taken from it says so."""

    def __getattr__(self, name):
        if name.startswith("_"):  # what a notebook looks for in every object
            raise AttributeError(name)
        raise Trouble(_IN_A_BROWSER)


def require_keras():
    """Return the ``keras`` module, on the backend that the variable KERAS_BACKEND names (here: jax).

    Returns
    -------
    module
        ``keras``, loaded.

    Raises
    ------
    Trouble
        If Keras or the package of its backend is missing, if the variable names no backend that can train,
        or if Keras is already loaded on another one. The message says what to do.
    """
    if sys.platform == "emscripten":
        _name_what_is_elsewhere()
        raise Trouble(_IN_A_BROWSER)
    wanted = os.environ.get("KERAS_BACKEND", "jax")
    trouble = backend_trouble(wanted)
    if trouble:
        raise Trouble(trouble)
    already_loaded = "keras" in sys.modules
    try:
        keras = import_module("keras")
    except ImportError as error:
        raise Trouble(
            f"Keras is installed, but did not load: {error}. "
            f"Install it again: {pip_install('--force-reinstall', 'keras', wanted)}"
        ) from error
    running = keras.config.backend()
    if running != wanted:
        when = "was loaded before bncourse, and " if already_loaded else ""
        raise Trouble(
            f"Keras {when}runs on {running}, but KERAS_BACKEND says {wanted}. Keras chooses its backend "
            "once, when it is first imported. Restart the kernel, and import bncourse before keras."
        )
    if running == "tensorflow":
        # it warns that many small models cost time; the experiments make them on purpose
        logging.getLogger("tensorflow").setLevel(logging.ERROR)
    return keras


def _name_what_is_elsewhere():
    """Give a notebook the names of its imports, so that a later cell says why it stops."""
    from IPython import get_ipython

    shell = get_ipython()
    if shell is not None:
        for name in ("keras", "layers", "ops"):
            shell.user_ns.setdefault(name, KerasElsewhere())


def backend_trouble(wanted):
    """Say what is wrong with Keras on this backend and how to mend it, or "" if it can be loaded.

    Nothing is imported, so this is quick.

    Parameters
    ----------
    wanted : str
        The value of the variable KERAS_BACKEND.

    Returns
    -------
    str
        One or two sentences, or "".
    """
    if find_spec("keras") is None:
        return f"Keras is not installed. Install it: {pip_install('keras', 'jax')}"
    if wanted not in TRAINING_BACKENDS:
        return (
            f"KERAS_BACKEND is {wanted!r}; backends that can train are {', '.join(TRAINING_BACKENDS)}. "
            "Remove the variable (the course then uses jax), or set it to one of these before Python starts."
        )
    if find_spec(wanted) is None:
        otherwise = "" if wanted == "jax" else ", or remove the variable (the course then uses jax)"
        return (
            f"KERAS_BACKEND names {wanted}, and {wanted} is not installed. Install it{otherwise}: {pip_install(wanted)}"
        )
    return ""


def pip_install(*packages):
    """Return the command that installs packages for the Python that is running.

    Examples
    --------
    >>> command = pip_install("keras")
    >>> "pip install" in command and command.endswith(" keras")
    True
    """
    words = [f'"{word}"' if set(word) & set("<>=[], ") else word for word in packages]
    python = f'"{sys.executable}"' if " " in sys.executable else sys.executable
    try:
        metadata.version("pip")
    except metadata.PackageNotFoundError:  # an environment that uv made
        return f"uv pip install --python {python} {' '.join(words)}"
    return f"{python} -m pip install {' '.join(words)}"
