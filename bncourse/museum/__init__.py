"""The bug museum: twelve bugs from code that many people read, each re-created as a small batch norm.

Every exhibit is an `Implementation`, a pair of functions:

``forward(x, gamma, beta, running_mean, running_var, momentum, eps, training)``
    gives ``y, running_mean, running_var``. `x` has the shape (batch, features), or (batch, height, width,
    channels) after a convolution; the others (features,) or (channels,). `momentum` weighs the old running
    statistic; both variances are biased. The arrays that come in are left as they are.
``backward(dout, x, gamma, eps)``
    gives ``dx, dgamma, dbeta`` for ``forward(..., training=True)``; `x` has the shape (batch, features).

`right` is how it should be, and each exhibit differs from it in one place. The stories are told in our words;
`source` says where the bug, or the discussion of it, can be read.
"""

from dataclasses import dataclass
from types import SimpleNamespace

from bncourse.museum.bugs import BUGS
from bncourse.museum.parts import implementation, written_as_one_affine_map, written_with_loops
from bncourse.museum.tour import Tour


@dataclass(frozen=True)
class Exhibit:
    """One bug of the museum.

    Parameters
    ----------
    name : str
        What a verdict calls it.
    kind : str
        "forward", "conv", "running statistics", "inference" or "backward".
    story : str
        What happened, in our words.
    source : str
        Where it can be read.
    shows : str
        How it shows.
    implementation : namespace
        With the functions `forward` and `backward`.
    """

    name: str
    kind: str
    story: str
    source: str
    shows: str
    implementation: SimpleNamespace


def right():
    """Give the right implementation.

    Returns
    -------
    namespace
        With the functions `forward` and `backward`.

    Examples
    --------
    >>> import numpy as np
    >>> one, zero = np.ones(1), np.zeros(1)
    >>> y, mean, var = right().forward(np.array([[1.0], [3.0]]), one, zero, zero, one, 0.5, 0.0, True)
    >>> y.ravel(), mean, var
    (array([-1.,  1.]), array([1.]), array([1.]))
    """
    return implementation()


def exhibits():
    """Give the twelve bugs.

    Returns
    -------
    tuple of Exhibit

    Examples
    --------
    >>> len(exhibits())
    12
    """
    return tuple(
        Exhibit(name, kind, story, source, shows, implementation(**parts))
        for name, kind, story, source, shows, parts in BUGS
    )


def tour(*kinds):
    """Show the stories of some exhibits, in the museum's order.

    Parameters
    ----------
    *kinds : str
        "forward", "conv", "running statistics", "inference" or "backward"; all, where none is named.

    Returns
    -------
    Tour

    Raises
    ------
    ValueError
        If there is no exhibit of a kind; the message lists the kinds.

    Examples
    --------
    >>> repr(tour("backward")).splitlines()[0]
    '11. the detached statistics (backward)'
    """
    known = list(dict.fromkeys(exhibit.kind for exhibit in exhibits()))
    for kind in kinds:
        if kind not in known:
            raise ValueError(f"the museum has no exhibits of the kind {kind!r}; its kinds are: {', '.join(known)}")
    return Tour(
        (f"{number}. {e.name}", e.kind, {"": e.story, "How it shows:": e.shows, "Where:": f"{e.source}."})
        for number, e in enumerate(exhibits(), start=1)
        if e.kind in (kinds or known)
    )


def right_ones():
    """Give right implementations that are written in different ways; a fair test accepts all of them.

    Returns
    -------
    tuple of namespace
        Each with the functions `forward` and `backward`.
    """
    return right(), written_with_loops(), written_as_one_affine_map()
