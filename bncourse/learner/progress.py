"""Where a learner stands: what is done, not yet right, and not started, over all notebooks."""

from dataclasses import dataclass
from pathlib import Path

from bncourse import course, exercises
from bncourse.learner import journal, place
from bncourse.templates import card
from bncourse.trouble import Trouble

DONE, NOT_YET, NOT_STARTED = "done", "not yet", "not started"
_SIGNS = {DONE: "✓", NOT_YET: "✗", NOT_STARTED: "○"}
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
        Where the learner goes on: the notebook, and the first exercise there that is not done; "" where there is none.
    """

    notebooks: dict
    points: dict
    onward: tuple = ("", "")

    def count(self, notebook, state=DONE):
        """Count the exercises of a notebook that are in a state."""
        return list(self.notebooks[notebook].values()).count(state)

    def text(self):
        """Return the standing as plain text: a line for each notebook and one for each exercise begun."""
        total = sum(map(len, self.notebooks.values()))
        done = sum(self.count(notebook) for notebook in self.notebooks)
        notebook, exercise = self.onward
        lines = [f"Your progress: {done} of {total} exercises done"]
        lines += [f"Next for you: {exercise or 'the beginning'}, in {notebook}"] * bool(notebook)
        for notebook, states in self.notebooks.items():
            lines.append(f"  {notebook}: {self.count(notebook)} of {len(states)} done{_aside(notebook)}")
            if any(state != NOT_STARTED for state in states.values()):
                lines += [f"    {_SIGNS[state]} {name} - {state}" for name, state in states.items()]
        return "\n".join([*lines, "Three roads:", *(f"  {road}" for road in _roads())])

    def html(self):
        """Return the standing as a table, with the exercises of each notebook folded under it."""
        total = sum(map(len, self.notebooks.values()))
        done = sum(self.count(notebook) for notebook in self.notebooks)
        notebook, exercise = self.onward
        beside = [name for name in {*self.notebooks, notebook} if Path("..", name, f"{name}.ipynb").is_file()]
        return card(
            "bncourse.learner",
            "progress",
            standing=self,
            done=done,
            total=total,
            notebook=notebook,
            exercise=exercise,
            beside=beside,
            signs=_SIGNS,
            asides={name: _aside(name) for name in self.notebooks},
            roads=_roads(),
        )

    def __repr__(self):
        return self.text()

    def _repr_html_(self):
        return self.html()


def _aside(notebook):
    return _ASIDE if notebook[:2] in course.SIDE_ROADS else ""


def _roads():
    return [f"{whose}: {', '.join(numbers)}" for whose, numbers in course.ROADS.items()]


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
    """Return where the learner goes on: nowhere before anything is done, and where all that is there is done."""
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
    """Return the notebooks of the course that lie in its folder; all, where there is no folder."""
    folder = _folder()
    there = {path.stem for path in course.notebooks(folder)} if folder else set()
    return [notebook for notebook in exercises.NOTEBOOKS if notebook in there or not there]


def command(options):
    """Print the progress; the ``bncourse progress`` command."""
    print(progress().text())
    print(f"\nRead from {journal.path()}")
    return 0
