"""``bncourse report NN``: how a class did, and which wrong ideas it has.

What is counted comes from the gradebook and from ``graded/STUDENT/NN-topic.json``, where grading keeps what each
check found. Nothing here changes a grade.
"""

import statistics
from collections import Counter
from dataclasses import dataclass, field

from rich.markup import escape
from rich.table import Table

from bncourse import exercises
from bncourse.checking import verdict
from bncourse.course import find_folder
from bncourse.grading.assignment import chosen
from bncourse.grading.display.terminal import Terminal as Console
from bncourse.grading.engine import outcomes
from bncourse.grading.report.scores import points
from bncourse.sandbox.limits import NAMES

SOLVED, PART, NOT_YET, STOPPED, NOT_STARTED = "solved", "in part", "not yet", "stopped", "not started"
NOT_CHECKED, NOT_KNOWN, NOT_GRADED = outcomes.NOT_CHECKED, "not known", "not graded"
# Everybody of the class is in one of them, for each exercise. "not known": graded in a way that kept no details.
STATES = (SOLVED, PART, NOT_YET, STOPPED, NOT_STARTED, NOT_CHECKED, NOT_KNOWN, NOT_GRADED)
MOST_IDEAS = 12


@dataclass(frozen=True)
class Idea:
    """A wrong idea that somebody in the class has.

    Parameters
    ----------
    exercise, name, code, says : str
        The code of its family, such as F6, and the sentence that a learner reads; "" where the exercise has none by
        this name any more.
    students : tuple of str
    """

    exercise: str
    name: str
    code: str
    says: str
    students: tuple


@dataclass
class ClassReport:
    """What is known of a class and one assignment.

    Parameters
    ----------
    name : str
    results : list of StudentResult
    states : dict
        For each exercise, for each of `STATES`, the students; each student is in one of them.
    ideas : list of Idea
        The most frequent first.
    facts : list of Fact
        What an instructor may want to look at.
    """

    name: str
    results: list
    states: dict = field(default_factory=dict)
    ideas: list = field(default_factory=list)
    facts: list = field(default_factory=list)

    @property
    def graded(self):
        return [each for each in self.results if each.score is not None]

    @property
    def waiting(self):
        """Those of whom all is graded but what a person has to look at."""
        return [each for each in self.results if each.so_far is not None]

    @property
    def shown_states(self):
        """Those of the states that are shown: the usual ones, and of the others those that somebody is in."""
        return [
            state
            for number, state in enumerate(STATES)
            if number < 5 or any(students[state] for students in self.states.values())
        ]

    @property
    def most(self):
        return self.results[0].most if self.results else 0.0

    @property
    def median(self):
        return statistics.median(each.score for each in self.graded) if self.graded else None

    @property
    def without_details(self):
        """Those with a score of whom it is not kept what each check found."""
        return [each.person.id for each in [*self.graded, *self.waiting] if not each.outcomes]

    @property
    def seconds(self):
        """The seconds that grading took, of those of whom it is known."""
        return [each.seconds for each in self.graded if each.seconds is not None]

    @property
    def levels(self):
        """How many were graded behind walls of each level."""
        return Counter(each.level for each in self.graded if each.level is not None)


def report_of(name, results, facts=()):
    """Count what a class did.

    Parameters
    ----------
    name : str
    results : list of StudentResult
    facts : list of Fact

    Returns
    -------
    ClassReport
    """
    made = ClassReport(name, results, facts=list(facts))
    who = {}
    for each in results:
        for outcome in each.outcomes.values() if each.outcomes else ():
            made.states.setdefault(outcome["exercise"], {state: [] for state in STATES})
            for idea in dict.fromkeys(outcome["wrong_ideas"]):
                who.setdefault((outcome["exercise"], idea), []).append(each.person.id)
    for each in results:
        of_this = {}
        for outcome in each.outcomes.values() if each.outcomes else ():
            before = of_this.get(outcome["exercise"])  # of two checks of one exercise the one that is less far
            if before is None or outcomes.better(before, outcome):
                of_this[outcome["exercise"]] = outcome
        without = NOT_GRADED if each.score is None and each.so_far is None else NOT_KNOWN
        for exercise, states in made.states.items():
            outcome = of_this.get(exercise)
            states[_state(outcome) if outcome else without].append(each.person.id)
    known = {}
    for exercise in made.states:
        known |= {(exercise, idea.name): idea for idea in _ideas(exercise)}
    for (exercise, idea), students in who.items():
        about = known.get((exercise, idea))
        code, says = (about.code, about.says) if about else ("", "")
        made.ideas.append(Idea(exercise, idea, code, says, tuple(students)))
    made.ideas.sort(key=lambda idea: (-len(idea.students), list(made.states).index(idea.exercise), idea.name))
    return made


