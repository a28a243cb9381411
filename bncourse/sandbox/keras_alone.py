"""Imported where a judge needs Keras: Keras without what it loads only if it happens to be installed.

A judge makes models of Keras's own layers and hands them arrays. So it never asks Keras for tables of pandas, pictures,
notebooks or the network; these and scikit-learn take more memory than Keras itself.
"""

import contextlib
import ctypes
import sys

import bncourse  # noqa: F401 - tells Keras on what to compute
from bncourse.sandbox.inside.keras_import import import_keras
from bncourse.sandbox.inside.lowering import share_context

_M_ARENA_MAX = -8

with contextlib.suppress(AttributeError, OSError, TypeError):  # other systems than Linux with glibc
    ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)  # the threads of JAX keep no memory of their own

import_keras(without=("IPython", "matplotlib", "pandas", "requests"))
if "jax" in sys.modules:
    share_context()
