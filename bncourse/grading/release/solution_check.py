"""Does a solution pass its own check? A release with a wrong solution would be graded against every learner."""

import ast
import re

from bncourse.checking import DirectAnswer, Exercise, Quiz, judge

_NUMBERS = dict(
    zip(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"],
        range(1, 13),
        strict=True,
    )
)

# A line of a rubric, such as "- 1 point: names the measurement".
POINTS = re.compile(r"^\s*[-*] (\d+(?:\.\d+)?) points?\b", re.M)


def solutions_pass(source):
    """Yield a problem for each answer cell whose solution its own check does not accept.

    The cells run in this process: a source notebook is the course's own. Checks that build Keras models take
    seconds and are left to the tests.
    """
    asked = {exercise.name: exercise for exercise in source.exercises if isinstance(exercise, Exercise | Quiz)}
    known = {}
    for cell in source.code[:1]:
        _run(_foreign_imports(cell.text), known)
    for cell in source.answers:
        exercise = asked.get(cell.grade_id)
        if exercise is None or not cell.is_code or "keras" in (getattr(exercise, "driver", "") or ""):
            continue
        error = _run(cell.text, known)
        if error or cell.grade_id not in known:
            yield cell.called, f"the solution does not run: {error or 'it defines nothing of that name'}."
            continue
        verdict = judge(exercise, DirectAnswer(known[cell.grade_id], cell.grade_id))
        if verdict.outcome != "correct":
            why = ", ".join(verdict.wrong_ideas) or verdict.outcome
            yield cell.called, f"the solution does not pass its own check ({why}); correct it, or the exercise."


def head_counts(source):
    """Yield a problem where the head of a notebook counts its exercises or points wrongly."""
    if not source.exercises or not source.cells:
        return
    head = source.cells[0].text
    for what, right in (
        ("exercise", len(source.exercises)),
        ("point", sum(exercise.points for exercise in source.exercises)),
    ):
        found = re.search(rf"\b(\w+) {what}s?\b", head)
        said = found and (_NUMBERS.get(found[1].lower()) or (int(found[1]) if found[1].isdigit() else None))
        if said and said != right:
            yield source.cells[0].called, f"it says {found[0]!r}, but there are {right}; correct the number."


def written_answers(source):
    """A written answer earns points, and the rubric in its region says for what."""
    for number, cell in enumerate(source.written):
        points = float(cell.marks.get("points") or 0)
        rubric = _rubric(cell)
        if number:
            yield cell.called, "a second written answer; a notebook has one at most, since a person has to read it."
        if not cell.marks.get("grade") or not points > 0:
            yield cell.called, "a written answer that earns nothing; mark it as manually graded, and give it points."
        elif not rubric:
            yield cell.called, 'its region has no rubric; add lines such as "- 1 point: names the measurement".'
        elif sum(rubric) != points:
            yield cell.called, f"its rubric gives {sum(rubric):g} points, the cell {points:g}; make them equal."


def _rubric(cell):
    """Return the points of each line of the rubric in a cell's region."""
    try:
        regions, _ = cell.regions()
    except ValueError:  # told by another rule
        return []
    return [float(found) for region in regions for found in POINTS.findall("\n".join(region))]


def _foreign_imports(text):
    """Return the imports of a cell that are not the course's own, which may load more than an answer needs."""
    try:
        nodes = ast.parse(text).body
    except SyntaxError:  # told by another rule
        return ""
    names = {
        node: getattr(node, "module", None) or node.names[0].name
        for node in nodes
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    return "\n".join(
        ast.unparse(node) for node, name in names.items() if name.split(".")[0] not in ("bncourse", "keras")
    )


def _run(text, known):
    try:
        exec(compile(text, "<solution>", "exec"), known)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""
