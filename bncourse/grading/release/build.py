"""Write ``notebooks/`` from ``solutions/``, with nbgrader's own steps, in one process.

A release is what ``nbgrader generate_assignment`` makes, byte for byte. Where the course has a gradebook, its
entry there is made as well, since grading with the cells of an older release would go wrong. A gradebook is
not made here: that takes nbgrader a second, and who edits the notebooks needs none.
"""

import contextlib
import os
import re
import shutil
import sys
import tempfile
import time
from pathlib import Path

from bncourse.course import find_folder
from bncourse.grading.assignment import chosen
from bncourse.grading.course import settings
from bncourse.grading.release.rules import Problem, problems, strays
from bncourse.grading.release.source import BEGIN, END, holds, read
from bncourse.grading.release.teaching import small_banks
from bncourse.trouble import Trouble

GRADEBOOK = "gradebook.db"


def command(options):
    """Release the named notebooks, or all; see ``bncourse release --help``."""
    course = find_folder()
    assignments = chosen(course, options.notebooks)
    if found := unsound(course, [each.name for each in assignments]):
        raise Trouble(_told(found))
    print("Loading nbgrader, which takes a few seconds ...", file=sys.stderr)
    import bncourse.grading.nbgrader.converters  # noqa: F401 - so that the times below are those of the releases

    changed = 0
    for assignment in assignments:
        began = time.perf_counter()
        is_new = release(assignment)
        changed += is_new
        seconds = time.perf_counter() - began
        print(f"  {assignment.name}: {'written' if is_new else 'unchanged'} ({seconds:.2f} s)")
        for note in small_banks(_declared(assignment.name)):
            print(f"    {note}")
    count = f"{len(assignments)} notebook{'s' * (len(assignments) != 1)}"
    if not (course / GRADEBOOK).exists():
        print("There is no gradebook yet; `bncourse grade` makes it.")
    print(f"Released {count}, {changed} changed; they are in {course / 'notebooks'}")


def unsound(course, names):
    """Return every problem that forbids a release of these notebooks, as a list."""
    found = list(strays(course))
    for name in names:
        found += problems(course, name, _declared(name))
    return found


def _declared(name):
    from bncourse import exercises

    if name not in exercises.NOTEBOOKS:
        return ()
    try:
        return exercises.of_notebook(name)
    except (ImportError, AttributeError) as error:
        raise Trouble(
            f"the exercises of {name} cannot be imported: {error}. A reference function is exported in "
            "bncourse/reference/__init__.py, and an exercise stands in EXERCISES in "
            f"bncourse/exercises/{exercises.NOTEBOOKS[name]}/__init__.py."
        ) from error


def release(assignment, record=None):
    """Write the release of one source notebook that is sound.

    It is made in a folder beside ``notebooks/`` and looked through; only then, in one step of the file
    system, does it take the place of the old one. Whatever fails before that leaves the old one as it is.

    Parameters
    ----------
    assignment : Assignment
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
    course, name, place = assignment.course, assignment.name, assignment.released
    if record is None:
        record = (course / GRADEBOOK).exists()
    with _made(assignment, record) as made:
        source = read(assignment.source)
        left = [Problem(name, where, says) for where, says in _answers_left(source, read(made))]
        if left:
            raise Trouble(_told(left))
        place.parent.mkdir(parents=True, exist_ok=True)
        is_new = not place.is_file() or place.read_bytes() != made.read_bytes()
        if is_new and place.is_file() and (kept := _keep_answers(course, place)):
            print(f"  {name}: somebody has worked in the old one; a copy of it is {kept}")
        os.replace(made, place)
        return is_new


def enter_assignment(assignment):
    """Note the cells of a release in the gradebook, where it was handed out and never noted there.

    Raises
    ------
    Trouble
        If the source gives another release than the one in ``notebooks/``; nothing is noted then.
    """
    name, place = assignment.name, assignment.released
    if not assignment.source.is_file():
        raise Trouble(
            f"{name} is not in the gradebook yet, and cannot be noted there without its source, "
            f"solutions/{name}/{place.name}. Put it there, and grade again."
        )
    with _made(assignment, record=False) as made:
        same = made.read_bytes() == place.read_bytes()
    if not same:
        raise Trouble(
            f"{name} is not in the gradebook yet, and its source has changed since notebooks/ was made. Take the old "
            f"source back; or, if learners have the new one, run `nbgrader generate_assignment {name} --force`."
        )
    with _made(assignment, record=True):
        pass


@contextlib.contextmanager
def _made(assignment, record):
    """Make the release of a source in a folder of its own, and give its path there."""
    from bncourse.grading.nbgrader.converters import Refused, generate_assignment

    name = assignment.name
    folder = Path(tempfile.mkdtemp(prefix=".release-", dir=assignment.course))
    try:
        generate_assignment(assignment, folder.name, record)
        yield folder / name / f"{name}.ipynb"
    except Refused as refused:
        raise Trouble(f"nbgrader refuses {name}, and notebooks/ is as it was.\n{reason(refused)}") from refused
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _answers_left(source, released):
    """Yield what of the answers of a source still stands in its release, as (cell, sentence)."""
    for cell in released.cells:
        if BEGIN in cell.text or END in cell.text:
            yield cell.called, "a solution mark is left in the release; check the settings of ClearSolutions."
    for cell in [*source.answers, *source.written]:
        for region in cell.regions()[0]:
            for other in released.cells:
                if holds(other.text.splitlines(), region):
                    yield other.called, f"the answer of {cell.grade_id} is left in the release; remove it there."


def _told(found):
    count = f"{len(found)} problem{'s' * (len(found) != 1)}"
    return f"{count}; notebooks/ is as it was.\n" + "\n".join(f"  {problem}" for problem in found)


def reason(refused, most=3):
    """Give nbgrader's own reason, which may stand anywhere in what it logged, and what can be done."""
    lines = [line.strip() for line in f"{refused.log}\n{refused.error}".splitlines()]
    raised = [line for line in lines if re.match(r"[\w.]*(Error|Exception|Entry): .", line) and "above" not in line]
    logged = [line.removeprefix("[ERROR]").strip() for line in lines if line.startswith("[ERROR]")]
    told = dict.fromkeys(raised[-1:] + [line for line in logged if "raceback" not in line])
    said = [f"  nbgrader: {line}" for line in list(told)[:most]]
    if any("submissions associated" in line for line in told):
        said.append(
            "  Submissions to the old cells are in the gradebook. Release the changed notebook under a new name; or, "
            "if their grades may go, keep a copy of gradebook.db and run `nbgrader db assignment remove NAME --force`."
        )
    return "\n".join(said)


def _keep_answers(course, place):
    """Keep a copy of a learner's notebook that a release would replace; gives its place, or None."""
    try:
        cells = read(place).cells
    except (OSError, ValueError):
        cells = []
    text_stub = settings(course).ClearSolutions.get("text_stub", "YOUR ANSWER HERE")  # nbgrader's own, if not set
    worked_in = any(cell.node.get("outputs") for cell in cells) or any(
        cell.is_answer and ("raise NotImplementedError" if cell.is_code else text_stub) not in cell.text
        for cell in cells
    )
    if not worked_in:
        return None
    kept = course / "kept" / f"{place.stem}-{time.strftime('%Y%m%d-%H%M%S')}.ipynb"
    kept.parent.mkdir(exist_ok=True)
    shutil.copy2(place, kept)
    return kept
