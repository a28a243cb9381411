"""One claim of a notebook: its sentence, its measurement, its bounds, and the choices over which it is asserted."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Claim:
    """What a notebook claims about a measurement.

    Parameters
    ----------
    says : str
        The claim in words.
    measure : callable
        ``measure(seed)`` gives a dict of float; ``measure(seed, lr=0.3)`` the same with another choice.
    holds : callable
        ``holds(numbers)`` says whether the claim is true of them.
    over : mapping of str to tuple
        The choices that the claim hangs on, each an option of `measure`, with the values over which it is asserted:
        the value that the notebook runs with, and those at the ends of the range that the notebook names. Empty for
        a claim that hangs on none, such as an identity.
    notebook : str
        The number of the notebook, such as "03".
    cells : tuple of str
        The ids of the code cells that measure it and assert its bounds.
    told : tuple of str
        The ids of the text cells that tell a reader what came out on other seeds or at other choices.
    """

    says: str
    measure: Callable[..., dict]
    holds: Callable[[dict], bool]
    over: Mapping[str, tuple]
    notebook: str
    cells: tuple[str, ...]
    told: tuple[str, ...] = ()

    def usual(self):
        """Return the choices of the notebook: the defaults of the measurement.

        Returns
        -------
        dict of str to object
        """
        options = inspect.signature(self.measure).parameters
        return {choice: options[choice].default for choice in self.over}

    def points(self):
        """Return the choices at which the claim is tried: those of the notebook, then each other value alone.

        Returns
        -------
        list of dict of str to object
            Options of `measure`; the first one is empty.

        Examples
        --------
        >>> claim = Claim("is small", lambda seed, lr=1.0, batch=64: {"loss": lr / batch}, lambda n: n["loss"] < 1,
        ...               over={"lr": (0.3, 1.0), "batch": (64, 128)}, notebook="03", cells=("measured",))
        >>> claim.points()
        [{}, {'lr': 0.3}, {'batch': 128}]
        """
        usual = self.usual()
        return [{}] + [
            {choice: value} for choice, values in self.over.items() for value in values if value != usual[choice]
        ]
