"""Keras on JAX without scikit-learn: that takes as much memory as Keras itself, in each process that imports it.

Keras imports it, where it is installed, for three wrappers of its models (``keras.wrappers``). Here these are imported
when somebody asks for them, and then they are as anywhere else.
"""

import contextlib
import importlib
import os
import sys

_WRAPPERS = "wrappers"


def import_keras(without=()):
    """Import Keras, where it is not there yet and runs on JAX; what cannot be imported is left to who needs it.

    Parameters
    ----------
    without : collection of str
        Other packages that Keras imports if they are there, and has to do without in this process.
    """
    if "keras" in sys.modules or os.environ.get("KERAS_BACKEND") != "jax":
        return
    hidden = {"sklearn", *without} - set(sys.modules)
    sys.modules.update(dict.fromkeys(hidden))  # None there is a module that cannot be imported
    try:
        with contextlib.suppress(ImportError):
            importlib.import_module("keras")
    finally:
        for name in hidden:
            del sys.modules[name]
    if "sklearn" in hidden:
        _import_later()


def _import_later():
    """Forget the wrappers, which found no scikit-learn, so that they are imported once more when they are wanted."""
    for name in [name for name in sys.modules if name.startswith("keras.") and _WRAPPERS in name.split(".")]:
        del sys.modules[name]
    for package in [module for name, module in sys.modules.items() if name.partition(".")[0] == "keras"]:
        if getattr(vars(package).get(_WRAPPERS), "__name__", "") == f"{package.__name__}.{_WRAPPERS}":
            delattr(package, _WRAPPERS)
            package.__getattr__ = _finder(package)


def _finder(package):
    def find(name):
        if name != _WRAPPERS:
            raise AttributeError(f"module {package.__name__!r} has no attribute {name!r}")
        return importlib.import_module(f"{package.__name__}.{name}")

    return find
