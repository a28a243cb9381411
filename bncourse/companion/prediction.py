"""What a prediction before a run is, and how the choice is found that the measurement bears out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Prediction:
    """A question before a run.

    Parameters
    ----------
    notebook : str
        The number of the notebook, such as "03".
    asks : str
        The question, as `predict` and `outcome` have it.
    because : str
        One or two sentences, shown with the outcome: why it came out so, from what was taught by then.
    answer : tuple of float
        The ends of the range in which the measured number lies, on any seed: no such number may be in view before.
    choices : mapping of str to str
        A letter, and what it says. Empty where a number is asked.
    right : callable, optional
        ``right(measured)`` gives the letter that the measurement bears out.
    spoils : tuple of str
        Further words that would give the answer away, as regular expressions.
    given : tuple of float
        Numbers that the question itself gives, although they lie in the range.
    """

    notebook: str
    asks: str
    because: str
    answer: tuple[float, float]
    choices: Mapping[str, str] = field(default_factory=dict)
    right: Callable[[object], str] | None = None
    spoils: tuple[str, ...] = ()
    given: tuple[float, ...] = ()


def by_size(low, high):
    """Return the choice of a number: A below `low`, B from there, C from `high` on."""
    return lambda measured: "A" if measured < low else "B" if measured < high else "C"


def from_the_largest(high, low):
    return lambda measured: "A" if measured >= high else "B" if measured >= low else "C"
