"""Judge one staged notebook: run the learner's cells in the room, and the check cells here.

This runs in a trusted process of its own. A check cell's text is the release's, never the submission's; the
names in it that it does not define itself are fetched from the room. What it shows and gives becomes the
cell's output, which is all that nbgrader looks at.
"""

import ast
import builtins
import contextlib
import io
import math
import time
import warnings
from dataclasses import dataclass, field

import nbformat

from bncourse.grading.engine import demonstrations
from bncourse.grading.engine.judge_process import Progress
from bncourse.grading.engine.outcomes import outcome_of
from bncourse.grading.engine.proxies import answer
from bncourse.grading.engine.second_looks import ONCE_MORE, SecondLooks
from bncourse.grading.engine.session import Lost, OutOfTime, Submission
from bncourse.sandbox.protocol import Broken
from bncourse.sandbox.usage import Shortage
from bncourse.trouble import Trouble

LEFT_OUT = "This cell only demonstrates, so it was not run while the notebook was graded."


@dataclass
class Judged:
    """A notebook with the outputs of its judgement.

    Parameters
    ----------
    notebook : NotebookNode
    seconds : float
    level : int
        The level of the walls around the submission.
    events : list of str
        What went wrong in the room, for the report.
    outcomes : dict
        For each check cell, by its grade_id, what `bncourse.grading.engine.outcomes.outcome_of` says.
    """

    notebook: object
    seconds: float
    level: int
    events: list = field(default_factory=list)
    outcomes: dict = field(default_factory=dict)


def judge_notebook(notebook, sandbox, seed, files=None, progress=None):
    """Run and judge a staged notebook.

    Parameters
    ----------
    notebook : NotebookNode
        As staging wrote it: the release's cells, the learner's answers and own cells.
    sandbox : Sandbox
    seed : int
    files : dict of str to bytes, optional
    progress : bncourse.grading.engine.judge_process.Progress, optional
        What is judged already, where an earlier judge was lost; and whom to tell how far this one is.

    Returns
    -------
    Judged

    Raises
    ------
    Broken
        If the sandbox itself fails; the submission is then not graded, which is not a grade of 0.
    Shortage
        If the machine was short of memory meanwhile.
    """
    began, progress = time.monotonic(), progress or Progress()
    notebook = nbformat.from_dict(notebook)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    kinds = [kind_of(cell) for cell in cells]
    runs = demonstrations.needed(
        [(kind, cell.source, cell.metadata.get("tags", [])) for kind, cell in zip(kinds, cells, strict=True)]
    )
    locked = [
        cell.source for cell in cells if cell.metadata.get("nbgrader", {}).get("locked") and kind_of(cell) == "given"
    ]
    with Submission(sandbox, files) as submission:
        judged = Judged(notebook, 0.0, sandbox.level, submission.events)
        part = _Parts(submission, seed, judged, locked, progress)
        for number, (cell, kind, run) in enumerate(zip(cells, kinds, runs, strict=True)):
            cell.execution_count = None
            cell.outputs = [nbformat.from_dict(output) for output in part.outputs(number, cell, kind, run)]
        looks = SecondLooks(cells, kinds, judged)
        looks.note_unchecked(part.out_of_time)
        if not part.out_of_time and not progress.troubled:
            looks.where_names_changed(lambda cell: _check(cell, submission, seed, judged, locked, ""))
        if submission.short:  # a driver may have taken it for a fault of the answer
            raise Shortage(submission.short)
    if part.out_of_time and not progress.troubled:
        with Submission(sandbox, files, seconds=ONCE_MORE) as submission:
            looks.without_experiments(submission, lambda cell: _check(cell, submission, seed, judged, locked, ""))
            if submission.short:
                raise Shortage(submission.short)
    judged.seconds = time.monotonic() - began
    return judged


def kind_of(cell):
    """Say whether a cell is a "check", the learner's "own", or "given" by the course."""
    grading = cell.metadata.get("nbgrader", {})
    if grading.get("grade") and not grading.get("solution"):
        return "check"
    if grading.get("solution") or cell.metadata.get("bncourse", {}).get("from") in ("student", "answer"):
        return "own"
    return "given"


class _Parts:
    """The cells of a submission, one after the other; what is lost with one of them is that one alone."""

    def __init__(self, submission, seed, judged, locked, progress):
        self.submission, self.seed, self.judged, self.locked = submission, seed, judged, locked
        self.progress = progress
        self.out_of_time = ""

    def outputs(self, number, cell, kind, run):
        """Run a cell, or judge it if it is a check; give its outputs."""
        if known := self.progress.known(number):
            outputs, outcome = known
            if outcome:
                self.judged.outcomes[cell.metadata.nbgrader.grade_id] = outcome
            return outputs
        if why := self.progress.lost(number) or self.progress.over:
            self.submission.events.append(why)
            return [_error("Stopped", [f"This cell was not {'judged' if kind == 'check' else 'run'}: {why}."])]
        self.progress.begins(number)
        try:
            if kind == "check":
                before = dict(self.judged.outcomes)
                outputs = _check(cell, self.submission, self.seed, self.judged, self.locked, self.out_of_time)
                outcome = self.judged.outcomes.get(grade := cell.metadata.nbgrader.grade_id)
                self.progress.judged(number, outputs, outcome if grade not in before else None)
                return outputs
            if self.out_of_time:
                return [_text(f"Not run: {self.out_of_time}.")]
            if not run:
                return [_text(LEFT_OUT)]
            return self.submission.run(cell.source)
        except OutOfTime as error:
            self.out_of_time = f"the submission was stopped, {error}"
            self.submission.events.append(self.out_of_time)
            outputs = [_error("Stopped", [f"{self.out_of_time[0].upper()}{self.out_of_time[1:]}."])]
            if kind == "check":
                self.progress.judged(number, outputs, None)
            return outputs


