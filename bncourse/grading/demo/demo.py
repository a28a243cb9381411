"""A small class from release to feedback, in a folder of its own: the whole cycle of an instructor in a minute."""

import csv
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from bncourse import exercises
from bncourse.course import find_folder
from bncourse.grading.assignment import Assignment
from bncourse.grading.course import SETTINGS, choose
from bncourse.grading.demo import classroom
from bncourse.grading.release.build import reason, release
from bncourse.grading.release.source import SourceNotebook, read
from bncourse.grading.submission.merge import NOT_GRADED, REFUSED
from bncourse.trouble import Trouble

# Each wrong idea of this notebook is an answer that a learner could write as it stands; in others many are
# one step of a longer answer.
SHOWN = "04"
# The course's own rule may name a table that is not here.
NOBODY_IS_LATE = """
# Nobody is late in a demonstration.
c.LateRule.percent_a_day = 0.0
c.LateRule.extensions = ""
"""
_ERROR = re.compile(r"error: (.+?) What probably happened:")


@dataclass(frozen=True)
class DemoResult:
    """What became of one submission.

    Parameters
    ----------
    student : Student
    scores : dict
        ``{grade_id: (score, most)}`` of each graded cell; empty where nothing could be graded.
    why : dict
        Why points of an exercise were lost, in the words of its check, by the name of the exercise.
    named : dict
        The names of the wrong ideas that the check found, by the name of the exercise.
    waiting : dict
        The points of each written answer that a person has still to grade, by the name of its cell.
    not_graded : str
        Why nothing could be graded, or "".
    """

    student: classroom.Student
    scores: dict = field(default_factory=dict)
    why: dict = field(default_factory=dict)
    named: dict = field(default_factory=dict)
    waiting: dict = field(default_factory=dict)
    not_graded: str = ""


def command(options):
    """Make the class in the folder that is named; see ``bncourse demo --help``."""
    course = find_folder()
    folder = empty(options.directory)
    console, progress = Console(), Console(stderr=True)
    [name] = choose(course, [SHOWN])
    progress.print(f"Making a course with a class of its own in {folder}: {name}, without its experiments ...")
    results = play(course, folder, name, progress)
    console.print(table(results))
    console.print(summary(results), highlight=False, soft_wrap=True)
    console.print(
        f"The gradebook is {folder / 'gradebook.db'}, feedback is in {folder / 'feedback'}, the table is "
        f"{folder / 'class.csv'}; for Formgrader: cd {folder} && jupyter lab, then Nbgrader, Formgrader.",
        highlight=False,
        soft_wrap=True,
    )
    return int(all(result.not_graded for result in results))