def _ideas(exercise):
    try:
        return getattr(exercises.find(exercise), "wrong_ideas", ())
    except (KeyError, ValueError, LookupError):  # an exercise that this version of the course does not have
        return ()


def _state(outcome):
    said = outcome["outcome"]
    if said == verdict.CORRECT:
        return SOLVED
    if said == verdict.NOT_STARTED:
        return NOT_STARTED
    if said == verdict.STOPPED:
        return STOPPED
    if said == NOT_CHECKED:
        return NOT_CHECKED
    return PART if outcome["score"] else NOT_YET


def command(options):
    """Show a class; see ``bncourse report --help``."""
    [assignment] = chosen(find_folder(), [options.assignment])
    name = assignment.name
    from bncourse.grading.lms.spreadsheets import refuse_existing, write_new
    from bncourse.grading.report.page import page
    from bncourse.grading.report.results import due_date, results
    from bncourse.grading.report.similarity import facts_of_class
    from bncourse.trouble import Trouble

    if options.output:
        refuse_existing(options.output)
    found = results(assignment)
    if not found:
        raise Trouble(
            "there is nobody to report on: enter a class list (bncourse students), or collect and grade first."
        )
    made = report_of(name, found, facts_of_class(assignment))
    console = Console()
    for table in (students(made), solved(made), ideas(made)):
        if table.row_count:
            console.print(table)
    if due := due_date(assignment):
        console.print(f"Due: {due}", highlight=False, soft_wrap=True, markup=False)
    where = "bncourse report " + name.partition("-")[0] + " --output report.html shows more"
    if options.output:
        write_new(options.output, page(made).encode("utf-8"))
        where = f"the page is {options.output}"
    middle = f", median {points(made.median)} of {points(made.most)}" if made.graded else ""
    waits = f", {len(made.waiting)} waiting for a person" if made.waiting else ""
    counts = f"{len(made.graded)} graded{middle}{waits}, {_not_graded(made)} not graded"
    wrong = f"{len(made.ideas)} wrong idea{'' if len(made.ideas) == 1 else 's'}"
    console.print(
        f"{name}: {counts}; {wrong} by name; {where}.",
        highlight=False,
        soft_wrap=True,
        markup=False,
    )


def _not_graded(made):
    return len(made.results) - len(made.graded) - len(made.waiting)


def students(made):
    """Return the table of who has how much, and why somebody has nothing."""
    table = Table(title=f"{made.name}: scores")
    table.add_column("Student", overflow="fold")
    table.add_column(f"Of {points(made.most)}", justify="right")
    table.add_column("What to know", overflow="fold")
    for each in made.results:
        score = points(each.score) or (f"({points(each.so_far)})" if each.so_far is not None else "-")
        table.add_row(escape(f"{each.person.id}  {each.person.name}".strip()), score, escape(remark(each)))
    return table


def remark(result):
    """Say what is to be known of a result, in one line."""
    parts = [result.why if result.so_far is not None else f"NOT GRADED: {result.why}"] if result.why else []
    if result.penalty:
        parts.append(f"late: {points(result.penalty)} taken")
    if result.note:
        parts.append(result.note)
    return "; ".join([*parts, *(event for event in result.events if event not in result.note)])


def solved(made):
    """Return the table of how each exercise was done."""
    table = Table(title="Exercises: how many students")
    table.add_column("Exercise")
    for state in made.shown_states:
        table.add_column(state, justify="right")
    for exercise, states in made.states.items():
        table.add_row(exercise, *(str(len(states[state]) or "") for state in made.shown_states))
    return table


def ideas(made):
    """Return the table of the most frequent wrong ideas."""
    more = len(made.ideas) - MOST_IDEAS
    title = "Wrong ideas, by how many students have them"
    table = Table(title=title, caption=f"and {more} more" if more > 0 else None)
    table.add_column("Exercise")
    table.add_column("Idea", overflow="fold")
    table.add_column("Students", justify="right")
    for idea in made.ideas[:MOST_IDEAS]:
        code = f" ({idea.code})" if idea.code else ""
        table.add_row(idea.exercise, escape(f"{idea.name}{code}"), str(len(idea.students)))
    return table


def walls(made):
    """Say behind which walls submissions were graded, as lines."""
    return [
        f"{count} behind walls of level {NAMES.get(level, level)}"
        for level, count in sorted(made.levels.items(), reverse=True)
    ]
