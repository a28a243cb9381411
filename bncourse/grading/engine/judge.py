"""Judge one staged notebook: run the learner's cells in a session, and the check cells here.

This runs in a trusted process of its own. Of a check cell's own place and others where the student has it, the best
counts.
"""

import time
from collections import Counter
from dataclasses import dataclass, field, replace

import nbformat

from bncourse.grading.engine import demonstrations
from bncourse.grading.engine.check_cell import error_output, judge_check, text_output
from bncourse.grading.engine.judge_process import Progress
from bncourse.grading.engine.outcomes import better
from bncourse.grading.engine.second_looks import A_CELL, ONCE_MORE, SecondLooks
from bncourse.grading.engine.seeds import Looks
from bncourse.grading.engine.session import OutOfTime, Submission
from bncourse.grading.submission.check_copies import MOST_TRIES, pieces
from bncourse.sandbox.usage import Shortage

ELSEWHERE = "This was judged at another place where this check stands in the notebook."
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
        What went wrong in the session, for the report.
    outcomes : dict
        For each check cell, by its grade_id, what `bncourse.grading.engine.outcomes.outcome_of` says.
    raised : set of str
        The checks that ended with an error of their own, where a notebook's cell ends too. (The verdicts of the
        course's checks are none.)
    """

    notebook: object
    seconds: float
    level: int
    events: list = field(default_factory=list)
    outcomes: dict = field(default_factory=dict)
    raised: set = field(default_factory=set)


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
        checks = {
            cell.metadata.nbgrader.grade_id: cell for cell, kind in zip(cells, kinds, strict=True) if kind == "check"
        }
        seeds = Looks(seed)
        part = _Parts(submission, seeds, judged, locked, progress, checks)
        for number, (cell, kind, run) in enumerate(zip(cells, kinds, runs, strict=True)):
            cell.execution_count = None
            cell.outputs = [nbformat.from_dict(output) for output in part.outputs(number, cell, kind, run)]
        looks = SecondLooks(cells, kinds, judged)
        looks.note_unchecked(part.out_of_time)
        if not part.out_of_time and not progress.troubled:
            looks.where_names_changed(lambda cell: judge_check(cell, submission, seeds, judged, locked, ""))
        slow = submission.slow
        if submission.short:  # a driver may have taken it for a fault of the answer
            raise Shortage(submission.short)
    if part.out_of_time and not progress.troubled:
        with Submission(sandbox, files, seconds=ONCE_MORE) as submission:
            submission.limits = replace(submission.limits, cell=min(submission.limits.cell, A_CELL))
            looks.without_experiments(
                submission, lambda cell: judge_check(cell, submission, seeds, judged, locked, ""), slow
            )
            if submission.short:
                raise Shortage(submission.short)
    judged.seconds = time.monotonic() - began
    return judged


def kind_of(cell):
    """Return whether a cell is a "check", the learner's "own", or "given" by the course."""
    grading = cell.metadata.get("nbgrader", {})
    if grading.get("grade") and not grading.get("solution"):
        return "check"
    if grading.get("solution") or cell.metadata.get("bncourse", {}).get("from") in ("student", "answer"):
        return "own"
    return "given"


class _Parts:
    """The cells of a submission, one after the other; what is lost with one of them is that one alone."""

    def __init__(self, submission, seeds, judged, locked, progress, checks):
        self.submission, self.seeds, self.judged, self.locked = submission, seeds, judged, locked
        self.progress, self.checks = progress, checks
        self.best = {}  # of each check that was judged: its outputs, and its outcome
        self.placed = set()  # the checks whose own place is behind
        self.tries = Counter()
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
            return [error_output("Stopped", [f"This cell was not {'judged' if kind == 'check' else 'run'}: {why}."])]
        self.progress.begins(number)
        try:
            if kind == "check":
                outputs = self._judged(cell)
                self.placed.add(cell.metadata.nbgrader.grade_id)
                self.progress.judged(number, outputs, self.judged.outcomes.get(cell.metadata.nbgrader.grade_id))
                return outputs
            if self.out_of_time:
                return [text_output(f"Not run: {self.out_of_time}.")]
            if not run:
                return [text_output(LEFT_OUT)]
            return self._run(number, cell)
        except OutOfTime as error:
            self._note(error)
            outputs = [error_output("Stopped", [f"{self.out_of_time[0].upper()}{self.out_of_time[1:]}."])]
            if kind == "check":
                self.progress.judged(number, outputs, None)
            return outputs

    def _note(self, error):
        self.out_of_time = f"the submission was stopped, {error}"
        self.submission.events.append(self.out_of_time)

    def _run(self, number, cell):
        """Run a cell of the student's, and judge the checks that stand in it, as they stood in their notebook."""
        tries = cell.metadata.get("bncourse", {}).get("tries", ())
        if not tries or self.progress.troubled:
            return self.submission.run(cell.source)
        outputs = []
        for text, name in pieces(cell.source, {name: _released(self.checks[name]) for name in tries}):
            if name:
                self.progress.begins((number, name))
                if self.tries[name] == MOST_TRIES:
                    continue
                self.tries[name] += 1
                shown = self._tried(name)
                outputs += [output for output in shown if output["output_type"] == "display_data"]
                # the course's own checks raise nothing in a notebook, whatever they say
                stops = any(output["output_type"] == "error" for output in shown) and name in self.judged.raised
                self.progress.begins(number)
            else:
                shown = self.submission.run(text)
                outputs += shown
                stops = any(output["output_type"] == "error" for output in shown)
            if stops:
                break  # as in a notebook, nothing behind an error runs
        return outputs

    def _tried(self, name):
        """Judge a check at another place than its own, and keep what came of it where that is better; give it."""
        check, best = self.checks[name], self.best.get(name)
        outputs = self._judged(check)
        if name in self.placed and self.best[name] is not best:
            check.outputs = [nbformat.from_dict(output) for output in [text_output(ELSEWHERE), *outputs]]
        return outputs

    def _judged(self, check):
        """Judge a check where it stands; give its outputs, or those of a time before that were better."""
        name, points = check.metadata.nbgrader.grade_id, float(check.metadata.nbgrader.points)
        best = self.best.get(name)
        if best and best[1]["score"] == points:
            return [text_output(ELSEWHERE), *best[0]]
        try:
            outputs = judge_check(check, self.submission, self.seeds, self.judged, self.locked, self.out_of_time)
        except OutOfTime as error:
            if best is None:
                raise
            self._note(error)
            outputs = None
        if best and (outputs is None or not better(self.judged.outcomes[name], best[1])):
            self.judged.outcomes[name] = best[1]
            return [text_output(ELSEWHERE), *best[0]]
        self.best[name] = outputs, self.judged.outcomes[name]
        return outputs


def _released(check):
    """Return the text of a check as it was handed out, without hidden tests."""
    return check.metadata.get("bncourse", {}).get("released", check.source)
