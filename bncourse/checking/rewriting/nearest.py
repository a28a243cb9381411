"""Of several changes, those after which an answer is nearer to what is written."""

from bncourse.checking.where.places import parts_of

_MOST = 100


def nearer(change, possible, right=()):
    """Return the changes after which an answer is nearer to what is written, the nearest first.

    Parameters
    ----------
    change : Change
    possible : list of Change
        Of these the ones of the same line are taken.
    right : sequence of Change
        Changes of any line that are known to be right on a case.

    Returns
    -------
    list of Change
    """
    most = _adds(change)
    if not most:
        return []  # none adds less than nothing
    there = [each for each in possible if (each.line, each.function) == (change.line, change.function)]
    added = [(_adds(each), each) for each in [*right, *(each for each in there if each not in right)]]
    return [each for adds, each in sorted(added, key=lambda pair: pair[0]) if adds < most][:_MOST]


def _adds(change):
    """Count what a change adds to a line; two sides the other way round are more than another name or number."""
    if change.moves:
        return 0
    return max(parts_of(change.replacement) - parts_of(change.node), "the other way round" in change.says)
