"""What ``bncourse collect`` is asked and what it tells; the work is in `collecting`.

The times in an archive of Canvas or Moodle are those of the download. So a time of submission is known only where
somebody names it: a table (Moodle's grading worksheet has the times), or the archive itself if its times are right.
"""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.markup import escape
from rich.table import Table

from bncourse.course import find_folder
from bncourse.grading import lms
from bncourse.grading.assignments import choose
from bncourse.grading.sheets import read_sheet
from bncourse.grading.terminal import Terminal as Console
from bncourse.trouble import Trouble

MOST_LINES = 30
_TIME = ("time", "timestamp", "submitted", "submitted at", "submission time", "last modified (submission)")
_NOT_HANDED_IN = {"", "-", "n/a"}


def command(options):
    """Collect the submissions of an archive; see ``bncourse collect --help``."""
    course = find_folder()
    [name] = choose(course, [options.assignment])
    kind = getattr(options, "from")
    from bncourse.grading import reports, tables
    from bncourse.grading.class_list import class_list
    from bncourse.grading.collecting import collect
    from bncourse.grading.intake import stage_assignment

    times = times_of(options.times) if options.times else None
    numbers = read_numbers(options.times) if options.times not in (None, "archive") else {}
    people = class_list(course)
    with tables.progress(f"Collecting {name}") as tell:
        done = collect(course, name, options.archive, kind, people, times, tell, numbers)
    console = Console()
    if times and options.times != "archive":
        console.print(f"Times without a zone count in the zone of this machine, {datetime.now().astimezone():%Z (%z)}.")
    if done.left:
        console.print(_table(done))
    if done.late:
        unknown = sorted(set(done.late) - done.timed)
        how = f"; how late is not known of {len(unknown)}, --times tells it" if unknown else ""
        console.print(f"Marked as late{how}: {escape(', '.join(sorted(done.late)))}", soft_wrap=True, highlight=False)
    for made, student in done.twice.items():
        console.print(
            f"{student} was collected before, without the class list, as {made}, and is now there twice. "
            f"Take {made} out: nbgrader db student remove {made} --force; and delete the folders called {made}.",
            highlight=False,
            soft_wrap=True,
            markup=False,
        )
    said = summary(name, done)
    if not done.students:
        console.print(said, highlight=False, soft_wrap=True)
        return 1
    try:
        outcomes = stage_assignment(course, name, done.students)
    except Trouble as trouble:
        raise Trouble(f"{said} They are not staged yet: {trouble}") from trouble
    if any(outcome.notable or outcome.trouble for outcome in outcomes):
        console.print(reports.table(outcomes))
    console.print(said, highlight=False, soft_wrap=True)
    return int(bool(done.left) or any(outcome.trouble for outcome in outcomes))


def summary(name, done):
    """Say in one line what was done."""
    where = {lms.CANVAS: "Canvas", lms.MOODLE: "Moodle", lms.FOLDER: "folders"}[done.kind]
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


def times_of(source):
    """Give the function that knows when something was handed in.

    Parameters
    ----------
    source : str
        "archive", for the times in the archive; or the path of a table with a column of times and one that says who.
    """
    if source == "archive":
        return lambda handed, person, entry: entry.time
    known = read_times(source)

    def time(handed, person, entry):
        keys = [("number", handed.number), ("name", handed.name), ("id", handed.owner)]
        if person:
            keys = [("id", person.id), ("email", person.email), *keys]
            keys += [("name", person.name), ("name", person.sortable_name)]
        from bncourse.grading.class_list import folded

        found = (known.get((kind, folded(key))) for kind, key in keys if key)
        return next((each for each in found if each), None)

    return time


def read_times(path):
    """Read a table of times of submission, such as Moodle's grading worksheet.

    Returns
    -------
    dict
        ``{(kind, who): time}``; a name that stands there twice is left out.

    Raises
    ------
    Trouble
        If a column is missing or a time cannot be read.
    """
    from bncourse.grading.class_list import COLUMNS, NAME, folded

    sheet = read_sheet(path)
    place = sheet.column(*_TIME)
    who = {
        "id": sheet.column(*COLUMNS["id"]),
        "email": sheet.column(*COLUMNS["email"]),
        "number": sheet.column("identifier", *COLUMNS["lms_user_id"]),
        "name": sheet.column(*NAME),
    }
    if place is None or all(each is None for each in who.values()):
        raise Trouble(
            f"{path} needs a column of times, such as `time`, and one that says who, such as `id`, `email` or `name`; "
            f"it has {', '.join(sheet.header)}."
        )
    known, twice = {}, set()
    for number, row in enumerate(sheet.rows, start=2):
        text = row[place].strip()
        if text.casefold() in _NOT_HANDED_IN:
            continue
        time = _read_time(text, f"{path}, row {number}")
        for kind, column in who.items():
            if column is not None and row[column].strip():
                said = row[column]
                key = kind, folded(re.sub(r"^.*?(\d+)$", r"\1", said.strip()) if kind == "number" else said)
                twice |= {key} & known.keys()
                known[key] = time
    return {key: time for key, time in known.items() if key not in twice}


def read_numbers(path):
    """Read who is meant by Moodle's numbers of one assignment, from its grading worksheet.

    Returns
    -------
    dict of str to Person
        With what the worksheet has of an id and an email; empty where it has no numbers.
    """
    from bncourse.grading.class_list import COLUMNS, Person

    sheet = read_sheet(path)
    number = sheet.column("identifier")
    id, email = sheet.column(*COLUMNS["id"]), sheet.column(*COLUMNS["email"])
    if number is None:
        return {}
    return {
        re.sub(r"\D", "", row[number]): Person(
            row[id].strip() if id is not None else "", email=row[email].strip() if email is not None else ""
        )
        for row in sheet.rows
    }


def _read_time(text, where):
    """Read a time; one without a zone is in the zone of this machine, as a worksheet has it."""
    from dateutil import parser

    try:
        if re.match(r"\d{1,2}[./]\d{1,2}[./]", text):
            raise ValueError("day and month could be exchanged")
        region = re.search(r" ([A-Z]\w+/\w[\w+/-]*)$", text)  # as in Europe/Berlin
        time = parser.parse(text[: region.start()] if region else text, default=datetime(2000, 1, 1))
        if region and not time.tzinfo:
            return time.replace(tzinfo=ZoneInfo(region[1]))
        return time if time.tzinfo else time.astimezone()
    except (ValueError, OverflowError, LookupError) as error:
        raise Trouble(
            f"{where}: {text!r} is no time that is plain ({error}). Write it as 2026-03-01 23:59, with a zone such as "
            "+01:00 or Europe/Berlin if it is not that of this machine. Nothing was changed."
        ) from error
