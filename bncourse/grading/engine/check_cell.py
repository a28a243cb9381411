"""One check cell of the release, judged here; the names in it that it does not define itself come from the session.

Its text is never the submission's. What it shows and gives becomes the cell's output, which is all that nbgrader looks
at.
"""

import ast
import builtins
import contextlib
import io
import math
import traceback
import warnings

from bncourse.grading.engine.outcomes import outcome_of
from bncourse.grading.engine.proxies import answer
from bncourse.grading.engine.session import Lost, OutOfTime
from bncourse.sandbox.protocol import Broken
from bncourse.sandbox.usage import Shortage
from bncourse.trouble import Trouble


def judge_check(cell, submission, seeds, judged, locked, out_of_time):
    """Run a check cell here; give its outputs."""
    from bncourse import check

    grading = cell.metadata.nbgrader
    shown, said = [], io.StringIO()
    verdicts = []
    judged.raised.add(grading.grade_id)

    def show(verdict):
        verdicts.append(verdict)
        shown.append({"output_type": "display_data", "data": verdict._repr_mimebundle_(), "metadata": {}})

    try:
        code = ast.parse(cell.source)
        names = {} if out_of_time else _names(code, submission, _from_locked(locked))
        with (
            check.session(seeds.next(grading.grade_id), answer, show),
            contextlib.redirect_stdout(said),
            contextlib.redirect_stderr(said),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")
            value = _run(code, names)
        outputs = _value(value, float(grading.points))
        judged.raised.discard(grading.grade_id)
    except check.Unsolved as unsolved:
        judged.raised.discard(grading.grade_id)
        verdicts.append(unsolved.verdict)
        outputs = [error_output(type(unsolved).__name__, unsolved.verdict.text().splitlines())]
    except (OutOfTime, Broken, Shortage):
        raise
    except Lost as lost:
        outputs = [error_output("Stopped", [f"The answer could not be called: {lost.why}."])]
    except NameError as error:
        missing = error.name or ""
        reason = (
            f"It was not checked: {out_of_time}." if out_of_time else "Its cell is missing, or stopped with an error."
        )
        outputs = [error_output("NameError", [f"{missing} is not defined. {reason}"])]
    except Trouble as trouble:
        raise Broken(str(trouble)) from trouble
    except Exception as error:  # a plain assert of a maintainer's own check cell, or what an answer raised in it
        text = f"{type(error).__name__}: {error}"
        if _lines_in(error) & _hidden_lines(cell.source):  # its message may say what the test expects
            text = "A hidden test of this check is not passed."
        outputs = [error_output(type(error).__name__, [text])]
    judged.outcomes[grading.grade_id] = outcome_of(grading, verdicts, outputs, out_of_time)
    text = said.getvalue()[:20_000]
    if text and _hidden_lines(cell.source):
        text = "What this check printed is not shown, because it has hidden tests.\n"
    printed = [{"output_type": "stream", "name": "stdout", "text": text}] if text else []
    return [*printed, *shown, *outputs]


def _hidden_lines(source):
    """Return the numbers of the lines of a check cell that stand in hidden tests, as a set."""
    found, hidden = set(), False
    for number, line in enumerate(source.splitlines(), start=1):
        hidden = (hidden or "BEGIN HIDDEN TESTS" in line) and "END HIDDEN TESTS" not in line
        if hidden:
            found.add(number)
    return found


def _lines_in(error):
    """Return the lines of a check cell from which an error came, as a set."""
    return {step.lineno for step in traceback.extract_tb(error.__traceback__) if step.filename == "<check>"}


def _from_locked(cells):
    """Return what the course's own locked cells import and define; it is trusted, as the checks are."""
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
    """Return the output of a check cell's value: a plain number within the points, or nothing.

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
        return [error_output("ValueError", [f"The check gave {score}, which is no score from 0 to {points:g}."])]
    return [
        {"output_type": "execute_result", "data": {"text/plain": repr(score)}, "metadata": {}, "execution_count": None}
    ]


def text_output(text):
    return {"output_type": "display_data", "data": {"text/plain": text}, "metadata": {}}


def error_output(kind, lines):
    return {"output_type": "error", "ename": kind, "evalue": "\n".join(lines), "traceback": lines}
