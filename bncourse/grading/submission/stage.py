"""What staging tells: the instructor in the terminal, and the student on the feedback page."""

from rich.markup import escape
from rich.table import Table

from bncourse.course import find_folder
from bncourse.grading.assignment import chosen
from bncourse.grading.display.terminal import Terminal as Console
from bncourse.grading.submission.merge import TAKEN
from bncourse.trouble import Trouble

MOST_LINES = 12


def command(options):
    """Stage the submissions of one assignment; see ``bncourse stage --help``."""
    [assignment] = chosen(find_folder(), [options.assignment])
    name = assignment.name
    from bncourse.grading.submission.store import stage_assignment  # takes a second: after the names are known

    students = options.students.split(",") if options.students else None
    if students is None and not assignment.handed_in():
        raise Trouble(
            f"nothing was handed in: there is no submitted/STUDENT/{name}. Run bncourse collect {options.assignment} "
            f"ARCHIVE (Canvas, Moodle, a folder) or nbgrader collect {name} (the exchange), or put the files there."
        )
    outcomes = stage_assignment(assignment, students)
    console = Console()
    if any(outcome.notable or outcome.trouble for outcome in outcomes):
        console.print(table(outcomes))
    console.print(summary(name, outcomes), highlight=False, soft_wrap=True)
    return int(any(outcome.trouble for outcome in outcomes))


def table(outcomes, people=None):
    """Return the table of what was dropped, mended or refused, and why; with names where a class list knows them."""
    drawn = Table(title="What was not taken as it came", show_lines=True)
    drawn.add_column("Student", overflow="fold")
    drawn.add_column("What, and why", overflow="fold")
    for outcome in outcomes:
        lines = [f"{each.what}: {each.why}" for each in outcome.notable]
        if outcome.trouble:
            lines = [f"NOT STAGED: {outcome.trouble}"]
        if lines:
            drawn.add_row(
                escape(people.shown(outcome.student) if people else outcome.student),
                escape("\n".join(shortened(lines))),
            )
    return drawn


def summary(name, outcomes):
    """Say in one line what was done."""
    new = sum(outcome.is_new for outcome in outcomes)
    stopped = sum(bool(outcome.trouble) for outcome in outcomes)
    parts = [f"{new} staged", f"{len(outcomes) - new - stopped} staged before"]
    if stopped:
        parts.append(f"{stopped} not staged, and left as they are")
    return f"{name}: {', '.join(parts)}. Reports are in staged/, what came is in received/."


def for_student(decisions):
    """Return what a student has to know about the reading of their file, as lines; none, if all was taken."""
    return shortened([f"{each.what}: {each.why}" for each in decisions if each.kind != TAKEN])


def shortened(lines):
    more = len(lines) - MOST_LINES
    return lines if more <= 0 else [*lines[:MOST_LINES], f"and {more} more"]
