"""``bncourse grade NN``: stage, run and judge a class, and record what it earned.

What was graded, from what, is kept in ``graded/STUDENT/NN-topic.json``. A second call grades what has changed
since: the submission, the release, the checks, or the version of the package. A run that was stopped at any
moment goes on where it was, for the note about a submission is written last.
"""

import contextlib
import fnmatch
import sys
import time
from dataclasses import replace

from bncourse.checking.verdict import CORRECT
from bncourse.course import find_folder
from bncourse.grading.assignment import chosen
from bncourse.grading.course import names
from bncourse.grading.engine.lock import one_run
from bncourse.grading.engine.pool import cores, get_ready
from bncourse.grading.engine.progress import Graded
from bncourse.grading.engine.provenance import fingerprint
from bncourse.grading.engine.run import GradingRun, stamp_of
from bncourse.grading.gradebook.enrolment import one_spelling, removed
from bncourse.grading.lms.unknown_times import of_no_time, typed_in, without_times
from bncourse.grading.nbgrader.configuration import limits_of, lowest_level
from bncourse.grading.release.build import enter_assignment
from bncourse.grading.submission.store import end_reading, read_release, stage_assignment
from bncourse.grading.submission.timestamp import TIMESTAMP
from bncourse.sandbox.levels import best_level
from bncourse.sandbox.usage import fitting
from bncourse.trouble import Trouble


def grade(
    assignment,
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
    assignment : Assignment
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
    course, name = assignment.course, assignment.name
    limits = limits or limits_of(course)
    release, _ = read_release(assignment)
    preload = preloads(release)
    wanted = map(assignment.submission, students or assignment.handed_in())
    if not scheduler and (force or any(not submission.grade_note() for submission in wanted)):
        get_ready(preload)  # it imports for seconds, beside all that comes before the first submission is judged
    outcomes = stage_assignment(assignment, students)
    end_reading()
    reports = {outcome.student: outcome.report for outcome in outcomes if not outcome.trouble}
    notes = {student: assignment.submission(student).grade_note() for student in reports}
    prints = {student: fingerprint(report, limits) for student, report in reports.items()}
    changed = {student for student, note in notes.items() if force or note.fingerprint != prints[student]}
    if changed and not scheduler:
        get_ready(preload)
    for student in sorted(changed) if force else ():  # if this run is stopped, the next one goes on with them
        assignment.submission(student).write_grade_note(replace(notes[student], fingerprint=""))
    from bncourse.grading.gradebook.writer import Record  # with nbgrader, which takes seconds

    with one_run(course), Record(course) as record:
        if not record.knows(name):
            enter_assignment(assignment)
        done = Graded(name)
        from bncourse.grading.engine.hidden_tests import hidden_tests, summed  # with nbgrader

        hidden = hidden_tests(record.gradebook, name)
        changed |= {student for student, note in notes.items() if note.hidden != summed(hidden)}
        troubles = one_spelling(record.gradebook, [outcome.student for outcome in outcomes])
        known, enrolled = record.submissions(name), record.enrolled()
        done.people, done.due = record.people(), record.due(name)
        done.removed = sorted(removed(assignment, [o.student for o in outcomes], enrolled))
        outcomes = [outcome for outcome in outcomes if outcome.student not in done.removed]
        done.not_submitted = sorted(set(enrolled) - {o.student for o in outcomes}) if students is None else []
        done.typed, done.typed_too = (typed_in(assignment, who) for who in (done.not_submitted, reports))
        jobs = []
        for outcome in outcomes:
            if outcome.student in troubles:
                done.not_graded[outcome.student] = troubles[outcome.student]
                continue
            if outcome.trouble:
                done.not_graded[outcome.student] = outcome.trouble
                continue
            if refused := outcome.report.refusal:
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
            run = GradingRun(assignment, record, done, reports, prints, hidden, limits, preload)
            run.grade(jobs, workers, scheduler, tell)
            record.verify(before, name, set(jobs))
        times = {student: _handed_in_at(assignment.submission(student), reports[student]) for student in done.unchanged}
        record.enter(name, times)
        done.penalties = record.renew_penalties(name, set(done.unchanged))
        unknown = of_no_time(record.gradebook, name, {*done.scores, *done.unchanged})
        done.warnings += [*record.idle_extensions(names(course)), *without_times(assignment, done, reports, unknown)]
        done.took = time.monotonic() - began
    return done


def _handed_in_at(submission, report):
    return stamp_of({TIMESTAMP: submission.timestamp.read_bytes()}) if TIMESTAMP in report.files else None


def preloads(release):
    """Return the modules that a notebook imports, to be imported once for the whole class."""
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


def not_solved(assignment, exercise, students):
    """Return those of the students whose answer to an exercise is not known to be right.

    Raises
    ------
    Trouble
        If the notebook has no such exercise; the message lists those it has.
    """
    release, _ = read_release(assignment)
    checks = [cell.metadata.get("nbgrader", {}) for cell in release.cells]
    known = [m["grade_id"].removesuffix("-check") for m in checks if m.get("grade") and not m.get("solution")]
    if exercise not in known:
        raise Trouble(f"{assignment.name} has no exercise {exercise!r}; it has {', '.join(known)}.")
    outcomes = {student: assignment.submission(student).grade_note().outcomes for student in students}
    return [s for s in students if outcomes[s].get(f"{exercise}-check", {}).get("outcome") != CORRECT]


def command(options):
    """Grade one assignment; see ``bncourse grade --help``."""
    course = find_folder()
    [assignment] = chosen(course, [options.assignment])
    name, there = assignment.name, assignment.can_be_graded()
    students = None
    if options.students:
        wanted = options.students.split(",")
        students = sorted({student for pattern in wanted for student in fnmatch.filter(there, pattern)})
        unknown = [pattern for pattern in wanted if not fnmatch.filter(there, pattern)]
        if unknown:
            raise Trouble(f"nothing of {name} was handed in by {', '.join(unknown)}.")
    if options.exercise:
        students = not_solved(assignment, options.exercise, sorted(there) if students is None else students)
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
                assignment,
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
