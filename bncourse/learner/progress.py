"""Where a learner stands: what is done, not yet right, and not started, over all notebooks."""

from dataclasses import dataclass
from html import escape
from pathlib import Path

from bncourse import course, exercises
from bncourse.learner import journal, place
from bncourse.trouble import Trouble

DONE, NOT_YET, NOT_STARTED = "done", "not yet", "not started"
_SIGNS = {DONE: "✓", NOT_YET: "✗", NOT_STARTED: "○"}
_BAR = "#5b7fb4"
_ASIDE = " (a side road: nothing later needs it)"


@dataclass(frozen=True)
class Standing:
    """How far each exercise is.

    Parameters
    ----------
    notebooks : dict
        For each notebook a dictionary from exercise to "done", "not yet" or "not started".
    points : dict
        What was earned at best for each exercise, from 0.0 to its points.
    onward : (str, str), default ("", "")
        The notebook in which the learner left off, and the exercise there that comes next; "" where there is none.
    """

    notebooks: dict
    points: dict
    onward: tuple = ("", "")

    def count(self, notebook, state=DONE):
        """Count the exercises of a notebook that are in a state."""
        return list(self.notebooks[notebook].values()).count(state)

    def text(self):
        """Give the standing as plain text: a line for each notebook and one for each exercise begun."""
        total = sum(map(len, self.notebooks.values()))
        done = sum(self.count(notebook) for notebook in self.notebooks)
        notebook, exercise = self.onward
        lines = [f"Your progress: {done} of {total} exercises done"]
        lines += [f"Where you left off: {exercise or 'the beginning'}, in {notebook}"] * bool(notebook)
        for notebook, states in self.notebooks.items():
            lines.append(f"  {notebook}: {self.count(notebook)} of {len(states)} done{_aside(notebook)}")
            if any(state != NOT_STARTED for state in states.values()):
                lines += [f"    {_SIGNS[state]} {name} - {state}" for name, state in states.items()]
        return "\n".join([*lines, "Three roads:", *(f"  {road}" for road in _roads())])

    def html(self):
        """Give the standing as a table, with the exercises of each notebook folded under it."""
        total = sum(map(len, self.notebooks.values()))
        done = sum(self.count(notebook) for notebook in self.notebooks)
        cell = "text-align:left;vertical-align:top;padding:2px 16px 2px 0;border:none;background:transparent"
        rows = []
        for notebook, states in self.notebooks.items():
            items = "".join(f"<div>{_SIGNS[state]} {escape(name)} - {state}</div>" for name, state in states.items())
            share = f'<progress value="{self.count(notebook)}" max="{len(states)}"></progress>'
            rows.append(
                f'<tr style="background:transparent"><th scope="row" style="{cell}">{_link(notebook)}'
                f'<span style="font-weight:normal">{_aside(notebook)}</span></th>'
                f'<td style="{cell}">{share} {self.count(notebook)} of {len(states)} done'
                f"<details><summary>exercises</summary>{items}</details></td></tr>"
            )
        head = f'<div style="font-weight:bold">Your progress: {done} of {total} exercises done</div>'
        notebook, exercise = self.onward
        if notebook:
            where = _link(notebook, exercise, f"{exercise or 'the beginning'}, in {notebook}")
            head += f"<div>Where you left off: {where}</div>"
        table = f'<table style="margin:4px 0;border:none">{"".join(rows)}</table>'
        roads = "".join(f"<div>{escape(road)}</div>" for road in _roads())
        table += f"<details><summary>Three roads through the course</summary>{roads}</details>"
        return f'<div style="border-left:5px solid {_BAR};padding:6px 12px;margin:4px 0">{head}{table}</div>'

    def __repr__(self):
        return self.text()

    def _repr_html_(self):
        return self.html()


def _aside(notebook):
    return _ASIDE if notebook[:2] in course.SIDE_ROADS else ""


def _roads():
    return [f"{whose}: {', '.join(numbers)}" for whose, numbers in course.ROADS.items()]


def _link(notebook, exercise="", words=""):
    """Give a notebook's name or other words, as a link where the notebook lies beside the one that is open.

    JupyterLab goes to the cell of the exercise, which has its name; Notebook opens the page.
    """
    words = escape(words or notebook)
    if not Path("..", notebook, f"{notebook}.ipynb").is_file():
        return words
    cell = f"#cell-id={exercise}" if exercise else ""
    return f'<a href="../{notebook}/{notebook}.ipynb{cell}">{words}</a>'


def progress():
    """Show what is done, not yet right and not started, over all notebooks.

    Returns
    -------
    Standing
        A table in a notebook, plain text elsewhere. It is read from the learner's journal; deleting that
        file loses the history and nothing else.
    """
    states = dict.fromkeys(exercises.names(), NOT_STARTED)
    points = dict.fromkeys(states, 0.0)
    for event in journal.events("check"):
        name, outcome = event.get("exercise"), event.get("outcome")
        if name not in states or outcome == "not started":
            continue
        score = event.get("score")
        if isinstance(score, int | float) and not isinstance(score, bool):
            points[name] = min(max(points[name], float(score)), float(exercises.find(name).points))
        if outcome == "correct":
            states[name] = DONE
        elif states[name] != DONE:
            states[name] = NOT_YET
    notebooks = {
        notebook: {exercise.name: states[exercise.name] for exercise in exercises.of_notebook(notebook)}
        for notebook in _present()
    }
    return Standing(notebooks, points, _onward(notebooks, states))


def _onward(notebooks, states):
    """Give where the learner goes on: nowhere before anything is done, and where all that is there is done."""
    folder = _folder()
    if folder is None or set(states.values()) == {NOT_STARTED}:
        return "", ""
    path, exercise = place.left_off(folder)
    waiting = any(state != DONE for state in notebooks.get(path.stem, {}).values())
    return (path.stem, exercise) if waiting else ("", "")


def _folder():
    try:
        return course.find_folder(to_learn=True)
    except Trouble:
        return None


def _present():
    """Give the notebooks of the course that lie in its folder; all, where there is no folder."""
    folder = _folder()
    there = {path.stem for path in course.notebooks(folder)} if folder else set()
    return [notebook for notebook in exercises.NOTEBOOKS if notebook in there or not there]


def command(options):
    """Print the progress; the ``bncourse progress`` command."""
    print(progress().text())
    print(f"\nRead from {journal.path()}")
    return 0
