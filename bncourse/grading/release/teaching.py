"""Rules about what teaches: the hint of an exercise, its heading, its place, and its bank of wrong ideas.

`bncourse.grading.release.rules` asks them with the others. A rule yields its problems as (where, sentence).
"""

import inspect
import re

from bncourse.checking.lines import lines_of
from bncourse.exercises.families import FAMILIES

# A bank that is smaller names fewer mistakes than the others of the course; a release says so, and goes on.
LEAST_WRONG_IDEAS = 10
LEAST_RIGHT_ANSWERS = 5
_HINT = re.compile(r"<details>\s*<summary>Hint</summary>")
_AFTER_SUMMARY = re.compile(r"</summary>[ \t]*+(?!\n[ \t]*\n|\s*\Z)")
_HEADING = re.compile(r"^#{1,6} +(.*?)[ \t]*#*[ \t]*$", re.M)


def exercises_teach(source):
    for exercise in source.exercises:
        if len(exercise.hints) < 2:
            yield "", f"the exercise {exercise.name} has {len(exercise.hints)} hints; declare at least 2."
        questions = getattr(exercise, "questions", ())
        if not (getattr(exercise, "wrong_ideas", ()) or any(question.why_wrong for question in questions)):
            yield "", f"the exercise {exercise.name} knows no wrong idea; declare at least 1."


def hints_follow_checks(source):
    for cell in source.checks:
        below = source.cells[cell.number : cell.number + 1]  # numbers count from 1
        if not below or below[0].is_code or not _HINT.search(below[0].text):
            yield (
                cell.called,
                "no hint stands below this check; add a text cell that begins with <details><summary>Hint</summary>.",
            )


def folded_text_is_text(source):
    """Jupyter shows what follows ``</summary>`` without a blank line as it is written, formulas included."""
    for cell in source.cells:
        if not cell.is_code and _AFTER_SUMMARY.search(cell.text):
            yield cell.called, "no blank line after </summary>; add one, or its Markdown is not read as Markdown."


def headings_exist(source):
    headings = {heading for cell in source.cells if not cell.is_code for heading in _HEADING.findall(cell.text)}
    for exercise in source.exercises:
        section = getattr(exercise, "section", "")
        if section and section not in headings:
            yield (
                "",
                f"the exercise {exercise.name} sends its reader to the heading {section!r}, which is not there; "
                "correct its section=, or the heading.",
            )


def exercises_stand_in_order(source):
    asked = [cell.grade_id for cell in source.answers]
    declared = [exercise.name for exercise in source.exercises]
    if sorted(asked) == sorted(declared) and asked != declared:  # what is missing, another rule says
        yield "", f"EXERCISES declares another order than the notebook asks in; write it as {', '.join(asked)}."


def wrong_ideas_are_declared_well(source):
    for exercise in source.exercises:
        for idea in getattr(exercise, "wrong_ideas", ()):
            called = f"the wrong idea {idea.name!r} of {exercise.name}"
            if idea.code not in FAMILIES:
                yield "", f"{called} is of the unknown family {idea.code!r}; see bncourse/exercises/families.py."
            if idea.looks_like and _matches_none(idea):
                yield "", f"{called}: looks_like={idea.looks_like!r} matches no line of it; correct the pattern."


def _matches_none(idea):
    """Return whether the pattern of an idea is in no line of it; where its text is not to be had, nobody can say."""
    sources = []
    for function in (idea.function, *idea.forms):
        try:
            sources.append(inspect.getsource(function))
        except (OSError, TypeError):
            return False
    return not any(re.search(idea.looks_like, line.text) for source in sources for line in lines_of(source))


RULES = (
    exercises_teach,
    exercises_stand_in_order,
    wrong_ideas_are_declared_well,
    hints_follow_checks,
    folded_text_is_text,
    headings_exist,
)


def small_banks(exercises):
    """Yield a sentence for each exercise whose bank is small; that forbids no release.

    Parameters
    ----------
    exercises : sequence of Exercise and Quiz
    """
    for exercise in exercises:
        if not hasattr(exercise, "wrong_ideas"):  # a quiz has an answer to each choice
            continue
        wrong, right = len(exercise.wrong_ideas), len(exercise.right_answers)
        if wrong < LEAST_WRONG_IDEAS or right < LEAST_RIGHT_ANSWERS:
            yield (
                f"{exercise.name} knows {wrong} wrong ideas and {right} right answers; aim for at least "
                f"{LEAST_WRONG_IDEAS} and {LEAST_RIGHT_ANSWERS}."
            )
