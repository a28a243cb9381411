"""Grade the battery behind our walls, as a class of students, and look at what it did and left.

Between the cases stand neighbours: right submissions, with a cell that looks for what others left behind.
"""

import hashlib
import json
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

from bncourse import exercises
from bncourse.battery.left_running import marked
from bncourse.battery.papers import DRIVERS, FORWARD, POINTS, THROUGH, Paper, cases, own
from bncourse.grading.assignment import Assignment
from bncourse.grading.course import SETTINGS
from bncourse.grading.demo import classroom
from bncourse.grading.release.source import read
from bncourse.sandbox.sandbox import Limits

# Small, so that a case that runs into one of them takes seconds. A check grants a call 5 seconds, times `call`.
LIMITS = Limits(
    call=0.6, cell=2.0, notebook=60.0, grace=0.4, memory=700_000_000, data=3_000_000_000, processes=64,
    file_size=100_000_000,
)  # fmt: skip
NEIGHBOURS = ("aa-neighbour", "neighbour", "zz-neighbour")
CANARY = """import glob, os
for place in ('.', '/dev/shm', '/tmp', '/session', '/session/*'):
    for path in glob.glob(f'{place}/*'):
        if 'left' in path or 'hoard' in path or 'hello' in path: print('GOT ' + 'THROUGH:', path)
if os.listdir('.'): print('GOT ' + 'THROUGH:', os.listdir('.'))
"""
# What a run writes; all else in the folder of a course has to stay as it is.
WRITTEN = ("autograded", "graded", "staged", "submitted", "received", "backups", "gradebook.db")


@dataclass
class BatteryRun:
    """What became of a run of the battery.

    Parameters
    ----------
    level : int
    broken : dict of str to list of str
        For each case that broke the promise, how.
    seconds : dict of str to float
    run : list of str
        What went wrong beside the cases: neighbours, files, processes.
    """

    level: int = -1
    broken: dict = field(default_factory=dict)
    seconds: dict = field(default_factory=dict)
    run: list = field(default_factory=list)


def make(home, folder):
    """Make a course with the two small assignments of the battery, in a new folder.

    Parameters
    ----------
    home, folder : path
        The course with the notebooks and the settings, and the new one.
    """
    from bncourse.grading.nbgrader import converters

    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(Path(home) / SETTINGS, folder)
    for name, notebook in sources(home).items():
        place = folder / "solutions" / name / f"{name}.ipynb"
        place.parent.mkdir(parents=True)
        place.write_text(classroom.as_text(notebook), encoding="utf-8")
        (folder / "notebooks").mkdir(exist_ok=True)
        converters.generate_assignment(Assignment(folder, name))
    return folder


def sources(home):
    """Return the two source notebooks: notebook 04 without its experiments, and two exercises with a driver."""
    forward = classroom.shorten(_source(home, FORWARD))
    backward = classroom.shorten(_source(home, "05-backward"))
    bugs = classroom.text(exercises.find("find_bugs").right_answers[0], "find_bugs", {"np"})
    bugs = bugs.replace("def find_bugs", "### BEGIN SOLUTION\ndef find_bugs") + "\n### END SOLUTION"
    head, _, body = bugs.partition("### BEGIN SOLUTION\n")
    bugs = f"### BEGIN SOLUTION\n{head}{body}"
    kept = [cell for cell in backward["cells"] if cell["id"] in ("gradient_check", "gradient_check-check")]
    answer, check = (json.loads(json.dumps(cell)) for cell in kept)
    for cell, source in ((answer, bugs), (check, "check.find_bugs(find_bugs)")):
        cell["id"] = cell["id"].replace("gradient_check", "find_bugs")
        cell["metadata"]["nbgrader"]["grade_id"] = cell["id"]
        cell["source"] = source
    check["metadata"]["nbgrader"]["points"] = 6
    imports = {**own("import numpy as np\nfrom bncourse import check"), "id": "imports"}
    return {FORWARD: forward, DRIVERS: backward | {"cells": [imports, *kept, answer, check]}}


def _source(home, name):
    return read(Path(home) / "solutions" / name / f"{name}.ipynb").notebook


def solved(course, name):
    """Return the released notebook with the right answers in it."""
    released = json.loads((Path(course) / "notebooks" / name / f"{name}.ipynb").read_text(encoding="utf-8"))
    answers = read(Path(course) / "solutions" / name / f"{name}.ipynb").answers
    right = {cell.grade_id: classroom.solution(cell) for cell in answers}
    for cell in released["cells"]:
        if (named := cell["metadata"].get("nbgrader", {}).get("grade_id")) in right:
            cell["source"] = right[named]
    return released


def hand_in(course, student, name, spoil):
    """Write a submission; gives its `Paper`."""
    folder = Path(course) / "submitted" / student / name
    folder.mkdir(parents=True)
    (folder / "timestamp.txt").write_text("2024-01-15 12:00:00.000000 UTC", encoding="utf-8")
    paper = Paper(folder, solved(course, name))
    spoil(paper)
    if not paper.written:
        paper.write()
    return paper


