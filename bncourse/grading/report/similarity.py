"""What an instructor may want to look at: answers that are nearly the reference, or the same; changed marks.

These are facts and no verdicts. Short answers look alike because there is one good way to write them, and the reference
is open to all; so nothing here changes a grade.

Two answers are compared by the steps of their body: names of arguments and of local variables, docstrings,
annotations and comments are taken away, what is called and computed, and in which order, is left.
"""

import ast
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from difflib import SequenceMatcher

import nbformat

from bncourse import check
from bncourse.grading.submission.merge import MARKS, REFUSED, grade_id, is_answer
from bncourse.grading.submission.parsing import UNREADABLE, parsed

# No right answer of the bank, nor any of the course's own solutions, is that near to a reference function that is not
# short; the nearest has 0.81. tests/test_integrity.py measures it.
NEAR = 0.85
# Below this many steps two honest answers are often the same.
SHORT = 30
_MOST_STEPS = 2_000
_LONGEST = 50_000  # characters of an answer; the longest right one has 3,000
_MOST_READ = 500_000  # characters of the cells of one student beside those of the answers; a notebook has 30,000


@dataclass(frozen=True)
class Fact:
    """One thing to look at.

    Parameters
    ----------
    kind : str
        "near the reference", "same answer", "changed marks" or "not readable".
    students : tuple of str
    exercise : str
        The name of the answer, or "" where it is about the whole notebook.
    says : str
        What was seen.
    """

    kind: str
    students: tuple
    exercise: str
    says: str


def facts_of_class(assignment):
    """Return what there is to look at among the staged submissions of an assignment, as a list of `Fact`."""
    answers, decisions, references = {}, {}, {}
    for student in assignment.can_be_graded():
        submission = assignment.submission(student)
        report = submission.staging_report()
        if submission.is_staged(report):
            answers[student] = answers_of(nbformat.read(submission.notebook, as_version=nbformat.NO_CONVERT))
            decisions[student] = report.decisions
    for name in set().union(*answers.values()):
        with suppress(ValueError):  # an answer that no check of the course asks for
            references[name] = check.reference_source(name)
    return facts(answers, decisions, references)


def answers_of(notebook):
    """Return the steps of each answer in code of a staged notebook, by its name.

    The function may stand in another cell than its own; of several the last counts here. Of all other cells together
    so many characters are looked at, because a student may write as many as they like.
    """
    theirs = [cell.source for cell in notebook.cells if cell.cell_type == "code" and not _is_given(cell)]
    answers, left = {}, _MOST_READ
    for cell in notebook.cells:
        if not is_answer(cell) or cell.cell_type != "code":
            continue
        name = grade_id(cell)
        answers[name] = steps(cell.source, name)
        for text in reversed(theirs):
            if answers[name] or len(text) > left:
                break
            if name in text:
                left -= len(text)
                answers[name] = steps(text, name)
    return answers


def facts(answers, decisions, references):
    """Return what there is to look at in a class.

    Parameters
    ----------
    answers : dict
        For each student what `answers_of` gives.
    decisions : dict
        The decisions about each student's submission.
    references : dict
        The source of the reference function for each exercise; "" where there is none.

    Returns
    -------
    list of Fact
    """
    of_exercise = defaultdict(dict)
    for student, theirs in sorted(answers.items()):
        for exercise, answer in theirs.items():
            of_exercise[exercise][student] = answer
    found = []
    for exercise, written in of_exercise.items():
        found += _near(exercise, written, steps(references.get(exercise, ""), exercise))
        found += _same(exercise, written)
    for student, made in sorted(decisions.items()):
        for each in made:
            if each.what == MARKS:
                found.append(Fact("changed marks", (student,), "", each.why))
            elif each.kind == REFUSED:
                found.append(Fact("not readable", (student,), "", each.why))
    return found


def _is_given(cell):
    return cell.metadata.get("bncourse", {}).get("from") in ("release", "copy")


def likeness(one, other):
    """Return how alike two bodies are, from 0 to 1, from their `steps`."""
    if not one or not other:
        return 0.0
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= NEAR else matcher.quick_ratio()


def steps(source, name):
    """Return the body of a function as a row of steps, without what a copy can change at no cost.

    Parameters
    ----------
    source : str
        The source of a cell, or of a function.
    name : str
        The name of the function; of several with this name the last.

    Returns
    -------
    tuple of str
        Empty where there is no such function, or nothing that can be parsed, or too much.

    Examples
    --------
    >>> one = "def f(x):\\n    '''Centre.'''\\n    m = x.mean(axis=0)  # the mean\\n    return x - m"
    >>> other = "def f(batch: object):\\n    mu = batch.mean(axis=0)\\n    return batch - mu"
    >>> steps(one, "f") == steps(other, "f")
    True
    """
    if len(source) > _LONGEST:
        return ()
    try:
        tree = parsed(source)
        functions = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name]
        if not functions:
            return ()
        row = []
        _take(functions[-1], _locals(functions[-1]), row)
    except UNREADABLE:
        return ()
    return tuple(row[:_MOST_STEPS])


def _locals(function):
    """Return a number to each name that the function itself makes, in the order of the text."""
    made = {}
    for node in ast.walk(function):
        if isinstance(node, ast.arg):
            made.setdefault(node.arg, f"v{len(made)}")
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            made.setdefault(node.id, f"v{len(made)}")
        elif isinstance(node, ast.FunctionDef):
            made.setdefault(node.name, f"v{len(made)}")
    return made


def _take(function, names, row):
    """Add the steps of a function's body to the row."""
    body = function.body
    documented = isinstance(body[0], ast.Expr) and isinstance(getattr(body[0], "value", None), ast.Constant)
    for statement in body[1:] if documented else body:
        _step(statement, names, row)


def _step(node, names, row):
    if isinstance(node, ast.FunctionDef):
        row.append(f"def {len(node.args.args)}")
        _take(node, names, row)
        return
    if isinstance(node, ast.AnnAssign) and node.value is not None:
        node = ast.Assign([node.target], node.value)
    said = type(node).__name__
    if isinstance(node, ast.Name):
        said = names.get(node.id, node.id)
    elif isinstance(node, ast.Attribute):
        said = f".{node.attr}"
    elif isinstance(node, ast.Constant):
        said = repr(node.value)[:50]
    elif isinstance(node, ast.keyword):
        said = f"{node.arg}="
    row.append(said)
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.expr_context | ast.arguments):
            _step(child, names, row)


def _near(exercise, written, reference):
    for student, answer in written.items():
        alike = likeness(answer, reference)
        if len(reference) >= SHORT and alike >= NEAR:
            says = f"{alike:.0%} of its steps are those of the reference function, in the same order."
            yield Fact("near the reference", (student,), exercise, says)


def _same(exercise, written):
    groups = defaultdict(list)
    for student, answer in written.items():
        if len(answer) >= SHORT:
            groups[answer].append(student)
    for students in groups.values():
        if len(students) > 1:
            yield Fact("same answer", tuple(students), exercise, f"{len(students)} answers are the same but for names.")
