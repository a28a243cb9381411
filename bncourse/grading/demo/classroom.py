"""A small class: submissions built from the released notebook and from the answers the exercises know.

Some are right, each in another way; in the others every answer holds one wrong idea, so that together they
hold each idea that the exercises have a name for; and some are what arrives in any class: nothing written,
half of it, a broken file, no notebook at all.
"""

import ast
import inspect
import json
import re
import textwrap
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from bncourse.grading.release.source import BEGIN, END, defined, needed

RIGHT_WAYS = 3


@dataclass(frozen=True)
class Student:
    """One member of the class.

    Parameters
    ----------
    name : str
        The name of their folder.
    handed_in : str
        What they hand in, in a few words.
    answers : dict
        The code of each answer by the name of its exercise, and the text of a written one by the name of its cell;
        what is missing stays as released.
    ideas : dict
        The name of the wrong idea in an answer, by the name of its exercise.
    damage : str
        "broken" for a file that is cut in two, "missing" for no notebook, "" for neither.
    """

    name: str
    handed_in: str
    answers: dict = field(default_factory=dict)
    ideas: dict = field(default_factory=dict)
    damage: str = ""


def members(source):
    """Return the class for a source notebook, as a list of `Student`.

    Parameters
    ----------
    source : SourceNotebook
        The notebook with its exercises.
    """
    solved = {cell.grade_id: solution(cell) for cell in [*source.answers, *source.written]}
    at_hand = defined(source.code[0].text) if source.code else set()
    exercises = [e for e in source.exercises if e.name in solved and hasattr(e, "wrong_ideas")]
    class_ = [Student("solution", "the course's own answers", solved)]
    for way in range(min(RIGHT_WAYS, max((len(e.right_answers) for e in exercises), default=0))):
        ways = {e.name: e.right_answers[way % len(e.right_answers)] for e in exercises if e.right_answers}
        written = {name: text(function, name, at_hand) for name, function in ways.items()}
        class_.append(Student(f"right-{way + 1}", "right, in another way", solved | written))
    shared = share_out(exercises, solved)
    for number in range(max(map(len, shared.values()), default=0)):
        ideas = [(e, shared[e.name][number]) for e in exercises if number < len(shared[e.name])]
        written = {e.name: with_idea(e, idea, solved, at_hand) for e, idea in ideas}
        named = {e.name: idea.name for e, idea in ideas}
        count = f"{len(named)} wrong idea{'s' * (len(named) != 1)}"
        class_.append(Student(f"wrong-{number + 1:02}", count, solved | written, named))
    half = dict(list(solved.items())[: len(solved) // 2])
    class_ += [
        Student("half-done", "the first half", half),
        Student("blank", "nothing written"),
        Student("broken-file", "a file cut in two", solved, damage="broken"),
        Student("no-notebook", "no notebook", damage="missing"),
    ]
    return class_


def shorten(notebook):
    """Return a notebook without its experiments: the text, the cells that nbgrader knows, and what they import.

    A notebook's experiments draw and train networks for seconds, and a class would run them for minutes; no
    exercise stands on them.
    """
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    kept = [cell for cell in code if "nbgrader" in cell["metadata"]]
    used = set().union(*(needed("".join(cell["source"])) for cell in kept))
    first = {**code[0], "source": _importing("".join(code[0]["source"]), used)}
    cells = [
        first if cell is code[0] and cell not in kept else cell
        for cell in notebook["cells"]
        if cell["cell_type"] != "code" or cell is code[0] or cell in kept
    ]
    return {**notebook, "cells": cells}


def _importing(code, used):
    """Return a cell of imports with those names alone that are used."""
    tree = ast.parse(code)
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            node.names = [name for name in node.names if (name.asname or name.name.split(".")[0]) in used]
    tree.body = [node for node in tree.body if getattr(node, "names", True)]
    return ast.unparse(tree)


def share_out(exercises, solved):
    """Return each exercise its wrong ideas, so that the longest list, and with it the class, is short.

    An idea about a step can be shown in the exercise that asks for the step, or in one that asks for the whole.
    """
    shared = {e.name: [idea for idea in e.wrong_ideas if not idea.step] for e in exercises}
    wholes = [e for e in exercises if e.compose and set(e.steps) <= set(solved)]
    for whole in wholes:
        inherited = {idea.function: idea for idea in whole.wrong_ideas if idea.step}
        while True:
            longest = max(shared, key=lambda name: len(shared[name]))
            movable = [idea for idea in shared[longest] if idea.function in inherited]
            if not movable or len(shared[whole.name]) + 1 >= len(shared[longest]):
                break
            shared[longest].remove(movable[-1])
            shared[whole.name].append(inherited[movable[-1].function])
    return shared


def solution(cell):
    """Return an answer cell as it is when solved, without the marks of the region."""
    return "\n".join(line for line in cell.text.splitlines() if BEGIN not in line and END not in line)


def text(function, name, at_hand=()):
    """Return a function as a learner would hand it in: under this name, with whatever it stands on.

    Parameters
    ----------
    function : callable
        From the bank of an exercise. Its docstring says what is wrong with it, so it is left out.
    name : str
        The name of the exercise.
    at_hand : collection of str
        Names that the notebook imports already.
    """
    parts, known = [], {*at_hand, function.__name__}
    _stands_on(function, known, parts)
    written = re.sub(rf"\b{function.__name__}\b", name, _bare(function))
    return "\n\n\n".join([*parts, written])


def with_idea(exercise, idea, solved, at_hand=()):
    """Return the answer to an exercise with one wrong idea in it.

    An idea about a step stands in the whole beside the right answers to the other steps, each of them a
    function inside of the whole.
    """
    if not idea.step:
        return text(idea.function, exercise.name, at_hand)
    steps = {name: solved[name] for name in exercise.steps} | {idea.step: text(idea.function, idea.step, at_hand)}
    tree = ast.parse(textwrap.dedent(inspect.getsource(exercise.compose)))
    whole = next(node for node in tree.body[0].body if isinstance(node, ast.FunctionDef))
    bundle = tree.body[0].args.args[0].arg
    head, *body = ast.unparse(whole).splitlines()
    inside = [textwrap.indent(step, "    ") for step in steps.values()]
    return "\n".join([head, "\n\n".join(inside), "", *(line.replace(f"{bundle}.", "") for line in body)])


def _bare(function):
    """Return the source of a function without its decorators and its docstring."""
    lines = textwrap.dedent(inspect.getsource(function)).splitlines()
    node = ast.parse("\n".join(lines)).body[0]
    first = node.body[0]
    if ast.get_docstring(node) is not None:
        lines[first.lineno - 1 : first.end_lineno] = []
    return "\n".join(lines[node.lineno - 1 :]).rstrip()


def _stands_on(function, known, parts):
    """Add the imports, values and functions that a function uses, each once, before what uses it."""
    for name in sorted(needed(_bare(function)) - known):
        known.add(name)
        value = inspect.unwrap(function.__globals__[name])  # as it is without a cache
        if isinstance(value, ModuleType):
            parts.append(f"import {value.__name__} as {name}")
        elif inspect.isfunction(value):
            _stands_on(value, known, parts)
            parts.append(_bare(value))
        else:
            parts.append(f"{name} = {value!r}")


def hand_in(student, released, folder):
    """Write a submission as nbgrader collects it: the released notebook with the student's answers in it.

    Parameters
    ----------
    student : Student
    released : path
        The released notebook.
    folder : path
        The ``submitted`` folder of the course.
    """
    released = Path(released)
    place = Path(folder) / student.name / released.stem
    place.mkdir(parents=True)
    (place / "timestamp.txt").write_text("2024-01-15 12:00:00.000000 UTC", encoding="utf-8")
    if student.damage == "missing":
        (place / "notes.txt").write_text("I could not open the notebook.\n", encoding="utf-8")
        return
    notebook = json.loads(released.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in student.answers:
            cell["source"] = student.answers[name]
    written = as_text(notebook)
    if student.damage == "broken":
        written = written[: len(written) // 2]
    (place / released.name).write_text(written, encoding="utf-8")


def as_text(notebook):
    """Return a notebook as it is stored."""
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
