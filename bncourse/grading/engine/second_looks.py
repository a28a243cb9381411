"""Checks that are judged a second time: where a cell below changes what they ask for, and where the time was used up.

An accident costs only itself. An answer that stands below its check counts as it would in the student's own notebook,
and an experiment that takes all the time takes none from the answers.
"""

import contextlib

import nbformat

from bncourse.grading.engine.outcomes import NOT_CHECKED, better, outcome_of
from bncourse.grading.engine.session import OutOfTime
from bncourse.grading.submission.bindings import bindings, definitions_in, needs
from bncourse.grading.submission.parsing import UNREADABLE, parsed, sources_of
from bncourse.sandbox.inside.syntax import imported_names

AT_THE_END = "This was judged again when all cells had run, because a cell below changes what it asks for."
WITHOUT_THE_REST = "The time was used up before this check; it was judged with those cells alone that it needs."
ONCE_MORE = 60.0  # seconds for what other cells have left no time
A_CELL = 15.0  # of these for one cell; what it defines is kept when it is interrupted


class SecondLooks:
    """The checks of a submission that is judged.

    Parameters
    ----------
    cells : list of NotebookNode
        All cells in code, in their order.
    kinds : list of str
        Which of them are a "check".
    judged : Judged
    """

    def __init__(self, cells, kinds, judged):
        self.checks = [cell for cell, kind in zip(cells, kinds, strict=True) if kind == "check"]
        self.others = [cell for cell, kind in zip(cells, kinds, strict=True) if kind != "check"]
        self.judged = judged

    def note_unchecked(self, why):
        """Note of every check that was not made that it was not, and why."""
        for cell in self.checks:
            grading = cell.metadata.nbgrader
            if grading.grade_id not in self.judged.outcomes:
                reason = why or "; ".join(self.judged.events[-1:]) or "the judge was lost"
                self.judged.outcomes[grading.grade_id] = outcome_of(grading, [], [], reason)

    def where_names_changed(self, check):
        """Judge those checks once more behind which a cell changes what they ask for; the better of the two counts.

        In the student's own notebook a check that is called again, when all has run, sees what is there then.

        Parameters
        ----------
        check : callable
            ``check(cell)`` judges a cell, notes what came of it, and gives its outputs.
        """
        with contextlib.suppress(OutOfTime):
            for cell in self.checks:
                score = self.judged.outcomes[cell.metadata.nbgrader.grade_id]["score"]
                if cell.metadata.get("bncourse", {}).get("again") and score < float(cell.metadata.nbgrader.points):
                    self._keep_the_better(cell, check, AT_THE_END)

    def without_experiments(self, submission, check, slow=()):
        """Judge what was not reached in time in a fresh session, with those cells alone that the answers need.

        Parameters
        ----------
        submission : Submission
            A fresh one.
        check : callable
            As in `where_names_changed`, with this submission.
        slow : collection of str
            The texts of cells that did not run to their end: they are needed for what they define.
        """
        outcomes = self.judged.outcomes
        left = [cell for cell in self.checks if outcomes[cell.metadata.nbgrader.grade_id]["outcome"] == NOT_CHECKED]
        wanted = needed_for([cell.source for cell in left], [cell.source for cell in self.others])
        with contextlib.suppress(OutOfTime):
            for cell, is_needed in zip(self.others, wanted, strict=True):
                if is_needed:
                    submission.run(definitions_in(cell.source) if cell.source in slow else cell.source)
            for cell in left:
                self._keep_the_better(cell, check, WITHOUT_THE_REST)
        self.judged.events += [event for event in submission.events if event not in self.judged.events]

    def _keep_the_better(self, cell, check, says):
        name = cell.metadata.nbgrader.grade_id
        before = self.judged.outcomes[name]
        try:
            outputs = check(cell)
        except OutOfTime:
            self.judged.outcomes[name] = before
            raise
        if not better(self.judged.outcomes[name], before):
            self.judged.outcomes[name] = before
            return
        note = {"output_type": "display_data", "data": {"text/plain": says}, "metadata": {}}
        cell.outputs = [nbformat.from_dict(output) for output in [note, *outputs]]


def needed_for(checks, cells):
    """Say which cells have to run before these checks.

    Parameters
    ----------
    checks : list of str
        The text of the checks.
    cells : list of str
        The text of the other cells in code.

    Returns
    -------
    list of bool
        True for a cell that binds a name on which a check depends, or may change what it holds. A function is not
        changed by a call that it takes part in, so an experiment with an answer is left out.

    Examples
    --------
    >>> cells = ["import numpy as np", "for i in range(10**9): np.ones(3)", "def f(x): return np.mean(x)"]
    >>> needed_for(["assert f([1]) == 1"], cells)
    [True, False, True]
    >>> needed_for(["f()"], ["p = {}", "p.update(a=0)", "def f(): return p['a']", "train(f)"])
    [True, True, True, False]
    """
    names = [bindings(text) for text in cells]
    wanted = needs(set().union(*(bindings(text).used for text in checks)), names)
    lasting = set()  # functions and modules, which a call does not change
    for text in cells:
        with contextlib.suppress(*UNREADABLE):
            lasting |= {*sources_of(text, 1), *imported_names(parsed(text))}
    touched = [each.full | each.empty | each.changed | (each.given_away - lasting) for each in names]
    return [bool(here & wanted) or each.anything for here, each in zip(touched, names, strict=True)]
