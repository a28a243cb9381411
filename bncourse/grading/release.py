"""Write ``notebooks/`` from ``solutions/``, with nbgrader's own steps, in one process.

A release is what ``nbgrader generate_assignment`` makes, byte for byte. Where the course has a gradebook, its
entry there is made as well, since grading with the cells of an older release would go wrong. A gradebook is
not made here: that takes nbgrader a second, and who edits the notebooks needs none.
"""

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from bncourse.course import find_folder
from bncourse.grading.assignments import choose
from bncourse.grading.soundness import Problem, problems, strays
from bncourse.grading.source import BEGIN, END, holds, read
from bncourse.trouble import Trouble

GRADEBOOK = "gradebook.db"


def command(options):
    """Release the named notebooks, or all; see ``bncourse release --help``."""
    course = find_folder()
    names = choose(course, options.notebooks)
    if found := unsound(course, names):
        raise Trouble(_told(found))
    print("Loading nbgrader, which takes a few seconds ...", file=sys.stderr)
    import bncourse.grading.converters  # noqa: F401 - so that the times below are those of the releases

    changed = 0
    for name in names:
        began = time.perf_counter()
        is_new = release(course, name)
        changed += is_new
        seconds = time.perf_counter() - began
        print(f"  {name}: {'written' if is_new else 'unchanged'} ({seconds:.2f} s)")
    count = f"{len(names)} notebook{'s' * (len(names) != 1)}"
    if not (course / GRADEBOOK).exists():
        print("There is no gradebook yet; before you grade: nbgrader generate_assignment NAME --force")
    print(f"Released {count}, {changed} changed; they are in {course / 'notebooks'}")


def unsound(course, names):
    """Give every problem that forbids a release of these notebooks, as a list."""
    from bncourse import exercises

    found = list(strays(course))
    for name in names:
        declared = exercises.of_notebook(name) if name in exercises.NOTEBOOKS else ()
        found += problems(course, name, declared)
    return found


def release(course, name, record=None):
    """Write the release of one source notebook that is sound.

    It is made in a folder beside ``notebooks/`` and looked through; only then, in one step of the file
    system, does it take the place of the old one. Whatever fails before that leaves the old one as it is.

    Parameters
    ----------
    course : path
        The course folder.
    name : str
        Such as "04-normalize-scale-shift".
    record : bool, optional
        Whether to note its cells in the gradebook; where it is not given: if there is a gradebook.

    Returns
    -------
    bool
        Whether the release differs from the one that was there.

    Raises
    ------
    Trouble
        If nbgrader refuses the source, or something of an answer is left in the release.
    """
    from bncourse.grading.converters import Refused, generate_assignment

    course = Path(course)
    folder = Path(tempfile.mkdtemp(prefix=".release-", dir=course))
    try:
        if record is None:
            record = (course / GRADEBOOK).exists()
        generate_assignment(course, name, folder.name, record)
        made = folder / name / f"{name}.ipynb"
        source = read(course / "solutions" / name / made.name)
        left = [Problem(name, where, says) for where, says in _answers_left(source, read(made))]
        if left:
            raise Trouble(_told(left))
        place = course / "notebooks" / name / made.name
        place.parent.mkdir(parents=True, exist_ok=True)
        is_new = not place.is_file() or place.read_bytes() != made.read_bytes()
        os.replace(made, place)
        return is_new
    except Refused as refused:
        raise Trouble(
            f"nbgrader refuses {name}, and notebooks/ is as it was: {refused}\n{_last_lines(refused.log)}"
        ) from refused
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _answers_left(source, released):
    """Yield what of the answers of a source still stands in its release, as (cell, sentence)."""
    for cell in released.cells:
        if BEGIN in cell.text or END in cell.text:
            yield cell.called, "a solution mark is left in the release; check the settings of ClearSolutions."
    for cell in source.answers:
        for region in cell.regions()[0]:
            for other in released.cells:
                if holds(other.text.splitlines(), region):
                    yield other.called, f"the answer of {cell.grade_id} is left in the release; remove it there."


def _told(found):
    count = f"{len(found)} problem{'s' * (len(found) != 1)}"
    return f"{count}; notebooks/ is as it was.\n" + "\n".join(f"  {problem}" for problem in found)


def _last_lines(log, most=3):
    lines = [line for line in log.splitlines() if line.startswith("[ERROR]") and "Traceback" not in line]
    return "\n".join(f"  nbgrader: {line.removeprefix('[ERROR]').strip()}" for line in lines[:most])
