"""The wrong ideas of an answer whose parts go wrong in different ways: each part has its own."""

from bncourse.checking import compare
from bncourse.checking.arguments import ArgumentIdea
from bncourse.checking.meeting import like_of

MOST = 3  # ideas that one card tells


def ideas_of_part(replay, part):
    """Return the wrong ideas that explain one part of an answer, though they explain no other.

    Where the part only stops with errors, an idea that would spoil what is right elsewhere is none: many things end
    with one kind of error.

    Parameters
    ----------
    replay : Replay
        Of all trials.
    part : str

    Returns
    -------
    list of WrongIdea
    """
    here = _of(replay, part)
    if len(here) == len(replay.trials):
        return []
    ideas = replay.candidates(here)
    if all(trial.reply.fault for trial in here if trial.kind):
        right = [trial for trial in replay.trials if not trial.kind]
        ideas = [idea for idea in ideas if not any(_spoils(replay, idea, trial) for trial in right)]
    return ideas


def _spoils(replay, idea, trial):
    result = replay.result((idea,), trial)
    return bool(result.fault) or compare.distance(trial.expected, result.value, like_of(trial), enough=1.0) > 1


def only_there(replay, idea, part):
    """Return the parts of which a wrong idea is told, where another part is right that the idea would spoil; else none.

    Parameters
    ----------
    replay : Replay
    idea : WrongIdea
    part : str
        One that the idea explains.

    Returns
    -------
    list of str
        That part, and the others that fail and that it explains too.
    """
    others = [trial for trial in replay.trials if not trial.kind and trial.case.part != part]
    firsts = {trial.case.part: trial for trial in reversed(others)}
    if not any(_spoils(replay, idea, each) for each in firsts.values()):
        return []
    failing = dict.fromkeys(trial.case.part for trial in replay.trials if trial.kind and trial.case.part != part)
    return [part, *(other for other in failing if _explains(replay, idea, _of(replay, other)))]


def of_other_parts(replay, part, ideas):
    """Return the wrong ideas of the other parts that fail, where those of the first part do not explain them.

    One that spoils the first part too is none: it would have been seen there.

    Parameters
    ----------
    replay : Replay
    part : str
        The part that is told first.
    ideas : list of WrongIdea
        Its ideas.

    Returns
    -------
    list of WrongIdea, list of str
        The ideas, and the part of each.
    """
    if any(isinstance(idea, ArgumentIdea) for idea in ideas):
        return [], []
    found, parts = [], []
    failing = [trial.case.part for trial in replay.trials if trial.kind and trial.case.part != part]
    for other in dict.fromkeys(failing):
        here = _of(replay, other)
        if len(ideas) + len(found) >= MOST or _is_explained(replay, ideas, found, here):
            continue
        first = next(trial for trial in here if trial.kind)
        suspects = [
            idea
            for idea in replay.exercise.wrong_ideas
            if idea not in found and not _spoils(replay, idea, _of(replay, part)[0])
        ]
        near = [idea for idea in suspects if replay.explains((idea,), [first]) is not None]
        more = [idea for idea in near if _explains(replay, idea, here)][:1]
        found, parts = found + more, parts + [other] * len(more)
    return found, parts


def unexplained(replay, part, ideas, others=()):
    """Return a trial of another part that fails and that no idea explains, or None.

    Parameters
    ----------
    replay : Replay
    part : str
        The part that is told first.
    ideas : list of WrongIdea
        Those of that part, at least one; they may explain another part together alone.
    others : list of WrongIdea
        Those of the other parts.

    Returns
    -------
    Trial or None
    """
    for trial in replay.trials:
        if trial.kind and trial.case.part != part:
            here = _of(replay, trial.case.part)
            if not _is_explained(replay, ideas, others, here):
                return trial
    return None


def _of(replay, part):
    return [trial for trial in replay.trials if trial.case.part == part]


def _is_explained(replay, ideas, others, trials):
    """Return whether the ideas of the first part explain trials of another, one of them or all, or one of others."""
    single = any(_explains(replay, idea, trials) for idea in (*ideas, *others))
    return single or (len(ideas) == 2 and replay.explains(tuple(ideas), trials) is not None)


def _explains(replay, idea, trials):
    return replay.explains((idea,), trials) is not None
