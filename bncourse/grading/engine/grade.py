"""``bncourse grade NN``: stage, run and judge a class, and record what it earned.

What was graded, from what, is kept in ``graded/STUDENT/NN-topic.json``. A second call grades what has changed
since: the submission, the release, the checks, or the version of the package. A run that was stopped at any
moment goes on where it was, for the note about a submission is written last.
"""

import contextlib
import fnmatch
import sys
import time
from dataclasses import asdict
from pathlib import Path

from nbformat.v4 import reads_json

from bncourse.checking.verdict import CORRECT
from bncourse.course import find_folder
from bncourse.grading.course import choose, names
from bncourse.grading.engine.jobs import Job
from bncourse.grading.engine.lock import one_run
from bncourse.grading.engine.pool import cores, get_ready, judged
from bncourse.grading.engine.progress import Graded
from bncourse.grading.engine.provenance import findings, fingerprint, keep, state
from bncourse.grading.engine.seeds import seed_of
from bncourse.grading.gradebook.enrolment import one_spelling, removed
from bncourse.grading.lms.unknown_times import has_lost_its_time, typed_in, without_times
from bncourse.grading.nbgrader.configuration import limits_of, lowest_level
from bncourse.grading.release.build import enter_assignment
from bncourse.grading.submission.staging_report import staging_report
from bncourse.grading.submission.store import (
    SUBMITTED,
    handed_in,
    may_be_graded,
    released,
    stage_assignment,
)
from bncourse.grading.submission.timestamp import TIMESTAMP
from bncourse.sandbox import levels
from bncourse.sandbox.levels import best_level
from bncourse.sandbox.mounts import Unavailable
from bncourse.sandbox.usage import fitting
from bncourse.trouble import Trouble

BATCH = 20  # submissions that are entered into the gradebook together


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
        The lowest level of walls to make do with, see `bncourse.sandbox.sandbox`.
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
    began = time.monotonic()
    course = Path(course)
    limits = limits or limits_of(course)
    release, _ = released(course, name)
    preload = preloads(release)
    if not scheduler and (force or any(not state(course, name, who) for who in students or handed_in(course, name))):
        get_ready(preload)  # it imports for seconds, beside all that comes before the first submission is judged
    outcomes = stage_assignment(course, name, students)
    prints = {
        outcome.student: fingerprint(staging_report(course, name, outcome.student), limits)
        for outcome in outcomes
        if not outcome.trouble
    }
    changed = {
        student for student in prints if force or state(course, name, student).get("fingerprint") != prints[student]
    }
    if changed and not scheduler:
        get_ready(preload)
    for student in sorted(changed) if force else ():  # if this run is stopped, the next one goes on with them
        keep(course, name, student, {**state(course, name, student), "fingerprint": ""})
    from bncourse.grading.gradebook.writer import Record  # with nbgrader, which takes seconds

    with one_run(course), Record(course) as record:
        if not record.knows(name):
            enter_assignment(course, name)
        done = Graded(name)
        from bncourse.grading.engine.hidden_tests import hidden_tests, summed  # with nbgrader

        hidden = hidden_tests(record.gradebook, name)
        changed |= {who for who in prints if state(course, name, who).get("hidden", "") != summed(hidden)}
        troubles = one_spelling(record.gradebook, [outcome.student for outcome in outcomes])
        known, enrolled = record.submissions(name), record.enrolled()
        done.people, done.due = record.people(), record.due(name)
        done.removed = sorted(removed(course, name, [o.student for o in outcomes], enrolled))
        outcomes = [outcome for outcome in outcomes if outcome.student not in done.removed]
        done.not_submitted = sorted(set(enrolled) - {o.student for o in outcomes}) if students is None else []
        done.typed, done.typed_too = (typed_in(course, name, who) for who in (done.not_submitted, prints))
        jobs = []
        for outcome in outcomes:
            if outcome.student in troubles:
                done.not_graded[outcome.student] = troubles[outcome.student]
                continue
            if outcome.trouble:
                done.not_graded[outcome.student] = outcome.trouble
                continue
            if refused := staging_report(course, name, outcome.student).refusal:
                done.rejected[outcome.student] = refused
            if outcome.student in known and outcome.student not in changed:
                done.unchanged.append(outcome.student)
            else:
                jobs.append(outcome.student)
        if jobs:
            done.level = best_level(lowest, highest)
            workers = workers or cores()
            if not scheduler:  # the machines of a cluster look after themselves
                fit = fitting(workers, limits, course)
                if fit < workers:
                    done.warnings.append(f"{fit} instead of {workers} submissions side by side: memory is scarce here")
                workers = fit
            record.back_up()
            before = record.rows()
            _grade(course, record, done, jobs, prints, hidden, limits, preload, workers, scheduler, tell)
            record.verify(before, name, set(jobs))
        record.enter(name, {student: _handed_in_at(course, name, student) for student in done.unchanged})
        done.penalties = record.renew_penalties(name, set(done.unchanged))
        done.warnings += [*record.idle_extensions(names(course)), *without_times(course, name, done)]
        done.took = time.monotonic() - began
    return done


