"""What ``bncourse collect`` is asked and what it tells; the work is in `collecting`.

The times in an archive of Canvas or Moodle are those of the download. So a time of submission is known only where
somebody names it: a table (Moodle's grading worksheet has the times), or the archive itself if its times are right.
"""

from datetime import datetime

from rich.markup import escape
from rich.table import Table

from bncourse.course import find_folder
from bncourse.grading.assignment import chosen
from bncourse.grading.display.terminal import Terminal as Console
from bncourse.grading.lms import file_names
from bncourse.grading.lms.worksheets import Times, read_numbers, read_times
from bncourse.trouble import Trouble

__all__ = ["command", "read_numbers", "read_times", "summary", "times_of"]
MOST_LINES = 30


def command(options):
    """Collect the submissions of an archive; see ``bncourse collect --help``."""
    course = find_folder()
    [assignment] = chosen(course, [options.assignment])
    name = assignment.name
    kind = getattr(options, "from")
    from bncourse.grading.engine import progress
    from bncourse.grading.lms.collecting import collect
    from bncourse.grading.lms.students import class_list
    from bncourse.grading.nbgrader.late_policy import course_zone
    from bncourse.grading.submission import stage
    from bncourse.grading.submission.store import stage_assignment

    zone, table = course_zone(course), options.times not in (None, "archive")
    times = times_of(options.times, zone, options.encoding if table else None) if options.times else None
    numbers = read_numbers(options.times, options.encoding) if table else {}
    people = class_list(course)
    encoding = None if table else options.encoding
    with progress.progress(f"Collecting {name}") as tell:
        done = collect(assignment, options.archive, kind, people, times, tell, numbers, encoding)
    console = Console()
    for line in _said_of_times(done, times if table else None, people, zone):
        console.print(line, highlight=False, soft_wrap=True, markup=False)
    if done.left:
        console.print(_table(done))
    for line in _said_of_people(done, people):
        console.print(line, highlight=False, soft_wrap=True, markup=False)
    said = summary(name, done)
    if not done.students:
        console.print(said, highlight=False, soft_wrap=True)
        return 1
    try:
        outcomes = stage_assignment(assignment, done.students)
    except Trouble as trouble:
        raise Trouble(f"{said} They are not staged yet: {trouble}") from trouble
    if any(outcome.notable or outcome.trouble for outcome in outcomes):
        console.print(stage.table(outcomes, people))
    console.print(said, highlight=False, soft_wrap=True)
    return int(bool(done.left) or any(outcome.trouble for outcome in outcomes))


def _said_of_times(done, times, people, zone):
    """Give what to know of the times: the zone, the rows that mean nobody, and whose time is not known."""
    if times is None:
        return
    yield from times.said
    where = f"{zone.key} (c.LateRule.timezone)" if zone else f"this machine, {datetime.now().astimezone():%Z (%z)}"
    yield f"Times without a zone count in the zone of {where}."
    yield from times.nobody(people)
    if unknown := sorted(set(done.students) - done.timed):
        yield f"No time is known for {len(unknown)}: {', '.join(people.shown(student) for student in unknown)}"


def _said_of_people(done, people):
    """Give what to know of some students."""
    if done.late:
        unknown = sorted(set(done.late) - done.timed)
        how = f"; how late is not known of {len(unknown)}, --times tells it" if unknown else ""
        yield f"Marked as late{how}: {', '.join(people.shown(student) for student in sorted(done.late))}"
    if done.untimed:
        yield (
            f"Handed in again, and no time is known of it: {', '.join(map(people.shown, sorted(done.untimed)))}. The "
            "time before does not count for it, so the late rule takes nothing. To tell it: --times"
        )
    if done.typed:
        yield f"Typed a text into the LMS, which is no file: {', '.join(map(people.shown, sorted(done.typed)))}"
    for made, student in done.twice.items():
        yield (
            f"{student} was collected before, without the class list, as {made}, and is now there twice. "
            f"Take {made} out: nbgrader db student remove {made} --force; and delete the folders called {made}."
        )


def summary(name, done):
    """Say in one line what was done."""
    where = {file_names.CANVAS: "Canvas", file_names.MOODLE: "Moodle", file_names.FOLDER: "folders"}[done.kind]
    parts = [f"{len(done.first)} new", f"{len(done.again)} handed in again", f"{len(done.same)} as they were"]
    if done.left:
        parts.append(f"{len(done.left)} not taken, which stay in the archive")
    next_step = f" Next: bncourse grade {name.partition('-')[0]}" if done.students else ""
    return f"{name}, from {where}: {', '.join(parts)}. They are in submitted/STUDENT/{name}.{next_step}"


def _table(done):
    table = Table(title="Not taken", show_lines=True)
    table.add_column("In the archive", overflow="fold")
    table.add_column("Why", overflow="fold")
    for what, why in done.left[:MOST_LINES]:
        table.add_row(escape(what), escape(why))
    if len(done.left) > MOST_LINES:
        table.add_row("...", f"and {len(done.left) - MOST_LINES} more")
    return table


def times_of(source, zone=None, encoding=None):
    """Return what knows when something was handed in.

    Parameters
    ----------
    source : str
        "archive", for the times in the archive; or the path of a table with a column of times and one that says who.
    zone : tzinfo, optional
        In which a time without a zone counts; that of this machine where it is not given.
    encoding : str, optional
    """
    if source == "archive":
        return lambda handed, person, entry: entry.time
    return Times(source, zone, encoding)
