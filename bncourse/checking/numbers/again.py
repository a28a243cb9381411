"""Whether an answer gives the same for the same inputs, which no answer of a course about functions should fail at."""

import re

from bncourse.checking import compare
from bncourse.checking.where.one_change import SLOWEST

_SAME = compare.Tolerance(1e-9, 1e-12)


def changes_its_mind(exercise, answer, told):
    """Say where a second call with the inputs of a case gives another result than the first.

    Parameters
    ----------
    exercise : Exercise
    answer : Answer
    told : Trial
        The case that the learner is shown; a value came back.

    Returns
    -------
    str
        A sentence, or "".
    """
    if exercise.driver or answer.kind != "function" or told.reply.fault or told.reply.seconds > SLOWEST:
        return ""
    arguments, options = told.case.copy()
    again = answer.call(arguments, options, seconds=exercise.seconds)
    if again.fault or again.timed_out:
        return ""
    try:
        same = _is_same(told.reply.value, again.value)
    except (TypeError, ValueError):  # no numbers
        return ""
    if same:
        return ""
    chance = "chance"
    if re.search(r"\bempty(_like)?\(", answer.source):
        chance += ": what `np.empty` gives holds what happened to stand in memory, where nothing is written into it"
    return (
        "Called again with the inputs of this case, it gives another result. So what comes back hangs on earlier "
        f"calls, or on {chance}. It should hang on the inputs alone."
    )


def _is_same(one, other):
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_is_same, one, other))
    return compare.same(one, other, _SAME)