def _grade(course, record, done, students, prints, hidden, limits, preload, workers, scheduler, tell):
    from bncourse.grading.engine.hidden_tests import summed, with_hidden_tests

    name = done.name
    files = {}

    def made():
        for batch in _batches(students):
            staged = {student: _staged(course, name, student) for student in batch}
            untimed = {student for student in batch if has_lost_its_time(course, name, student)}
            ids = record.enter(name, {student: _stamp(beside) for student, (_, beside) in staged.items()}, untimed)
            for student, (notebook, files[student]) in staged.items():
                beside = {path: content for path, content in files[student].items() if path != TIMESTAMP}
                notebook = with_hidden_tests(notebook, hidden)
                seed = seed_of(ids[student], reads_json(notebook), beside)
                yield Job(name, student, notebook, seed, done.level, beside, asdict(limits), preload)

    if tell:
        tell(0, len(students))
    for finished, result in enumerate(judged(made(), workers, scheduler), start=1):
        if result.trouble:
            if result.trouble.startswith(Unavailable.__name__):
                levels.forget()
            done.not_graded[result.student] = result.trouble
            keep(course, name, result.student, state(course, name, result.student) | {"not_graded": result.trouble})
        else:
            score = record.write(name, result.student, result.notebook, files.pop(result.student, {}))
            done.scores[result.student] = score
            done.seconds[result.student] = result.seconds
            if result.events:
                done.notes[result.student] = "; ".join(dict.fromkeys(result.events))
            keep(
                course,
                name,
                result.student,
                {
                    "fingerprint": prints[result.student],
                    "hidden": summed(hidden),
                    "score": score,
                    "enrolled": True,
                    "received": staging_report(course, name, result.student).received,
                    **findings(result),
                },
            )
        if tell:
            tell(finished, len(students))


def _staged(course, name, student):
    """Give the staged notebook as text, and the files beside it."""
    place = Path(course) / SUBMITTED / student / name
    files = {path: (place / path).read_bytes() for path in staging_report(course, name, student).files}
    return files.pop(f"{name}.ipynb").decode(), files


def _batches(students):
    for at in range(0, len(students), BATCH):
        yield students[at : at + BATCH]


def _stamp(files):
    return files.get(TIMESTAMP, b"").decode("ascii", "replace").strip() or None


def _handed_in_at(course, name, student):
    if TIMESTAMP not in staging_report(course, name, student).files:
        return None
    return _stamp({TIMESTAMP: (course / SUBMITTED / student / name / TIMESTAMP).read_bytes()})


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
            f"nothing was handed in: there is no submitted/STUDENT/{name}. Run bncourse collect {options.assignment} "
            f"ARCHIVE (Canvas, Moodle, a folder) or nbgrader collect {name} (the exchange), or put the files there."
        )
    lowest = lowest_level(course) if options.accept_unsafe_level is None else options.accept_unsafe_level
    from bncourse.grading.engine import progress

    try:
        with progress.progress(f"Grading {name}") as tell:
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
        print(f"\nStopped. What is graded is recorded; `bncourse grade {options.assignment}` goes on.", file=sys.stderr)
        return 130
    progress.show(done)
    return int(bool(done.not_graded))
