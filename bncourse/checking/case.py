"""One call that a check makes."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Case:
    """One call that a check makes: what it is about, in words, and its arguments.

    Parameters
    ----------
    label : str
        What the case is about, such as "7 examples with 5 features, eps 0.1".
    arguments : tuple
        Passed by position, in the order of the task's signature: arrays and plain values.
    options : dict
        Passed by name.
    part : str, optional
        The part of the exercise that this case belongs to; parts earn their share of the points alone.
    """

    label: str
    arguments: tuple = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    part: str = ""

    def copy(self):
        """Return the arguments and options afresh, so that nobody can change this case."""
        options = {name: _copied(value) for name, value in self.options.items()}
        return tuple(map(_copied, self.arguments)), options


def _copied(value):
    # a diagnosis copies hundreds of times; NumPy's own copy takes a third of the time, and keeps the order in memory
    return value.copy(order="K") if type(value) is np.ndarray else copy.deepcopy(value)
