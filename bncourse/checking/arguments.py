"""Wrong ideas about arguments, made for any task from its own truth: a value that is fixed, left out, or exchanged.

Each says that an answer gives what the truth gives for other arguments, and that is all it says. So they need no
declaration, and their numbers are tried and not listed for each task.
"""

import inspect
import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from bncourse.checking.exercise import WrongIdea

_FIXED = (0.0, 1.0, 1e-3, 1e-5, 1e-8, 1e-6, 1e-4, 1e-7, 1e-12, 1e-10, 1e-2, 0.1, 0.5, 0.9, 0.99, 0.999, 0.01)
_FREQUENT = (0.0, 1e-3, 1e-5, 1e-8)  # these are tried together with another wrong idea too
_COMPUTED = {"{}**2": lambda v: v**2, "-{}": lambda v: -v, "the root of {}": np.sqrt, "1 - {}": lambda v: 1 - v}


@dataclass(frozen=True)
class ArgumentIdea(WrongIdea):
    """A wrong idea about the arguments of a task.

    Parameters
    ----------
    change : callable
        ``change(arguments)`` takes and gives a dictionary of the arguments by name.
    also : str
        The sentence where it comes beside another wrong idea.
    frequent : bool
        Whether it is so frequent that it is tried together with another wrong idea.
    leaves_out : str
        The name of the argument that it takes as 0, or "".
    exchanges : bool
        Whether it takes two arguments, or the two values of one, for each other.
    option : str
        The name of the argument whose two values it takes for each other, or "".
    concerns : tuple of str
        The names of the arguments that it takes as one number everywhere, or for each other.
    says_where : bool
        Whether its sentence says where it holds.
    """

    change: object = None
    also: str = ""
    frequent: bool = True
    leaves_out: str = ""
    exchanges: bool = False
    option: str = ""
    concerns: tuple = ()
    says_where: bool = False


def argument_ideas(exercise):
    """Return the wrong ideas about the arguments of an exercise.

    Parameters
    ----------
    exercise : Exercise

    Returns
    -------
    list of ArgumentIdea
    """
    if exercise.driver is not None:
        return []
    parameters = inspect.signature(exercise.reference).parameters
    defaults = {name: p.default for name, p in parameters.items() if p.default is not p.empty}
    first = exercise.call_of(exercise.draw(0)[0])
    values = {name: first.get(name, defaults.get(name)) for name in parameters}
    found = []

    def add(name, says, also, change, frequent=True, **kept):
        function = with_change(exercise.reference, change)
        found.append(ArgumentIdea(name, "", says, function, change=change, also=also, frequent=frequent, **kept))

    for name, value in values.items():
        if isinstance(value, bool | str):
            asked = [exercise.call_of(case).get(name, defaults.get(name)) for case in exercise.draw(0)]
            kinds = sorted(set(asked))
            if len(kinds) == 2:
                says = (
                    f"The two values of `{name}` are exchanged: with {name}={kinds[0]!r} it does what belongs to "
                    f"{name}={kinds[1]!r}, and the other way round."
                )
                also = f"Beside that, the two values of `{name}` are exchanged."
                swapped = _turns(name, kinds, defaults.get(name))
                kept = {"exchanges": True, "option": name}
                add(f"the values of {name} exchanged", says, also, swapped, frequent=False, **kept)
            for fixed in kinds:
                others = [kind for kind in kinds if kind != fixed]
                where = f"with {name}={others[0]!r}" if len(others) == 1 else "where it fails"
                says = f"{where[0].upper()}{where[1:]} it does what belongs to {name}={fixed!r}."
                also = f"Beside that, {where} it does what belongs to {name}={fixed!r}."
                add(f"{name} taken as {fixed!r}", says, also, _fixes(name, fixed), says_where=True)
        elif isinstance(value, float):
            for fixed in dict.fromkeys([*([defaults[name]] if name in defaults else []), *_FIXED]):
                said = f"Your result is what {name}={fixed:g} gives, whatever `{name}` is passed"
                reason = ": it is left out." if fixed == 0 else ": what is passed has no effect."
                frequent = fixed in _FREQUENT or fixed == defaults.get(name)
                also = f"Beside that, {name}={fixed:g} is taken, whatever `{name}` is passed{reason}"
                left_out = "" if fixed else name
                add(
                    f"{name} taken as {fixed:g}",
                    said + reason,
                    also,
                    _fixes(name, fixed),
                    frequent,
                    leaves_out=left_out,
                )
            for form, compute in _COMPUTED.items():
                other = form.format(f"`{name}`")
                says = f"Your result is what the task gives with {other} in place of `{name}`."
                also = f"Beside that, {other} stands in place of `{name}`."
                add(f"{form.format(name)} in place of {name}", says, also, _computes(name, compute), False)
        elif isinstance(value, np.ndarray) and value.ndim == 1:
            for fixed in (1.0, 0.0):
                says = f"Your result is what the task gives where `{name}` is {fixed:g} everywhere: it has no effect."
                also = f"Beside that, `{name}` has no effect, as if it were {fixed:g} everywhere."
                add(f"{name} without effect ({fixed:g})", says, also, _fills(name, fixed), concerns=(name,))
    alike = [name for name, value in values.items() if type(value) in (np.ndarray, float, int)]
    for i, one in enumerate(alike):
        for other in alike[i + 1 :]:
            if type(values[one]) is type(values[other]) and np.shape(values[one]) == np.shape(values[other]):
                says = f"Your result is what the task gives with `{one}` and `{other}` in each other's place."
                also = f"Beside that, `{one}` and `{other}` stand in each other's place."
                both = {"exchanges": True, "concerns": (one, other)}
                add(f"{one} and {other} exchanged", says, also, _exchanges(one, other), **both)
    return found


def speaks_of(idea, names):
    """Return whether an idea says what is done with an argument: then it is not also without effect, or another one.

    Parameters
    ----------
    idea : WrongIdea
    names : tuple of str
        Of arguments; of `running_mean` an idea says "the mean".
    """
    return any(re.search(rf"\b{name.split('_')[-1]}\b", idea.says) for name in names)


def with_change(function, change, names=None):
    """Return a function that is called with changed arguments; ``names`` are its parameters, where they are known."""
    names = names or _names(function)

    def changed(*arguments, **options):
        given = dict(zip(names, arguments, strict=False)) | options
        return function(**change(given))

    return changed


@lru_cache(maxsize=256)
def _names(function):
    return tuple(inspect.signature(function).parameters)


def _fixes(name, value):
    return lambda given: given | {name: value}


def _computes(name, compute):
    # where it is not passed, its default is used, which is not changed
    return lambda given: given | {name: compute(given[name])} if name in given else given


def _fills(name, value):
    return lambda given: given | {name: np.full_like(given[name], value)}


def _turns(name, kinds, default):
    one, other = kinds
    return lambda given: given | {name: other if given.get(name, default) == one else one}


def _exchanges(one, other):
    return lambda given: given | {one: given[other], other: given[one]}
