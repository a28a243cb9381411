"""Is a verdict about the code that the page shows? It says so first where it is not, and what to do.

Python keeps a function until another takes its name. A cell that stopped, a new name, a text that was changed and not
run: the page shows one thing, and a check would speak of another. Nothing is said that is not certain: an alarm about
code that is in order costs more trust than it saves.
"""

import ast
import re
from dataclasses import dataclass, replace

from bncourse.checking.verdict import CORRECT, NOT_CHECKED, NOT_STARTED, Reason, Verdict, wrapped
from bncourse.learner import cells

_RUN_IT = "Run the cell of your answer, then this cell again."
_UNTIL_NO_ERROR = "Correct that cell and run it until it has no error, then run this cell again."


@dataclass(frozen=True)
class _Made:
    """The run that made an answer, and the name of the answer there."""

    run: cells.CellRun
    name: str
    parts: frozenset  # the names of that cell from which it is made, its own too
    sure: bool  # whether it is this run, not an earlier one of the same text


def attend(shell, show):
    """Note what a shell runs, and say it in a card where a check has nothing to check.

    Parameters
    ----------
    shell : InteractiveShell or None
    show : callable
        ``show(verdict)`` shows a card.
    """
    if shell is None or cells.in_grading() or not cells.watch(shell) or shell.custom_exceptions:
        return

    def handle(shell, kind, error, trace, tb_offset=None):
        verdict = _undefined(shell, getattr(error, "name", "") or "") if is_live(shell) else None
        if verdict is not None:
            show(verdict)
            return
        shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
        if is_live(shell) and (todo := _made_above(shell, getattr(error, "name", "") or "")):
            print(wrapped(todo))

    shell.set_custom_exc((NameError,), handle)


def is_live(shell):
    """Return whether somebody works at this cell in a front-end, and no program runs the notebook.

    Parameters
    ----------
    shell : InteractiveShell or None
    """
    return shell is not None and not cells.in_grading() and cells.current_cell(shell) is not None


def of_the_page(verdict, learners, name, shell):
    """Say in a verdict which cell's answer it is about; where the page shows another, say only that.

    Parameters
    ----------
    verdict : Verdict
    learners : object
        The answer.
    name : str
        The name of the exercise.
    shell : InteractiveShell or None

    Returns
    -------
    Verdict
        Its outcome is "not checked" where the page shows other code.
    """
    if shell is None or cells.in_grading():
        return verdict
    done = cells.runs(shell)
    made = _made(learners, name, shell, done)
    if made is None:
        return verdict
    happened, todo = _own_cell(made, done) or _other_cells(made, done) or _on_disk(made, shell, done) or ("", "")
    if not happened:
        return replace(verdict, about=_about(made, done))
    of = f"the one from [{made.run.number}]" if made.sure else "an earlier one"
    reason = Reason(f"{happened} What Python has is still {of}, which {_in_short(verdict)}.")
    return Verdict(verdict.exercise, NOT_CHECKED, verdict.points, reasons=(reason,), todo=(todo,), case=verdict.case)


def _in_short(verdict):
    if verdict.outcome == CORRECT:
        return "is right"
    return "is not written yet" if verdict.outcome == NOT_STARTED else "is not right yet"


def _made(learners, name, shell, done):
    """Find the run that made an answer; None where it is not certain."""
    code = cells.code_of(learners)
    if code is None:
        return _value_made(learners, name, shell, done)
    alike = [run for run in done if run.file == code.co_filename and not run.unread]
    if not alike:  # it comes from a file, from exec, or from a magic
        return None
    run = alike[-1]
    own = next((n for node in cells.statements(run.text) or () if (n := _named_by(node, code, learners))), "")
    if not own or shell.user_ns.get(own) is not learners:
        return None
    if any(cells.definition(later.text, own) for later in done if later.number > run.number and not later.error):
        return None  # the name has been used for something else since, and was given back
    used = {own, *_names(code)}
    parts = {part for part in used if cells.definition(run.text, part)}
    return _Made(run, own, frozenset(parts), not (run.error and len(alike) > 1))


def _value_made(learners, name, shell, done):
    """Find the run that made a value: the last that gives its name a value, where no other touches it."""
    if name not in shell.user_ns or shell.user_ns[name] is not learners:
        return None
    made = [run for run in done if not run.unread and cells.definition(run.text, name)]
    if not made or made[-1].error:
        return None
    check, word = _check_of(name), re.compile(rf"\b{re.escape(name)}\b")
    later = [check.sub("", run.text) for run in done if run.number > made[-1].number and not run.unread]
    if any(word.search(text) for text in later):  # it may have been changed there
        return None
    return _Made(made[-1], name, frozenset({name}), True)


def _named_by(node, code, learners):
    """Return the name that a statement gives to what has this code, or ""."""
    first = code.co_firstlineno
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == code.co_name:
        begins = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
        return node.name if begins == first else ""
    if not getattr(node, "lineno", first + 1) <= first <= node.end_lineno:
        return ""
    if isinstance(node, ast.ClassDef) and isinstance(learners, type):
        return node.name if node.name == learners.__name__ else ""
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id if code.co_name == "<lambda>" else ""
    return ""


def _names(code):
    inside = (constant for constant in code.co_consts if hasattr(constant, "co_names"))
    return set(code.co_names).union(*map(_names, inside))


