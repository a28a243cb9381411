"""What the notebooks ask: one package a notebook, one module an exercise, found by name."""

from functools import cache
from importlib import import_module

# The notebook, and the package here whose EXERCISES it asks, in that order.
NOTEBOOKS = {
    "00-warm-up": "warm_up",
    "01-covariate-shift": "covariate_shift",
    "02-correcting-covariate-shift": "correcting_covariate_shift",
    "03-internal-covariate-shift": "internal_covariate_shift",
    "04-normalize-scale-shift": "normalize_scale_shift",
    "05-backward": "backward",
    "06-inference": "inference",
    "07-keras": "keras_usage",
    "08-why-it-works": "why_it_works",
    "09-where-it-fails": "where_it_fails",
    "10-bug-museum": "bug_museum",
    "11-at-home": "at_home",
}


@cache
def of_notebook(notebook):
    """Return the exercises of a notebook, in its order.

    Parameters
    ----------
    notebook : str
        Such as "04-normalize-scale-shift".

    Returns
    -------
    tuple of Exercise and Quiz

    Raises
    ------
    ValueError
        If there is no such notebook; the message lists those there are.
    """
    if notebook not in NOTEBOOKS:
        raise ValueError(f"There is no notebook {notebook!r}; the notebooks are: {', '.join(NOTEBOOKS)}.")
    return import_module(f"bncourse.exercises.{NOTEBOOKS[notebook]}").EXERCISES


@cache
def _by_name():
    found = {}
    for notebook in NOTEBOOKS:
        for exercise in of_notebook(notebook):
            if exercise.name in found:
                raise ValueError(f"Two exercises have the name {exercise.name!r}; rename one of them.")
            found[exercise.name] = exercise
    return found


def find(name):
    """Return the exercise with this name, or None."""
    return _by_name().get(name)


def names():
    """Return the names of all exercises, in the order of the course."""
    return list(_by_name())
