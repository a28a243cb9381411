"""Whether the line that a card shows is the one in which a mutant was changed, or one that could make up for it."""

import re

from bncourse.checking import DirectAnswer
from bncourse.checking.rewriting.changes import Changes
from bncourse.checking.variants import GOES_ON, turns
from bncourse.checking.verdict import STOPPED

_SHOWN = re.compile(r"(?:\(\),|; or) line (\d+): ")


def shown_lines(verdict):
    """Return the numbers of the lines that a card says to be wrong; where an error stopped an answer is none of them.

    Parameters
    ----------
    verdict : Verdict

    Returns
    -------
    tuple of int
    """
    return () if verdict.outcome == STOPPED else tuple(map(int, _SHOWN.findall(verdict.where)))


def is_another_line(mutant, lines, drawn, seeds):
    """Return whether lines are innocent: none of them was changed, and no small change of one makes all cases right.

    Parameters
    ----------
    mutant : Mutant
    lines : tuple of int
        Those that are shown.
    drawn : Drawn
        The cases of the exercise.
    seeds : sequence of int
        On all of which the small change must be right.

    Returns
    -------
    bool
    """
    return not set(lines) & set(mutant.lines) and not _can_make_up(mutant, lines, drawn, seeds)


def _can_make_up(mutant, lines, drawn, seeds):
    changes = Changes(mutant.text)
    for change in changes:
        if change.line in lines:
            space = {**mutant.function.__globals__, GOES_ON: turns(10**6)}
            exec(compile(changes.text(change), "<another form of a mutant>", "exec"), space)
            answer = DirectAnswer(space[mutant.function.__name__], drawn.exercise.name)
            if all(drawn.accepts(answer, seed) for seed in seeds):
                return True
    return False