def _own_cell(made, done):
    """Look at the last run of the cell that made the answer: what it says is what the page shows, or showed since."""
    later = [run for run in done if made.run.cell and run.cell == made.run.cell and run.number > made.run.number]
    if not later:
        return None
    last = later[-1]
    if last.unread:
        how = f"The cell of {made.name} stopped with {_a(last.error)} when it was last run, as [{last.number}]."
        return how, _UNTIL_NO_ERROR
    if last.error:
        how = f"The cell of {made.name} stopped with {_a(last.error)} as [{last.number}], before it defined it again."
        return how, _UNTIL_NO_ERROR
    if _alike(last.text, made):
        return None
    new = _defined(last.text) - _defined(made.run.text)
    what = f"defined {new.pop()}, not {made.name}" if len(new) == 1 else f"did not define {made.name}"
    says = f"When the cell of {made.name} was last run, as [{last.number}], it {what}."
    return says, f"Give your answer the name {made.name}, run its cell, then this cell again."


def _other_cells(made, done):
    """Look for a run that should have made the answer anew and stopped, in another cell or in one that is not told.

    In another cell it counts where it was the last thing that was run: then it is what somebody wants to have checked.
    The page still shows the answer of before.
    """
    last = _failed_since(made, done)
    own = [run for run in done[:-1] if not _check_of(made.name).search(run.text)]
    if last is None or (last.cell and made.run.cell and last is not own[-1]):
        return None
    how = _stopped(last, made.name) if last.unread else _before(last, made.name)
    return how, _UNTIL_NO_ERROR


def _failed_since(made, done):
    """Return the last run after the one that made an answer that should have made it anew, and stopped; or None."""
    later = [run for run in done if run.number > made.run.number and _tries(run, made.name)]
    return later[-1] if later and (later[-1].unread or not _alike(later[-1].text, made)) else None


def _about(made, done):
    if not made.sure:
        return ""
    failed = _failed_since(made, done)
    but = f"; cell [{failed.number}], which should define it too, stopped with {_a(failed.error)}" if failed else ""
    return f"{made.name}, from cell [{made.run.number}]{but}"


def _on_disk(made, shell, done):
    """Look at the saved notebook, which may be some seconds behind the page: it can hint, and no more."""
    texts = cells.saved(shell, done[-1], made.run.ended) if made.run.ended else None
    if texts is None or any(_alike(text, made) for text in texts.values()):
        return None
    there = texts.get(made.run.cell)
    if there is None and any(cells.statements(text) is None for text in texts.values()):
        return None  # it may be the cell that cannot be read
    name, number = made.name, made.run.number
    if there is not None and cells.statements(there) is not None and not cells.definition(there, name):
        return f"In the saved notebook, the cell that defined {name} as [{number}] no longer does.", _RUN_IT
    if there is None and not any(cells.definition(text, name) for text in texts.values()):
        return f"In the saved notebook, no cell defines {name}.", f"Write {name}. {_RUN_IT}"
    how = f"In the saved notebook, the code of {name} is not the code that was run as [{number}]."
    return f"{how} Perhaps it was changed, and not run since.", _RUN_IT


def _undefined(shell, name):
    """Return the card about a check of a name that has no value; None where that needs no explanation of ours."""
    done = cells.runs(shell)
    if not done or not _check_of(name).search(done[-1].text):
        return None
    tried = [run for run in done[:-1] if _tries(run, name)]
    if tried and tried[-1].unread:
        happened, todo = f"{_stopped(tried[-1], name)} So {name} is not defined.", _UNTIL_NO_ERROR
    elif tried:
        happened, todo = _before(tried[-1], name), _UNTIL_NO_ERROR
    elif any(cells.definition(run.text, name) for run in done[:-1]):
        return None  # it was there and is gone: `del`, or a reset
    else:
        happened = f"{name} is not defined: since the kernel started, no cell was run that defines it."
        todo = f"{_RUN_IT} After a restart, run the cells above it too: Run > Run All Above Selected Cell."
    return Verdict(name, NOT_CHECKED, reasons=(Reason(happened),), todo=(todo,))


def _made_above(shell, name):
    """Say what to do about a name that has no value because a cell above, in the saved notebook, was not run."""
    done = cells.runs(shell)
    if not done or not name or any(cells.definition(run.text, name) for run in done):
        return ""
    texts = cells.saved(shell, done[-1], 0.0) or {}
    above = list(texts.values())[: list(texts).index(done[-1].cell)] if done[-1].cell in texts else []
    if not any(cells.definition(text, name) for text in above):
        return ""
    return (
        f"{name} is made in a cell above that was not run since the kernel started. Choose Run > Run All Above "
        "Selected Cell with this cell selected, then run it again."
    )


def _check_of(name):
    return re.compile(rf"\bcheck\.{re.escape(name)}\(\s*{re.escape(name)}\s*\)")


def _tries(run, name):
    """Return whether a run that stopped would have given a name its value."""
    if not run.error:
        return False
    if run.unread:
        begins = rf"^[ \t]*(?:(?:async[ \t]+)?def|class)[ \t]+{re.escape(name)}\b|^[ \t]*{re.escape(name)}[ \t]*=(?!=)"
        return bool(re.search(begins, run.text, re.M))
    return bool(cells.definition(run.text, name))


def _alike(text, made):
    """Say whether a cell says the same of the answer, and of what it takes from its cell, as the run that made it."""
    return all(cells.definition(text, part) == cells.definition(made.run.text, part) for part in made.parts)


def _defined(text):
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    return {node.name for node in cells.statements(text) or () if isinstance(node, kinds)}


def _stopped(run, name):
    return f"Cell [{run.number}], which should define {name}, stopped with {_a(run.error)}."


def _before(run, name):
    return f"Cell [{run.number}] stopped with {_a(run.error)} before it defined {name}."


def _a(error):
    return f"{'an' if error[:1] in 'AEIOU' else 'a'} {error}"
