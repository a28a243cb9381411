"""A newer release of a notebook, with what a learner has written: a merge of three, by the ids of cells.

The three are the release that the learner got, the learner's file, and the new release. An answer is never changed.
Nothing here touches a file: see `get`.
"""

from dataclasses import dataclass


class NotMerged(Exception):
    """The reason why a learner's notebook stays as it is, in words that follow its name."""


@dataclass(frozen=True)
class MergedNotebook:
    """What came out.

    Parameters
    ----------
    notebook : dict
        In the format of the new release.
    told : tuple of str
        A sentence for each cell that both changed.
    beside : bool
        Whether something of the new release is not in it, so that the release is worth keeping beside.
    """

    notebook: dict
    told: tuple = ()
    beside: bool = False


def merge(base, theirs, new):
    """Merge a new release into a learner's notebook.

    Parameters
    ----------
    base : dict or None
        The release that the learner got; None where it is not known.
    theirs : dict
        The learner's notebook, as JSON has it.
    new : dict
        The new release.

    Returns
    -------
    MergedNotebook

    Raises
    ------
    NotMerged
        If it cannot be known which cell is which, or what the learner changed.
    """
    if base is None:
        base = _taken_as_base(theirs, new)
    old, now = _by_id(base["cells"]), _by_id(new["cells"])
    mine = _by_id(_with_ids(theirs["cells"], old, now))
    placed, below, told, beside = {}, {}, [], False
    for key, cell in mine.items():
        before, after = old.get(key), now.get(key)
        if after is None:
            if before is None:
                placed[key] = cell  # the learner's own
            elif not _same(cell, before):
                placed[key] = _own(cell, key)
                told.append(f"The course has no cell {_name(before)} any more; what you wrote there is yours now.")
            continue
        if _same(cell, after) or (before and _same(before, after)):
            placed[key] = _dressed(cell, before, after)
        elif before and _same(cell, before):
            placed[key] = _fresh(after)
        elif _is_answer(after):
            placed[key], beside = _dressed(cell, before, after), True
            told.append(f"The course changed the cell of the answer {_name(after)}, and so did you: yours stays.")
        else:
            placed[key] = _fresh(after)
            own = _free(f"{key}-mine", {*mine, *now, *below})
            below[own] = (key, _own(cell, own))
            told.append(f"You had changed {_name(after)}, and so did the course: yours now stands below the new one.")
    gone = {key for key in now if key in old and key not in mine}
    back = {key for key in gone if not _same(old[key], now[key])}
    told += [f"The course changed {_name(now[key])}, which you had removed: it is back." for key in sorted(back)]
    for key in now:
        if key not in placed and key not in gone - back:
            placed[key] = _fresh(now[key])
    cells = []
    for key in _order(list(old), list(mine), list(now), placed):
        cells.append(placed[key])
        cells += [cell for above, cell in below.values() if above == key]
    minor = max(new.get("nbformat_minor", 5), theirs.get("nbformat_minor", 5))
    metadata = {**theirs.get("metadata", {}), **new.get("metadata", {})}
    made = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": minor}
    return MergedNotebook(made, tuple(told), beside)


def checked(notebook):
    """Return what JSON has made of a file, if it is a notebook.

    Raises
    ------
    NotMerged
        If it is none, or one of a format before 4.
    """
    wrong = NotMerged("is no notebook that can be read")
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise wrong
    if notebook.get("nbformat") != 4 or not isinstance(notebook.get("metadata", {}), dict):
        raise wrong
    for cell in notebook["cells"]:
        source = cell.get("source") if isinstance(cell, dict) else None
        parts = [source] if isinstance(source, str) else source
        if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
            raise wrong
        if not isinstance(cell.get("metadata", {}), dict) or not isinstance(cell.get("id", ""), str):
            raise wrong
    return notebook


def _taken_as_base(theirs, new):
    """Take the new release for the one that the learner got, where nothing speaks against it."""
    mine = _by_id(theirs["cells"])
    for key, cell in _by_id(new["cells"]).items():
        if not _is_answer(cell) and not (key in mine and _same(mine[key], cell)):
            raise NotMerged("differs from the new release, and the release that it comes from is not known")
    return new


def _with_ids(cells, old, now):
    """Give copies of a learner's cells, each with an id of its own; what a tool took away is found again."""
    made, seen, lost = [dict(cell) for cell in cells], set(), []
    for cell in made:
        key = cell.get("id")
        if key and key not in seen:
            seen.add(key)
        else:
            lost.append(cell)
            cell["id"] = ""
    kept = bool(seen & {*old, *now})
    strange = [cell for cell in made if cell["id"] not in old and cell["id"] not in now]
    for alike in (_same_grade_id, _same):
        for key, given in old.items():
            if key not in seen:
                found = next((cell for cell in strange if cell["id"] != key and alike(cell, given)), None)
                if found:
                    strange.remove(found)
                    found["id"] = key
                    seen.add(key)
    if made and not kept and any(_is_answer(cell) and key not in seen for key, cell in old.items()):
        raise NotMerged("has lost the ids of its cells, so it cannot be known which answer is which")
    for cell in made:
        if not cell["id"]:
            cell["id"] = _free("own", {*seen, *now, *old})
            seen.add(cell["id"])
    return made


def _order(old, mine, now, placed):
    """Return the ids in their order: that of the new release, or the learner's, where the learner moved cells."""
    shared = [key for key in mine if key in old]
    moved = shared != [key for key in old if key in mine]
    first, second = (mine, now) if moved else (now, mine)
    row = [key for key in first if key in placed]
    for place, key in enumerate(second):
        if key in placed and key not in row:
            above = next((each for each in reversed(second[:place]) if each in row), None)
            row.insert(0 if above is None else row.index(above) + 1, key)
    return row


def _by_id(cells):
    found = {}
    for number, cell in enumerate(cells):
        found.setdefault(cell.get("id") or f" {number}", cell)
    return found


def _text(cell):
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


def _same(one, other):
    return (
        one.get("cell_type") == other.get("cell_type")
        and _text(one) == _text(other)
        and one.get("attachments", {}) == other.get("attachments", {})
    )


def _same_grade_id(one, other):
    return bool(_marks(one).get("grade_id")) and _marks(one).get("grade_id") == _marks(other).get("grade_id")


def _marks(cell):
    marks = cell.get("metadata", {}).get("nbgrader")
    return marks if isinstance(marks, dict) else {}


def _is_answer(cell):
    return bool(_marks(cell).get("solution"))


def _name(cell):
    if name := _marks(cell).get("grade_id"):
        return f"`{name}`"
    return (
        f"the cell that begins with {_text(cell).strip().splitlines()[0][:60]!r}" if _text(cell).strip() else "a cell"
    )


def _fresh(cell):
    return {**cell, "outputs": [], "execution_count": None} if cell.get("cell_type") == "code" else dict(cell)


def _dressed(cell, before, after):
    """Return a learner's cell with the metadata of the new release, and those that the learner added."""
    was = (before or after).get("metadata", {})
    added = {name: value for name, value in cell.get("metadata", {}).items() if name not in was}
    return {**cell, "metadata": {**added, **after.get("metadata", {})}}


def _own(cell, key):
    """Return a cell as the learner's own: with no mark of the course."""
    return {**cell, "id": key, "metadata": {}}


def _free(name, taken):
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}-{number}"
    return free
