"""The report on a class as one page of HTML: no script, no network, light and dark.

Each bar stands beside its number, so that nothing is said by colour or length alone.
"""

import statistics

from bncourse.grading.report.report import (
    NOT_CHECKED,
    NOT_GRADED,
    NOT_KNOWN,
    NOT_STARTED,
    NOT_YET,
    PART,
    SOLVED,
    STOPPED,
    remark,
    walls,
)
from bncourse.grading.report.scores import points
from bncourse.templates import render

# The classes in the style of the page.
_COLORS = {SOLVED: "a", PART: "b", NOT_YET: "c", STOPPED: "d", NOT_STARTED: "e"}
_COLORS |= {NOT_CHECKED: "f", NOT_KNOWN: "g", NOT_GRADED: "h"}


def page(made):
    """Write the report on a class.

    Parameters
    ----------
    made : ClassReport

    Returns
    -------
    str
        A whole page that needs no other file.
    """
    scores = _scores(made) if made.graded else {}
    fractions = any(each.score != int(each.score) for each in made.graded)
    note = " A score with a fraction counts at its whole points." if fractions else ""
    return render(
        "bncourse.grading.report",
        "page.html",
        made=made,
        colors=_COLORS,
        tiles=_tiles(made),
        shared=[idea for idea in made.ideas if len(idea.students) > 1],
        single=[idea for idea in made.ideas if len(idea.students) == 1],
        exercises=[_exercise(made, *states) for states in made.states.items()],
        scores=list(scores.items()),
        scores_caption=f"How many students have how many of {points(made.most)} points.{note}",
        most_of_a_score=max(scores.values(), default=0),
        most=points(made.most),
        students=[(each.person, _points(each), remark(each)) for each in made.results],
        grading=_grading(made),
    )


def _tiles(made):
    tiles = {"graded": len(made.graded), "not graded": len(made.results) - len(made.graded) - len(made.waiting)}
    if made.waiting:
        tiles["waiting for a person"] = len(made.waiting)
    if made.graded:
        tiles["median score"] = f"{points(made.median)} of {points(made.most)}"
    return tiles | {"wrong ideas, by name": len(made.ideas)}


def _exercise(made, name, states):
    """Return the name of an exercise, how many students are in each state, by colour, and how many there are."""
    counts = [(_COLORS[state], len(states[state])) for state in made.shown_states]
    return name, counts, sum(count for _, count in counts)


def _scores(made):
    """Return how many students have how many points, at most some twenty rows."""
    width = max(1, -(-int(made.most) // 20))
    bins = dict.fromkeys(range(0, int(made.most) + 1, width), 0)
    for each in made.graded:
        bins[min(int(max(each.score, 0)) // width * width, max(bins))] += 1
    return {
        f"{start}" if width == 1 else f"{start} to {min(start + width - 1, int(made.most))}": count
        for start, count in bins.items()
    }


def _points(result):
    if result.so_far is not None:
        return f"{points(result.so_far)} so far"
    return points(result.score) or "not graded"


def _grading(made):
    lines = walls(made)
    if made.seconds:
        middle, longest = statistics.median(made.seconds), max(made.seconds)
        lines = [*lines, f"A submission took {middle:.1f} seconds in the median, {longest:.1f} at most."]
    stopped = [each for each in made.results if each.events]
    return [*lines, *(f"{each.person.id}: while it ran, {'; '.join(each.events)}" for each in stopped)]
