"""The wrong ideas of an answer of several results, each of which goes wrong in its own way."""

from bncourse.checking import compare
from bncourse.checking.meeting import NEARER, like_of


def by_result(replay, trials):
    """Where several results come back and each has its own mistake, name the idea of each wrong one.

    Parameters
    ----------
    replay : Replay
    trials : list of Trial

    Returns
    -------
    list of WrongIdea
        Empty where one of the wrong results has none.
    """
    if any(trial.reply.fault for trial in trials) or replay.exercise.properties:
        return []
    names = {}
    for trial in trials:
        wanted, got = (_named(value, replay) for value in (trial.expected, trial.reply.value))
        if len(wanted) < 2 or set(wanted) != set(got) or set(wanted) != set(names or wanted):
            return []  # where each part has results of its own, they are looked at part by part
        for name in wanted:
            right = compare.same(wanted[name], got[name], compare.Tolerance(trial.tolerance.rtol, trial.tolerance.atol))
            names[name] = names.get(name, True) and (right or compare.same(wanted[name], got[name], trial.tolerance))
    found = []
    for name in (name for name, right in names.items() if not right):
        idea = next((each for each in replay.exercise.wrong_ideas if _explains_at(replay, each, trials, name)), None)
        if idea is None:
            return []
        if idea not in found:
            found.append(idea)
    return found


def _named(value, replay):
    """Return the results by their names, or by their places, without what is only seen."""
    if isinstance(value, dict):
        return {name: each for name, each in value.items() if name not in replay.exercise.observes}
    return dict(enumerate(value)) if isinstance(value, tuple | list) else {}


def _explains_at(replay, idea, trials, name):
    """Return whether an idea gives one of the results, and the others as they are or as they should be."""
    proved = False
    for trial in trials:
        result, like = replay.result((idea,), trial), like_of(trial)
        value, wanted, got = (_named(each, replay) for each in (result.value, trial.expected, trial.reply.value))
        if result.fault or set(value) != set(wanted) or replay.changed(trial.case, result.arguments):
            return False
        for each in wanted:
            off = compare.distance(value[each], got[each], like)
            if each == name:
                if off > 1:
                    return False
                far = compare.distance(wanted[each], value[each], like) > 1
                far = far and compare.distance(wanted[each], got[each], like) >= NEARER * off
                proved = proved or far
            elif off > 1 and compare.distance(wanted[each], value[each], like) > 1:
                return False
    return proved