def empty(directory):
    """Return a new or empty folder, made where it does not exist.

    Raises
    ------
    Trouble
        If something is there: nothing is ever overwritten.
    """
    folder = Path(directory).expanduser().resolve()
    if folder.exists() and not folder.is_dir():
        raise Trouble(f"{folder} is a file; name a new or an empty folder.")
    if folder.is_dir() and any(folder.iterdir()):
        raise Trouble(f"{folder} is not empty, and nothing in it is touched; name a new or an empty folder.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Trouble(f"{folder} cannot be made ({error.strerror}); name a folder that you may write to.") from error
    return folder


def play(course, folder, name, progress, only=None):
    """Play the whole cycle in an empty folder: release, hand in, grade, feedback, export.

    Parameters
    ----------
    course : path
        The course to take the notebook and the settings from.
    folder : path
    name : str
        The notebook.
    progress : rich.console.Console
        Where progress is shown.
    only : collection of str, optional
        The members of the class to take, by name; all, where it is not given.

    Returns
    -------
    list of DemoResult
    """
    with progress.status("Loading nbgrader, and releasing the notebook ..."):
        # imported here: nbgrader takes seconds, and a folder that cannot be used is told at once
        from bncourse.grading.nbgrader import converters
        from bncourse.grading.submission.store import stage_assignment

        shutil.copy(course / SETTINGS, folder)
        with open(folder / SETTINGS, "a", encoding="utf-8") as settings:
            settings.write(NOBODY_IS_LATE)
        assignment = Assignment(folder, name)
        source_file = assignment.source
        source_file.parent.mkdir(parents=True)
        whole = read(course / "solutions" / name / source_file.name).notebook
        source_file.write_text(classroom.as_text(classroom.shorten(whole)), encoding="utf-8")
        release(assignment, record=True)
    source = read(source_file, exercises.of_notebook(name))
    members = [member for member in classroom.members(source) if only is None or member.name in only]
    for member in members:
        classroom.hand_in(member, folder / "notebooks" / name / source_file.name, folder / "submitted")
    outcomes = {outcome.student: outcome for outcome in stage_assignment(assignment)}
    results = []
    # One after the other: nbgrader's gradebook takes one writer at a time.
    for member in track(members, f"Grading {len(members)} submissions", console=progress, transient=True):
        results.append(_graded(converters, assignment.submission(member.name), source, member, outcomes[member.name]))
    converters.export(folder, folder / "grades.csv")
    _write(results, folder / "class.csv")
    return results


def _graded(converters, submission, source: SourceNotebook, member, outcome):
    try:
        converters.autograde(submission.assignment, member.name)
        converters.generate_feedback(submission.assignment, member.name)
    except converters.Refused as refused:
        return DemoResult(member, not_graded=" ".join(reason(refused).split()))
    scores = converters.scores(submission)
    if unread := [decision.why for decision in outcome.decisions if decision.kind == REFUSED]:
        return DemoResult(member, not_graded=" ".join(unread).replace(NOT_GRADED, "").strip())
    why, named = {}, {}
    graded = read(submission.autograded)
    for cell in graded.checks:
        score, most = scores[cell.grade_id]
        if score < most:
            exercise = cell.grade_id.removesuffix("-check")
            said = _said(cell)
            known = getattr(exercises.find(exercise), "wrong_ideas", ())
            # as the checks write it: "What probably happened: divides by the variance. You divide ..."
            named[exercise] = tuple(idea.name for idea in known if f": {idea.name}. " in said)
            why[exercise] = " and ".join(named[exercise]) or _without_a_name(said)
    waiting = converters.waiting(submission)
    for cell in source.written:
        why[cell.grade_id] = "waits for a person" if cell.grade_id in waiting else "nothing written"
    return DemoResult(member, scores, why, named, waiting)


def _said(cell):
    """Return what a check said, as one line."""
    parts = []
    for output in cell.node.get("outputs", []):
        if output["output_type"] == "error":
            parts.append(output["evalue"])
        parts.append("".join(output.get("data", {}).get("text/plain", "")))
        parts.append("".join(output.get("text", "")))
    return " ".join(" ".join(parts).split())


def _without_a_name(said):
    if "NOT STARTED" in said:
        return "not started"
    error = _ERROR.search(said)
    return f"stopped: {error[1]}" if error else said[:120] or "nothing was said"


def table(results):
    """Return the table of who got what and why."""
    drawn = Table(title="Who got what, and why", show_lines=True)
    drawn.add_column("Student", no_wrap=True)
    drawn.add_column("Handed in", max_width=14)
    drawn.add_column("Points", justify="right", no_wrap=True)
    drawn.add_column("Where points were lost, and why", overflow="fold")
    for result in results:
        drawn.add_row(result.student.name, result.student.handed_in, points(result), _why(result))
    return drawn


def points(result):
    if result.not_graded:
        return "-"
    most = sum(m for name, (_, m) in result.scores.items() if name not in result.waiting)
    waiting = f" + {sum(result.waiting.values()):g} by hand" if result.waiting else ""
    return f"{sum(s for s, _ in result.scores.values()):g} of {most:g}{waiting}"


def _why(result):
    if result.not_graded:
        return f"not graded: {result.not_graded}"
    return "\n".join(f"{exercise}: {why}" for exercise, why in result.why.items()) or "nothing lost"


def summary(results):
    """Say in one line how many were graded, and how many of the wrong ideas were named."""
    ideas = [(r, exercise, idea) for r in results for exercise, idea in r.student.ideas.items()]
    named = sum(idea in result.named.get(exercise, ()) for result, exercise, idea in ideas)
    graded = sum(not result.not_graded for result in results)
    return (
        f"{graded} of {len(results)} submissions graded; of {len(ideas)} wrong ideas in them, {named} were named "
        "by the check that met them."
    )


def _write(results, path):
    with open(path, "w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["student", "handed_in", "exercise", "score", "most", "why"])
        for result in results:
            about = [result.student.name, result.student.handed_in]
            if result.not_graded:
                rows.writerow([*about, "", "", "", f"not graded: {result.not_graded}"])
            for grade_id, (score, most) in result.scores.items():
                exercise = grade_id.removesuffix("-check")
                rows.writerow([*about, exercise, score, most, result.why.get(exercise, "")])
