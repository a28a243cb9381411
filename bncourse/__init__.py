"""A course on batch normalization, and the package its notebooks stand on.

The course is a straight street: a *reference* function says what is true; an *exercise* asks for it,
knows the wrong answers people give, and says which one it sees; a notebook asks the exercise.

What a learner imports
----------------------
``check``
    ``check.normalize(normalize)`` judges an answer; ``check.hint("normalize")`` gives the next hint;
    ``check.case("normalize")`` returns the inputs on which the answer failed.
``reference``
    The true functions, in plain NumPy, one step of batch norm each.
``predict``, ``outcome``
    Commit to a guess before a run, and see it beside what was measured.
``progress``, ``recall``, ``ask``
    What is done, not yet right, and not started; questions to recall what was taught, and quick ones in between.
``data``, ``network``, ``experiments``, ``figures``
    Real data that ships in packages; a small NumPy network; runs that measure; figures that describe themselves.

What the rest of the package is
-------------------------------
``checking`` is the engine of the checks (it knows no batch norm), ``exercises`` what is asked in each
notebook, ``grading`` what an instructor needs, ``cli`` the ``bncourse`` command.

Importing ``bncourse`` loads NumPy and nothing heavier: each part above is loaded when it is first used.
"""

import logging
import os
import sys
from importlib import import_module

__version__ = "0.1.0"

# These take effect only if they are set before the library in question is loaded, hence before NumPy here.
# One thread: on small matrices more threads cost more than they give, and two kernels then do not fight.
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

if sys.platform == "emscripten":  # a browser's tab: Matplotlib makes its list of fonts there, and says so in red
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)

import numpy as _np  # noqa: E402, F401 - after the variables above

_MODULES = {"check", "data", "experiments", "figures", "network", "reference", "waiting"}
_FUNCTIONS = {
    "ask": "learner.recall",
    "outcome": "learner.guess",
    "predict": "learner.guess",
    "progress": "learner.progress",
    "recall": "learner.recall",
}

__all__ = sorted(_MODULES | set(_FUNCTIONS))


if sys.platform == "emscripten":
    from bncourse import large_libraries as _large_libraries

    _large_libraries.attend()


def __getattr__(name):
    if name in _FUNCTIONS:
        return getattr(import_module(f"bncourse.{_FUNCTIONS[name]}"), name)
    if name in _MODULES:
        return import_module(f"bncourse.{name}")
    raise AttributeError(f"bncourse has no part named {name!r}; it has {', '.join(__all__)}")


def __dir__():
    return [*__all__, "__version__"]
