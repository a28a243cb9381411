"""What a source notebook must hold to be released: a row of small rules, each yields its problems.

A rule that is broken would cost learners points, or give an answer away. All problems of a release are told
at once, each in one sentence that names the notebook and the cell, and says how to mend it.
"""

import importlib
import importlib.util
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from bncourse import exercises
from bncourse.grading.release import teaching
from bncourse.grading.release.solution_check import head_counts, solutions_pass, written_answers
from bncourse.grading.release.source import BEGIN, END, defined, holds, imported, lines, needed, read

KERNEL = {"name": "python3", "language": "python"}
# Left by Jupyter and the operating system beside a notebook that was opened; never copied anywhere.
PASSING = {".ipynb_checkpoints", ".DS_Store"}


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, where, and how to mend it."""

    notebook: str
    where: str
    says: str

    def __str__(self):
        return f"{self.notebook}, {self.where}: {self.says}" if self.where else f"{self.notebook}: {self.says}"


def problems(course, name, exercises):
    """Return every problem of one source notebook.

    Parameters
    ----------
    course : path
        The course folder.
    name : str
        The notebook, such as "04-normalize-scale-shift".
    exercises : sequence
        What is declared for it: objects with the name, points and hints of an exercise or a quiz.

    Returns
    -------
    list of Problem
    """
    path = Path(course) / "solutions" / name / f"{name}.ipynb"
    if not path.is_file():
        return [Problem(name, "", f"solutions/{name}/ holds no {name}.ipynb; a folder and its notebook share a name.")]
    source = read(path, exercises)
    if source.unreadable:
        return [
            Problem(name, "", f"the notebook is not valid: {source.unreadable}; open it in JupyterLab and save it.")
        ]
    return [Problem(name, where, says) for rule in RULES for where, says in rule(source)]


def strays(course):
    """Yield a problem for each file in ``solutions/`` and ``notebooks/`` that does not belong there."""
    course = Path(course)
    for folder in ("solutions", "notebooks"):
        for path in sorted((course / folder).glob("**/*")):
            parts = path.relative_to(course / folder).parts
            if (path.is_dir() and len(parts) == 1) or PASSING & set(parts):
                continue
            if parts[1:] != (f"{parts[0]}.ipynb",) or path.is_symlink():
                yield Problem(
                    f"{folder}/{'/'.join(parts)}", "", "a stray file; only NAME/NAME.ipynb belongs there: move it away."
                )
    sources = {path.name for path in (course / "solutions").iterdir()}
    for path in sorted((course / "notebooks").glob("*/*.ipynb")):
        if path.parent.name not in sources:
            yield Problem(
                f"notebooks/{path.parent.name}", "", "it has no source in solutions/; remove it, or add its source."
            )


def kernelspec(source):
    found = source.notebook.get("metadata", {}).get("kernelspec", {})
    for key, wanted in KERNEL.items():
        if found.get(key) != wanted:
            yield "", f"the kernelspec's {key} is {found.get(key)!r}; set it to {wanted!r} (Kernel, Change Kernel)."


def no_outputs(source):
    for cell in source.code:
        if cell.node.get("outputs") or cell.node.get("execution_count") is not None:
            yield cell.called, "outputs are stored; clear them with `nbstripout --keep-id` on the notebook."


def unique_ids(source):
    for kind, ids in (
        ("grade_id", [cell.grade_id for cell in source.cells if cell.grade_id]),
        ("cell id", [cell.node.get("id") for cell in source.cells]),
    ):
        for name, count in Counter(ids).items():
            if count > 1:
                yield f"{kind} {name!r}", f"{count} cells have it; give each cell its own {kind}."


def nbgrader_marks(source):
    for cell in source.cells:
        if cell.marks and cell.marks.get("schema_version") != 3:
            yield cell.called, "nbgrader's notes are not of version 3; run `nbgrader update` on the notebook."


def answer_regions(source):
    for cell in source.cells:
        try:
            regions, outside = cell.regions()
        except ValueError as error:
            yield cell.called, f"{error}; the solution marks come in pairs: ### {BEGIN} and ### {END}."
            continue
        if regions and not cell.is_answer:
            yield cell.called, "a solution stands outside of an answer cell; mark the cell as an autograded answer."
        elif cell.is_answer and not regions:
            yield cell.called, f"an answer with no region; put it between ### {BEGIN} and ### {END}."
        elif regions and not any(lines(region) for region in regions):
            yield cell.called, "the solution region is empty; write the answer into it."
        elif regions and cell.is_code and not lines(outside):
            yield cell.called, "nothing stands outside of the region; leave the signature for the learner."


def answers_stay_inside(source):
    """No region stands, line for line, in another cell or outside of the region in its own."""
    for cell in [*source.answers, *source.written]:
        for region in _regions(cell):
            for other in source.cells:
                if holds(_outside(other), region):
                    place = "its own cell, outside of the region" if other is cell else other.called
                    yield cell.called, f"the answer can be read in {place}; remove it there."


def answers_are_declared(source):
    declared = {exercise.name for exercise in source.exercises}
    for cell in source.answers:
        if cell.grade_id not in declared:
            yield cell.called, _undeclared(cell.grade_id, source.name)
        elif cell.grade_id not in _defined(cell):
            yield cell.called, f"the answer does not define {cell.grade_id}; the two share one name."


def checks_are_declared(source):
    declared = {exercise.name: exercise for exercise in source.exercises}
    for cell in source.checks:
        name = cell.grade_id.removesuffix("-check")
        if not cell.grade_id.endswith("-check"):
            yield cell.called, "the grade_id of a check cell is NAME-check; rename it."
        elif name not in declared:
            yield cell.called, _undeclared(name, source.name)
        elif float(cell.marks.get("points", 0)) != float(declared[name].points):
            yield (
                cell.called,
                f"the cell gives {cell.marks.get('points', 0)} points, the exercise {declared[name].points} (in "
                f"{_declared_in(source.name)}); make them equal.",
            )


def _declared_in(notebook):
    package = exercises.NOTEBOOKS.get(notebook)
    return f"bncourse/exercises/{package}/" if package else "its declaration"


def exercises_are_asked(source):
    answers = [cell.grade_id for cell in source.answers]
    checks = [cell.grade_id for cell in source.checks]
    for exercise in source.exercises:
        if exercise.name not in answers:
            yield "", f"the exercise {exercise.name} has no answer cell; add one with grade_id {exercise.name!r}."
        if f"{exercise.name}-check" not in checks:
            yield "", f"the exercise {exercise.name} has no check cell; add one, {exercise.name + '-check'!r}."
        elif exercise.name in answers:
            places = [cell.grade_id for cell in source.cells]
            if places.index(exercise.name) > places.index(f"{exercise.name}-check"):
                yield "", f"the check of {exercise.name} stands before its answer; move it below."


def checks_do_not_stop_run_all(source):
    for cell in source.checks:
        if "raises-exception" not in cell.node.get("metadata", {}).get("tags", []):
            yield cell.called, 'a failing check stops Run All; give the cell the tag "raises-exception".'


def code_is_python(source):
    for cell in source.code:
        try:
            compile(cell.text, "<cell>", "exec")
        except SyntaxError as error:
            yield cell.called, f"not Python, line {error.lineno}: {error.msg}; magics are not used here either."


def check_names_are_known(source):
    """A check cell stands on what no learner can change, and on the names that learners are asked for."""
    known = {exercise.name for exercise in source.exercises}
    for cell in [*source.code[:1], *(cell for cell in source.code if cell.is_locked and not cell.is_check)]:
        known |= _defined(cell)
    for cell in source.checks:
        own = cell.grade_id.removesuffix("-check")  # where it is not declared, another rule says so
        for name in sorted(_needed(cell) - known - {own}):
            yield (
                cell.called,
                f"{name} comes from a cell that a learner can change; import or define it in the check cell, "
                "or lock the cell that defines it.",
            )


def imports_exist(source):
    for cell in source.code:
        for module, name in _imported(cell):
            if module.split(".")[0] == "bncourse" and not _exists(module, name):
                yield cell.called, f"bncourse has no {'.'.join(filter(None, [module, name]))}; correct the import."


def checks_call_their_exercise(source):
    for cell in source.checks:
        name = cell.grade_id.removesuffix("-check")
        if f"check.{name}(" not in cell.text:
            yield cell.called, f"the cell never calls check.{name}({name}); a check cell asks its own exercise."


RULES = (
    kernelspec,
    no_outputs,
    unique_ids,
    nbgrader_marks,
    code_is_python,
    answer_regions,
    answers_stay_inside,
    written_answers,
    answers_are_declared,
    checks_are_declared,
    exercises_are_asked,
    *teaching.RULES,
    checks_do_not_stop_run_all,
    check_names_are_known,
    checks_call_their_exercise,
    imports_exist,
    head_counts,
    solutions_pass,
)


def _regions(cell):
    try:
        return cell.regions()[0]
    except ValueError:  # told by another rule
        return []


def _outside(cell):
    try:
        return cell.regions()[1]
    except ValueError:
        return []


def _defined(cell):
    return _asked(defined, cell)


def _needed(cell):
    return _asked(needed, cell)


def _imported(cell):
    return _asked(lambda code: set(imported(code)), cell)


def _asked(question, cell):
    try:
        return question(cell.text)
    except SyntaxError:  # told by another rule
        return set()


def _exists(module, name):
    try:
        if importlib.util.find_spec(module) is None:
            return False
        if not name or importlib.util.find_spec(f"{module}.{name}"):
            return True
    except ModuleNotFoundError:  # the module is not a package, so it has no parts that are modules
        pass
    try:
        return hasattr(importlib.import_module(module), name)
    except ImportError:
        return False


def _undeclared(name, notebook):
    return f"no exercise {name!r} is declared for {notebook}; declare it in bncourse.exercises, or remove the cell."