def run(course, chosen, *, workers=2, level=3, limits=LIMITS):
    """Grade cases in one run for each assignment, and look at what they earned, did and left.

    Parameters
    ----------
    course : path
        As `make` made it; nothing was handed in yet.
    chosen : list of BatteryCase
    workers, level : int
        How many side by side, and the level of walls.

    Returns
    -------
    BatteryRun
    """
    from bncourse.grading.engine.grade import grade
    from bncourse.grading.submission.store import end_reading

    course, outcome = Path(course), BatteryRun()
    with marked() as left:
        for name in sorted({case.assignment for case in chosen}):
            of_this = [case for case in chosen if case.assignment == name]
            for student in NEIGHBOURS:
                hand_in(course, student, name, lambda paper: paper.first(CANARY))
            grade(Assignment(course, name), ["neighbour"], workers=1, highest=level, lowest=level, limits=limits)
            for case in of_this:
                hand_in(course, case.name, name, case.spoil)
            before, rows = snapshot(course), _rows(course)
            done = grade(Assignment(course, name), workers=workers, highest=level, lowest=level, limits=limits)
            outcome.level = done.level
            outcome.seconds |= done.seconds
            for case in of_this:
                if found := _problems(course, case, done, limits):
                    outcome.broken[case.name] = found
            outcome.run += _neighbours(course, name, done)
            outcome.run += [f"{path} changed" for path in _changed(before, snapshot(course))]
            outcome.run += [f"the row {row} changed" for row in _changed(rows, _rows(course)) if row in rows]
        end_reading()  # as a command that ends does
        outcome.run += [f"left running: {line}" for line in left()]
    return outcome


def _problems(course, case, done, limits):
    """Say how a case broke the promise."""
    if case.name in done.not_graded:
        return [f"not graded: {done.not_graded[case.name]}"]
    found = []
    for name, (score, _) in _scores(course, case.assignment, case.name).items():
        wanted = case.earned[name]
        if score > wanted or (score != wanted and not case.at_most):
            found.append(f"{name} got {score:g}, and earned {wanted:g}")
    if done.seconds.get(case.name, 0.0) > limits.notebook + 15:
        found.append(f"took {done.seconds[case.name]:.0f} seconds")
    return found + leaks(course, case.name, case.assignment)


def leaks(course, student, name):
    """Return what the outputs of a graded notebook tell of attacks that worked."""
    graded = Path(course) / "autograded" / student / name / f"{name}.ipynb"
    if not graded.is_file():
        return []
    notebook = nbformat.read(graded, as_version=4)
    text = "\n".join(json.dumps(cell.get("outputs", [])) for cell in notebook.cells)
    return [text[at : at + 120] for at in range(len(text)) if text.startswith(THROUGH, at)][:3]


def _scores(course, name, student):
    from bncourse.grading.nbgrader import converters

    return {
        cell.removesuffix("-check"): (score, most)
        for cell, (score, most) in converters.scores(Assignment(course, name).submission(student)).items()
    }


def _neighbours(course, name, done):
    found = [f"{student} was not graded: {why}" for student, why in done.not_graded.items() if student in NEIGHBOURS]
    for student in NEIGHBOURS:
        scores = {cell: score for cell, (score, _) in _scores(course, name, student).items()}
        if scores != POINTS[name]:
            found.append(f"{student} got {scores}; {done.not_graded.get(student, done.notes.get(student, ''))}")
        found += [f"{student} sees {line}" for line in leaks(course, student, name)]
        if events := done.notes.get(student):
            found.append(f"{student}: {events}")
    return found


def snapshot(course):
    """Sum up every file of a course that grading may not change, and what the neighbours handed in."""
    course, found = Path(course), {}
    for path in sorted(course.rglob("*")):
        within = path.relative_to(course)
        mine = within.parts[0] in WRITTEN and not {"neighbour"} & set(within.parts[:2])
        if not mine and path.is_file() and not path.is_symlink() and within.parts[0] not in ("graded", "autograded"):
            found[str(within)] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def _rows(course):
    from bncourse.grading.gradebook.writer import Record

    with Record(course) as record:
        return record.rows()


def _changed(before, after):
    return [key for key in {**before, **after} if before.get(key) != after.get(key)]


def main(arguments=None):
    """Run cases in a process of its own, and print what became of them as JSON."""
    import argparse

    parser = argparse.ArgumentParser()
    for name in ("home", "folder"):
        parser.add_argument(name)
    parser.add_argument("--level", type=int, default=3)
    parser.add_argument("--only", default="", help="a part of the names")
    parser.add_argument("--kind")
    parser.add_argument("--walls", action="store_true", help="only cases about the walls")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only each Nth of them")
    options = parser.parse_args(arguments)
    chosen = [
        case
        for case in cases(options.kind)
        if options.only in case.name
        and (case.at_every_wall or not options.walls)
        and (os.geteuid() == 0 or not case.needs_root)
    ]
    outcome = run(make(options.home, options.folder), chosen[:: options.every], level=options.level)
    print(json.dumps(vars(outcome), indent=1))


if __name__ == "__main__":
    main()
