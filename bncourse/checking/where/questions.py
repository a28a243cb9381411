"""Changes after which a branch is never taken any more: they hide what is wrong in it, and are no repair."""

import ast

from bncourse.checking.where.found import Found
from bncourse.checking.where.known import rows_of

SHAPES = "bncourse.checking.variants:shapes"
SECONDS = 1.0
_MOST_CASES = 12


def never_taken(answer, changes, change, trials):
    """Return the question that is never answered with yes after a change, and was before; None where there is none.

    Parameters
    ----------
    answer : Answer
    changes : Changes
    change : Change
    trials : list of Trial
        All cases of the check.

    Returns
    -------
    ast.If or None
    """
    source, questions = changes.asking()
    inside = {id(node) for node in ast.walk(change.node)} if isinstance(change.node, ast.stmt) else set()
    if not questions or change.moves:
        return None
    failing = [trial for trial in trials if trial.kind]
    before = _taken(answer, source, len(questions), failing)
    if not before:
        return None
    left = before - _taken(answer, changes.asking(change)[0], len(questions), [*failing, *trials])
    left = [number for number in sorted(left) if id(questions[number]) not in inside]
    return questions[left[0]] if left else None


def told_of_a_branch(answer, question):
    """Say that all comes out right where a branch is never taken.

    Parameters
    ----------
    answer : Answer
    question : ast.If

    Returns
    -------
    Found or None
        None where the branch is not in the answer itself.
    """
    row = answer.source.splitlines()[question.lineno - 1].strip()
    if not row.startswith(("if ", "elif ")) or ast.unparse(question.test) not in _one_form(row):
        return None
    says = (
        f"Every case of this check comes out right if the branch under line {question.lineno} is never taken. So what "
    )
    says += "is wrong is what the line asks, or what is done then."
    return Found(question.lineno, row, says, answer.name, True)


def _one_form(row):
    try:
        return ast.unparse(ast.parse(f"{row.removeprefix('el').rstrip(':')}: pass" if row.endswith(":") else row))
    except SyntaxError:
        return ""


def _taken(answer, source, count, trials):
    """Return which of the questions are answered with yes on some of the cases."""
    found = set()
    for trial in trials[:_MOST_CASES]:
        arguments, options = trial.case.copy()
        reply = answer.call((source, list(arguments), options), {}, seconds=SECONDS, driver=SHAPES)
        if isinstance(reply.value, list) and not reply.timed_out:
            found |= rows_of(reply.value, count).ran
    return found
