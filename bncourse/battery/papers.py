"""A case of the battery, and the right submission that it spoils."""

import json
from dataclasses import dataclass
from pathlib import Path

from bncourse.grading.demo.classroom import as_text

FORWARD, DRIVERS = "04-normalize-scale-shift", "91-drivers"
POINTS = {
    FORWARD: {
        "batch_mean": 1.0,
        "batch_variance": 1.0,
        "normalize": 2.0,
        "scale_and_shift": 1.0,
        "batch_norm": 2.0,
        "batch_norm_conv": 2.0,
    },
    DRIVERS: {"gradient_check": 3.0, "find_bugs": 6.0},
}
KINDS = ("resources", "integrity", "reaching", "malformed", "odd", "told")
# What a cell prints when its attack worked; the two words stand together in no source.
THROUGH = "GOT THROUGH"


@dataclass(frozen=True)
class BatteryCase:
    """One submission of the battery.

    Parameters
    ----------
    name : str
        A sentence with dashes; the name of its folder too.
    kind : str
        One of `KINDS`.
    says : str
        What the submission does.
    spoil : callable
        ``spoil(paper)`` turns a right `Paper` into this submission.
    earned : dict of str to float
        What each exercise has to earn: all points for what works, 0 for what is spoilt.
    at_most : bool
        Whether less is right too: the submission breaks its own session, and may lose points of its own.
    assignment : str
    needs_root : bool
        Whether only root can make it.
    at_every_wall : bool
        Whether it is about what stands around the session, and is tried at every level.
    """

    name: str
    kind: str
    says: str
    spoil: object
    earned: dict
    at_most: bool = False
    assignment: str = FORWARD
    needs_root: bool = False
    at_every_wall: bool = False


_cases = {}


def case(kind, spoils=(), *, earns=None, at_most=False, assignment=FORWARD, needs_root=False, at_every_wall=False):
    """Decorate ``spoil(paper)``: its name is the name of the case, its docstring what it does.

    A cell goes on behind a statement that fails for want of something on this machine, room on a disk too. So what a
    case prints where it got through stands in the same statement as the attempt, such as the ``else`` of its loop.

    Parameters
    ----------
    spoils : collection of str
        The exercises that then earn 0; or "all".
    earns : dict of str to float, optional
        What else differs from all points.
    """

    def declare(function):
        points = POINTS[assignment]
        lost = points if spoils == "all" else spoils
        earned = points | dict.fromkeys(lost, 0.0) | (earns or {})
        name = function.__name__.replace("_", "-")
        says = " ".join(function.__doc__.split())
        _cases[name] = BatteryCase(name, kind, says, function, earned, at_most, assignment, needs_root, at_every_wall)
        return function

    return declare


def cases(kind=None):
    """Return the cases of one class, or all, in the order in which they stand in the modules."""
    from bncourse.battery import (  # noqa: F401 - they declare
        calls,
        check_places,
        integrity,
        kernel_memory,
        malformed,
        marks,
        odd,
        places,
        processes,
        reaching,
        resources,
        told,
        tools,
    )

    return [each for each in _cases.values() if kind in (None, each.kind)]


class Paper:
    """A right submission, to be spoilt.

    Parameters
    ----------
    folder : path
        The submitted folder, which exists.
    notebook : dict
        The solved notebook.
    """

    def __init__(self, folder, notebook):
        self.folder = Path(folder)
        self.notebook = notebook
        self.file = self.folder / f"{self.folder.name}.ipynb"
        self.written = False

    @property
    def cells(self):
        return self.notebook["cells"]

    def cell(self, name):
        """Return the cell with this grade_id."""
        return next(cell for cell in self.cells if cell["metadata"].get("nbgrader", {}).get("grade_id") == name)

    def source(self, name):
        return "".join(self.cell(name)["source"])

    def answer(self, name, source):
        """Put another answer in the place of the right one."""
        self.cell(name)["source"] = source

    def wrong(self, name="normalize"):
        """Give a wrong answer that has the right shape."""
        lines = {
            "normalize": "def normalize(x, mean, var, eps=1e-3):\n    return 0 * x",
            "batch_norm": "def batch_norm(x, gamma, beta, eps=1e-3):\n    return 0 * x",
            "gradient_check": "def gradient_check(forward, backward, x, gamma, beta):\n    return 'no idea'",
        }
        self.answer(name, lines[name])

    def inside(self, name, line):
        """Put a line at the beginning of a right answer."""
        head, _, body = self.source(name).partition('"""\n')
        text = "\n".join("    " + each for each in line.splitlines())
        self.answer(name, f'{head}"""\n{text}\n{body}')

    def first(self, source):
        """Put a cell of one's own behind the imports."""
        self.cells.insert(1 + next(i for i, cell in enumerate(self.cells) if cell["id"] == "imports"), own(source))

    def last(self, source):
        self.cells.append(own(source))

    def write(self, content=None):
        """Write the notebook, or these bytes or this text in its place."""
        self.written = True
        if isinstance(content, bytes):
            self.file.write_bytes(content)
        else:
            self.file.write_text(as_text(self.notebook) if content is None else content, encoding="utf-8")

    def text(self):
        return json.dumps(self.notebook)

    def lie_beside(self, name, content):
        """Put a file beside the notebook."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def own(source):
    """Return a cell of a student's own."""
    own.count += 1
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": f"own-{own.count}",
        "metadata": {},
        "outputs": [],
        "source": source,
    }


own.count = 0