def _check(cell, submission, seed, judged, locked, out_of_time):
    """Run a check cell here; give its outputs."""
    from bncourse import check

    grading = cell.metadata.nbgrader
    shown, said = [], io.StringIO()
    verdicts = []

    def show(verdict):
        verdicts.append(verdict)
        shown.append({"output_type": "display_data", "data": verdict._repr_mimebundle_(), "metadata": {}})

    try:
        code = ast.parse(cell.source)
        names = {} if out_of_time else _names(code, submission, _from_locked(locked))
        with (
            check.session(seed, answer, show),
            contextlib.redirect_stdout(said),
            contextlib.redirect_stderr(said),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")
            value = _run(code, names)
        outputs = _value(value, float(grading.points))
    except check.Unsolved as unsolved:
        verdicts.append(unsolved.verdict)
        outputs = [_error(type(unsolved).__name__, unsolved.verdict.text().splitlines())]
    except (OutOfTime, Broken, Shortage):
        raise
    except Lost as lost:
        outputs = [_error("Stopped", [f"The answer could not be called: {lost.why}."])]
    except NameError as error:
        missing = error.name or ""
        reason = (
            f"It was not checked: {out_of_time}." if out_of_time else "Its cell is missing, or stopped with an error."
        )
        outputs = [_error("NameError", [f"{missing} is not defined. {reason}"])]
    except Trouble as trouble:
        raise Broken(str(trouble)) from trouble
    except Exception as error:  # a plain assert of a maintainer's own check cell, or what an answer raised in it
        outputs = [_error(type(error).__name__, [f"{type(error).__name__}: {error}"])]
    judged.outcomes[grading.grade_id] = outcome_of(grading, verdicts, outputs, out_of_time)
    printed = [{"output_type": "stream", "name": "stdout", "text": said.getvalue()[:20_000]}] if said.getvalue() else []
    return [*printed, *shown, *outputs]


def _from_locked(cells):
    """Give what the course's own locked cells import and define; it is trusted, as the checks are."""
    kept = []
    for text in cells:
        with contextlib.suppress(SyntaxError):
            kept += [
                node
                for node in ast.parse(text).body
                if isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef)
            ]
    space = {"__name__": "__main__"}
    exec(compile(ast.Module(kept, []), "<locked>", "exec"), space)
    return space


def _names(code, submission, trusted):
    """Fetch the names that a check cell uses and that neither it nor a locked cell makes."""
    made = {node.id for node in ast.walk(code) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
    made |= {node.arg for node in ast.walk(code) if isinstance(node, ast.arg)}
    for node in ast.walk(code):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            made.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            made |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    used = dict.fromkeys(node.id for node in ast.walk(code) if isinstance(node, ast.Name))
    found = dict(trusted)
    for name in used:
        if name in made or name in trusted or name == "check" or hasattr(builtins, name):
            continue
        with contextlib.suppress(NameError):
            found[name] = submission.lookup(name)
    return found


def _run(code, names):
    """Run a check cell; give the value of its last line, if that is an expression."""
    from bncourse import check

    space = {"__name__": "__main__", "check": check, **names}
    last = code.body.pop() if code.body and isinstance(code.body[-1], ast.Expr) else None
    exec(compile(code, "<check>", "exec"), space)
    return eval(compile(ast.Expression(last.value), "<check>", "eval"), space) if last else None


def _value(value, points):
    """Give the output of a check cell's value: a plain number within the points, or nothing.

    nbgrader reads a number that it cannot read, or that is less than 0, as all points, and stops the whole run
    at one that is more than the points.
    """
    if value is None or isinstance(value, str):
        return []
    try:
        score = float(value)
    except (TypeError, ValueError):
        return []
    if not math.isfinite(score) or not 0 <= score <= points:
        return [_error("ValueError", [f"The check gave {score}, which is no score from 0 to {points:g}."])]
    return [
        {"output_type": "execute_result", "data": {"text/plain": repr(score)}, "metadata": {}, "execution_count": None}
    ]


def _text(text):
    return {"output_type": "display_data", "data": {"text/plain": text}, "metadata": {}}


def _error(kind, lines):
    return {"output_type": "error", "ename": kind, "evalue": "\n".join(lines), "traceback": lines}
