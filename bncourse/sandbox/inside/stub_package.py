"""The stub package: ``bncourse`` as a submission sees it while it is graded.

Inside a session this file stands in the place of the package's own ``__init__``. The true functions, the
checks and the experiments are not there: importing them works, so that the first cell of a notebook runs, and
using one says what it is.
"""

import importlib.abc
import importlib.machinery
import os
import sys
import types

__version__ = "in a grading session"

for _variable, _value in {
    "KERAS_BACKEND": "jax",
    "JAX_PLATFORMS": "cpu",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}.items():
    os.environ.setdefault(_variable, _value)


class NotInGrading(RuntimeError):
    """Something of the course that is not there while a notebook is graded."""


class _Absent:
    def __init__(self, name):
        self.__name__ = name

    def __getattr__(self, name):
        if name.startswith("_"):  # IPython and others ask what an object can do
            raise AttributeError(name)
        return _Absent(f"{self.__name__}.{name}")

    def __call__(self, *arguments, **options):
        raise NotInGrading(
            f"{self.__name__} is not there while a notebook is graded: an answer stands on its own. "
            "Cells that only demonstrate may stop here; that costs no points."
        )


class _Quiet(_Absent):
    """What a check or a prediction gives: nothing to look at, and nothing to compute with."""

    def __init__(self, name="what a check gives"):
        super().__init__(name)

    def __repr__(self):
        return "None"

    def __bool__(self):
        return False

    def _ipython_display_(self):
        """Show nothing, as None does at the end of a cell."""

    def _is_used(self, *others):
        self()  # says what is not there

    __getitem__ = __iter__ = __len__ = __float__ = __int__ = __index__ = __array__ = __enter__ = __exit__ = _is_used
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __add__ = __radd__ = __sub__ = __rsub__ = _is_used
    __mul__ = __rmul__ = __truediv__ = __rtruediv__ = __neg__ = __abs__ = __round__ = __format__ = _is_used
    __hash__ = object.__hash__


class _Stub(types.ModuleType):
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return _Absent(f"{self.__name__}.{name}")


class _Check(types.ModuleType):
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        if name in ("hint", "solution", "solutions_off"):
            return _nothing
        return _own if name == "yours" else _quiet


def _own(name):
    """Return the learner's own function: an experiment uses it here, whatever it is."""
    return sys._getframe(1).f_globals.get(name, _quiet)


class _Stubs(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives a stub for each part of the course that is not in a session."""

    def find_spec(self, name, path=None, target=None):
        if name.startswith("bncourse."):
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        return (_Check if spec.name == "bncourse.check" else _Stub)(spec.name)

    def exec_module(self, module):
        module.__path__ = []


def _quiet(*arguments, **options):
    """Do nothing: predictions and checks are for the learner, and the checks that count run outside."""
    return _Quiet()


def _nothing(*arguments, **options):
    """Do nothing, and give nothing, as at home."""


predict = outcome = progress = recall = ask = _quiet
if __name__ == "bncourse":  # and not where this file is looked at as what it is
    sys.meta_path.append(_Stubs())


def __getattr__(name):
    if name.startswith("__") or __name__ != "bncourse":
        raise AttributeError(name)
    return importlib.import_module(f"bncourse.{name}")
