"""``bncourse scores``: the points of a class as Canvas, Moodle, Gradescope or a spreadsheet takes them.

Who has no score gets an empty cell, never 0, and a row with the reason in a second file, ``NAME-not-graded.csv``.
"""

from pathlib import Path

from bncourse.course import find_folder
from bncourse.grading.assignment import Assignment, chosen
from bncourse.grading.display.terminal import Terminal as Console
from bncourse.grading.lms.spreadsheets import Sheet, refuse_existing, write_sheet
from bncourse.trouble import Trouble

MOST_LINES = 12


def table(found, form):
    """Return the scores as a table.

    Parameters
    ----------
    found : dict of str to list of StudentResult
        By assignment; all of the same people.
    form : str
        "canvas", "moodle", "gradescope" or "csv".

    Returns
    -------
    Sheet
    """
    make = {"canvas": _canvas, "moodle": _moodle, "gradescope": _gradescope, "csv": _plain}[form]
    by_person = {}
    for name, results in found.items():
        for each in results:
            by_person.setdefault(each.person.id, {})[name] = each
    return make(list(found), list(by_person.values()), {name: results[0].most for name, results in found.items()})


def not_graded(found):
    """Return the table of who has no score, or one to look at, and why."""
    rows = [
        [
            each.person.id,
            each.person.last_name,
            each.person.first_name,
            name,
            points(each.score),
            "; ".join(filter(None, [each.why, each.note])),
        ]
        for name, results in found.items()
        for each in results
        if each.why or each.note
    ]
    return Sheet(["student", "last name", "first name", "assignment", "score", "why"], rows)


def looks(found):
    """Return what to know of those who were graded, as lines for the terminal; the table beside the scores has all."""
    lines = [
        f"{name} of {each.person.id}: {'; '.join(filter(None, [each.why, each.note]))}"
        for name, results in found.items()
        for each in results
        if each.note or each.so_far is not None
    ]
    return lines if len(lines) <= MOST_LINES else [*lines[:MOST_LINES], f"and {len(lines) - MOST_LINES} more"]


def points(number):
    """Write points as every system reads them; an empty text for none."""
    return "" if number is None else f"{number:.4f}".rstrip("0").rstrip(".")


def _canvas(names, people, most):
    """A gradebook as Canvas imports it; its first rows are the header and the points that are possible."""
    header = ["Student", "ID", "SIS Login ID", "Section", *names]
    rows = [["Points Possible", "", "", "", *(points(most[name]) for name in names)]]
    for each in people:
        who = next(iter(each.values())).person
        number = who.lms_user_id if who.lms_user_id.isdecimal() else ""
        rows.append([who.sortable_name, number, who.id, "", *(_score(each, name) for name in names)])
    return Sheet(header, rows)


def _moodle(names, people, most):
    """A gradebook as Moodle imports it; in the import its columns are mapped to the grade items."""
    titles = [f"Assignment: {name} (Real)" for name in names]
    rows = []
    for each in people:
        who = next(iter(each.values())).person
        rows.append([who.first_name, who.last_name, who.id, who.email, *(_score(each, name) for name in names)])
    return Sheet(["First name", "Last name", "ID number", "Email address", *titles], rows)


def _gradescope(names, people, most):
    """The shape in which Gradescope itself writes the grades of a course."""
    header = ["First Name", "Last Name", "SID", "Email"]
    for name in names:
        header += [name, f"{name} - Max Points", f"{name} - Submission Time", f"{name} - Lateness (H:M:S)"]
    rows = []
    for each in people:
        who = next(iter(each.values())).person
        row = [who.first_name, who.last_name, who.id, who.email]
        for name in names:
            result = each.get(name)
            at = result and result.handed_in_at
            late = round(result.seconds_late) if result else 0
            row += [
                _score(each, name),
                points(most[name]),
                f"{at:%Y-%m-%d %H:%M:%S} +0000" if at else "",
                f"{late // 3600:02}:{late // 60 % 60:02}:{late % 60:02}" if at else "",
            ]
        rows.append(row)
    return Sheet(header, rows)


def _plain(names, people, most):
    """One row for each student and assignment, with everything that is known."""
    header = ["student", "last name", "first name", "email", "assignment", "score", "most", "late penalty", "why"]
    rows = []
    for each in people:
        for name, result in each.items():
            who = result.person
            penalty = points(result.penalty) if result.score is not None else ""
            why = "; ".join(filter(None, [result.why, result.note]))
            row = [who.id, who.last_name, who.first_name, who.email]
            rows.append([*row, name, points(result.score), points(result.most), penalty, why])
    return Sheet(header, rows)


def _score(each, name):
    return points(each[name].score) if name in each else ""


def _moodle_numbers(course, found):
    """Return the student of each of Moodle's numbers; they are of one assignment."""
    from bncourse.grading.lms.collecting import read_notes

    if len(found) != 1:
        return {}
    notes = read_notes(Assignment(course, *found))
    return {note["moodle"]["number"]: student for student, note in notes.items() if "moodle" in note}


def command(options):
    """Write the scores; see ``bncourse scores --help``."""
    course = find_folder()
    assignments = chosen(course, options.assignments)
    output = Path(options.output)
    beside = output.with_name(f"{output.stem}-not-graded.csv")
    refuse_existing(output, beside)
    if options.into and options.format not in ("canvas", "moodle"):
        raise Trouble("--into takes a gradebook that Canvas or Moodle wrote; say which with --format.")
    from bncourse.grading.report.results import results

    found, unknown = {}, []
    for assignment in assignments:
        try:
            found[assignment.name] = results(assignment)
        except Trouble:
            if options.assignments:
                raise
            unknown.append(assignment.name)  # of all assignments those that were never released are left out
    found = {name: rows for name, rows in found.items() if rows}
    if not found:
        raise Trouble("the gradebook knows no student yet: enter a class list (bncourse students), or grade first.")
    done = None
    if options.into:
        from bncourse.grading.lms.gradebook_table import merged

        numbers = _moodle_numbers(course, found)
        done = merged(found, options.into, options.format, options.column, options.scale, numbers, options.encoding)
        sheet = done.sheet
        if not done.written and any(each.score is not None for rows in found.values() for each in rows):
            raise Trouble(
                "\n".join([*done.said, f"no score was put into {options.into}, so {output} was not written."])
            )
    else:
        sheet = table(found, options.format)
    write_sheet(sheet, output)
    missing = not_graded(found)
    if missing.rows:
        write_sheet(missing, beside)
    console = Console()
    graded = sum(each.score is not None for rows in found.values() for each in rows)
    without = sum(each.score is None for rows in found.values() for each in rows)
    for line in [*(done.said if done else ()), *looks(found)]:
        console.print(line, highlight=False, soft_wrap=True, markup=False)
    why = f"; {without} have none, with the reason in {beside}" if without else ""
    look = f"; what to know of some is in {beside}" if missing.rows and not without else ""
    what = f"{graded} scores of" if done is None else f"{done.written} of {graded} scores of"
    console.print(
        f"{what} {len(found)} assignment{'s' * (len(found) != 1)} are in {output}{why}{look}.",
        highlight=False,
        soft_wrap=True,
        markup=False,
    )
    return int(done is not None and not done.written)
