"""The bug museum: twelve exhibits from other people's code and texts, each re-created as a small batch norm.

Every exhibit is an `Implementation`, a pair of functions:

``forward(x, gamma, beta, running_mean, running_var, momentum, eps, training)``
    gives ``y, running_mean, running_var``. `x` has the shape (batch, features), or (batch, height, width,
    channels) after a convolution; the others (features,) or (channels,). `momentum` weighs the old running
    statistic; both variances are biased. The arrays that come in are left as they are.
``backward(dout, x, gamma, eps)``
    gives ``dx, dgamma, dbeta`` for ``forward(..., training=True)``; `x` has the shape (batch, features).

`right` is how it should be here, and each exhibit differs from it in one place. Not all of them are bugs: `standing`
says whether its authors corrected it or do it knowingly. The stories are told in our words; `sources` say where they
can be read, and `read` when we read them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace

from bncourse.museum.bugs import BUGS, READ
from bncourse.museum.parts import (
    RIGHT_PARTS,
    implementation,
    line_of,
    written_as_one_affine_map,
    written_with_loops,
)
from bncourse.museum.sources import Source
from bncourse.museum.tour import Code, Tour


@dataclass(frozen=True)
class Exhibit:
    """One exhibit of the museum.

    Parameters
    ----------
    name : str
        What a verdict calls it.
    kind : str
        "forward", "conv", "running statistics", "inference" or "backward".
    standing : str
        "a bug", "a choice", "unanswered" or "put together"; `bncourse.museum.bugs.STANDINGS` says what each means.
    story : str
        What happened, in our words.
    sources : tuple of Source
        Where it can be read.
    read : str
        When we read it, as an ISO date.
    shows : str
        How it shows.
    right_part, part : callable
        The function in whose place the exhibit has its own, and that one.
    implementation : namespace
        With the functions `forward` and `backward`.
    """

    name: str
    kind: str
    standing: str
    story: str
    sources: tuple[Source, ...]
    read: str
    shows: str
    right_part: Callable
    part: Callable
    implementation: SimpleNamespace

    @property
    def right_line(self):
        """The line as it should be here, taken from the code that runs."""
        return line_of(self.right_part)

    @property
    def line(self):
        """The line of the exhibit, taken from the code that runs."""
        return line_of(self.part)


def right():
    """Return the right implementation.

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
    """Return the twelve exhibits.

    Returns
    -------
    tuple of Exhibit

    Examples
    --------
    >>> exhibits()[0].right_line, exhibits()[0].line
    ('(x - mean) / np.sqrt(var + eps)', '(x - mean) / (var + eps)')
    """
    return tuple(_exhibit(*entry) for entry in BUGS)


def _exhibit(name, kind, standing, story, sources, shows, parts):
    differs = next(iter(parts))
    pair = RIGHT_PARTS[differs], parts[differs]
    return Exhibit(name, kind, standing, story, sources, READ, shows, *pair, implementation(**parts))


def tour(*kinds):
    """Show the labels of some exhibits, in the museum's order.

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
    '11. the detached statistics (backward; unanswered)'
    """
    known = list(dict.fromkeys(exhibit.kind for exhibit in exhibits()))
    for kind in kinds:
        if kind not in known:
            raise ValueError(f"the museum has no exhibits of the kind {kind!r}; its kinds are: {', '.join(known)}")
    return Tour(
        (f"{number}. {e.name}", f"{e.kind}; {e.standing}", _label(e))
        for number, e in enumerate(exhibits(), start=1)
        if e.kind in (kinds or known)
    )


def _label(exhibit):
    return {
        "": exhibit.story,
        "Right:": Code(exhibit.right_line),
        "Here:": Code(exhibit.line),
        "How it shows:": exhibit.shows,
        f"Where (read on {exhibit.read}):": exhibit.sources,
    }


def right_ones():
    """Give right implementations that are written in different ways; a fair test accepts all of them.

    Returns
    -------
    tuple of namespace
        Each with the functions `forward` and `backward`.
    """
    return right(), written_with_loops(), written_as_one_affine_map()
