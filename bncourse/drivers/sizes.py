"""How much a value may hold: a test that has its results stored holds many numbers, in whatever form."""

import math

CHARACTERS_A_NUMBER = 25  # of a text that somebody packed numbers into, at the most


def size_of(value):
    """Return how many numbers a value may hold: a text counts as what could be packed into it.

    Examples
    --------
    >>> size_of([[1.0], [2.0, 3.0]]), size_of("a name"), size_of(2.0)
    (3, 0, 0)
    """
    if isinstance(value, str | bytes | bytearray | memoryview):
        return len(value) // CHARACTERS_A_NUMBER
    if isinstance(value, list | tuple | set | frozenset):
        return sum(max(size_of(item), 1) for item in value)
    if isinstance(value, dict):
        return sum(max(size_of(item), 1) for item in value.values())
    axes = getattr(value, "ndim", 0)  # of an array of any library; a module may have something else under this name
    return math.prod(value.shape) if isinstance(axes, int) and axes else 0
