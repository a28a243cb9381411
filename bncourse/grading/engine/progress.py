"""What a grading run did, and how the terminal shows it."""

import contextlib
from dataclasses import dataclass, field

from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from bncourse.grading.display.terminal import Terminal as Console
from bncourse.grading.lms.people import ClassList
from bncourse.sandbox.limits import NAMES

MOST_NAMES = 8
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
    people : ClassList
    due : str
        When it was due, with the zone; "" where the gradebook has no date.
    removed : list of str
        Who handed something in and was taken out of the gradebook since; they stay out.
    typed : dict of str to str
        Of those who handed in no file, who typed a text into the LMS.
    typed_too : dict of str to str
        Of those who handed in a file, who typed a text into the LMS too.
    not_submitted : list of str
        On the class list, with nothing handed in.
    rejected : dict of str to str
        Files that could not be read, and why; who handed one in has no grade.
    not_graded : dict of str to str
        Whose grade is as it was before, and why.
    penalties : dict of str to (float, float)
        Where nothing was graded again and the late rule takes another number of points: before, and now.
    warnings : list of str
        What in the settings has no effect.
    notes : dict of str to str
        What went wrong while a submission ran.
    seconds : dict of str to float
    took : float
    """

    name: str
    level: int | None = None
    scores: dict = field(default_factory=dict)
    unchanged: list = field(default_factory=list)
    people: ClassList = field(default_factory=lambda: ClassList(()))
    due: str = ""
    removed: list = field(default_factory=list)
    typed: dict = field(default_factory=dict)
    typed_too: dict = field(default_factory=dict)
    not_submitted: list = field(default_factory=list)
    rejected: dict = field(default_factory=dict)
    not_graded: dict = field(default_factory=dict)
    penalties: dict = field(default_factory=dict)
    warnings: list = field(default_factory=list)
    notes: dict = field(default_factory=dict)
    seconds: dict = field(default_factory=dict)
    took: float = 0.0

    def shown(self, student):
        """Return an id with the name of the person."""
        return self.people.shown(student)

    @property
    def slow(self):
        """The students whose submission took much longer than the others."""
        times = sorted(self.seconds.values())
        middle = times[len(times) // 2] if times else 0.0
        return {s: t for s, t in self.seconds.items() if t > max(SLOW * middle, 5.0)}


@contextlib.contextmanager
def progress(title):
    """Show a bar with rate and time left; give the function that moves it."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None, rate="")

        def tell(done, total):
            speed = bar.tasks[0].speed
            bar.update(task, completed=done, total=total, rate=f"{60 * speed:.0f} a minute" if speed else "")

        yield tell


def show(done):
    """Show the table of a run, and its last line."""
    console = Console()
    walls = f", walls of level {NAMES[done.level]}" if done.level is not None else ""
    table = Table(title=f"{done.name}{walls}")
    table.add_column("What")
    table.add_column("How many", justify="right")
    table.add_column("Who, and why", overflow="fold")
    scores = sorted(score for student, score in done.scores.items() if student not in done.rejected)
    middle = f"median score {scores[len(scores) // 2]:g}" if scores else ""
    if done.due:
        table.add_row("due", "", done.due)
    table.add_row("graded", str(len(scores)), middle)
    if done.unchanged:
        table.add_row("unchanged", str(len(done.unchanged)), "graded before; --force grades them again")
    if done.penalties:
        told = {student: f"{after:g} taken (before: {before:g})" for student, (before, after) in done.penalties.items()}
        table.add_row("late, anew", str(len(told)), _reasons(told, done))
    if done.not_submitted:
        nothing = [student for student in done.not_submitted if student not in done.typed]
        table.add_row("not submitted", str(len(nothing)), _names(map(done.shown, nothing)))
    if done.typed:
        table.add_row("typed in, no file", str(len(done.typed)), _reasons(done.typed, done))
    if done.typed_too:
        table.add_row("typed in, beside a file", str(len(done.typed_too)), _reasons(done.typed_too, done))
    if done.removed:
        why = "taken out of the gradebook, and not graded; bncourse students takes them in again"
        table.add_row("removed", str(len(done.removed)), _reasons(dict.fromkeys(done.removed, why), done))
    if done.rejected:
        table.add_row("not readable: no grade", str(len(done.rejected)), _reasons(done.rejected, done))
    if done.notes:
        table.add_row("stopped somewhere", str(len(done.notes)), _reasons(done.notes, done))
    if done.slow:
        table.add_row("slow", str(len(done.slow)), _names(f"{done.shown(s)}: {t:.0f} s" for s, t in done.slow.items()))
    if done.not_graded:
        table.add_row("NOT GRADED", str(len(done.not_graded)), _reasons(done.not_graded, done))
    console.print(table)
    for warning in done.warnings:
        console.print(warning, highlight=False, soft_wrap=True, markup=False)
    rate = f", {60 * len(done.scores) / done.took:.0f} a minute" if done.scores and done.took else ""
    kept = f"; {len(done.not_graded)} not graded, their grades are as before" if done.not_graded else ""
    kept += f"; {len(done.rejected)} without a grade, their files could not be read" if done.rejected else ""
    console.print(
        f"{done.name}: {len(scores)} graded{kept}, in {done.took:.1f} s{rate}. "
        "Grades are in the gradebook, graded notebooks in autograded/.",
        highlight=False,
        soft_wrap=True,
    )


def _names(names):
    names = list(names)
    more = len(names) - MOST_NAMES
    return escape(", ".join(names[:MOST_NAMES]) + (f" and {more} more" if more > 0 else ""))


def _reasons(reasons, done):
    lines = [f"{done.shown(student)}: {why}" for student, why in sorted(reasons.items())]
    more = len(lines) - MOST_NAMES
    return escape("\n".join(lines[:MOST_NAMES] + ([f"and {more} more"] if more > 0 else [])))
