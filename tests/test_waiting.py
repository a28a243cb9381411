"""No silence: what takes long says so. `cell_seconds.py` records the work of each cell; here nothing is timed."""

import json
import re
from pathlib import Path

import cell_seconds
import pytest

from bncourse import exercises, waiting

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted((ROOT / "solutions").glob("*/*.ipynb"))
RECORD = json.loads(cell_seconds.RECORD.read_text(encoding="utf-8"))
# seconds of a processor: the most that a notebook with Keras takes, and one without
KERAS = {"07-keras": 45, "11-at-home": 60}
PLAIN = 25
LONGEST = 8  # the most of one cell
# A machine that many use takes ten times as long; a cell of this much work is a long wait there, and needs words.
NEEDS_WORDS = 1.5
AGAIN = "measure it anew: python tests/cell_seconds.py "


def code(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return {cell["id"]: "".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"}


def says_so(source):
    """Whether a cell is a check that shows what it does."""
    check = re.match(r"check\.(\w+)\(", source)
    return bool(check) and getattr(exercises.find(check[1]), "is_long", False)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_the_record_is_of_this_notebook(path):
    cells, record = code(path), RECORD.get(path.stem, {})
    assert len(set(cells) & set(record)) >= 0.9 * len(cells), AGAIN + path.stem[:2]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_a_cell_that_works_for_more_than_a_moment_says_what_it_does(path):
    cells, record = code(path), RECORD.get(path.stem, {})
    long = [name for name in list(cells)[1:] if record.get(name, 0) > NEEDS_WORDS]  # not that of the imports
    silent = [name for name in long if not ("waiting." in cells[name] or says_so(cells[name]))]
    assert not silent, f"wrap them in waiting.bar, .named or .said, or {AGAIN}{path.stem[:2]}"


def test_a_notebook_that_loads_keras_says_before_its_first_cell_that_this_takes_time():
    for name in KERAS:
        [path] = [path for path in SOURCES if path.stem == name]
        title = json.loads(path.read_text(encoding="utf-8"))["cells"][0]
        assert "The first cell loads Keras: some seconds" in "".join(title["source"])


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_no_cell_and_no_notebook_is_too_much_work(path):
    record = RECORD.get(path.stem, {})
    first = next(iter(code(path)))
    assert sum(record.values()) <= KERAS.get(path.stem, PLAIN)
    assert not [name for name, took in record.items() if took > LONGEST]
    assert record[first] <= (4 if path.stem in KERAS else 1.5), "the cell of the imports"


def test_a_bar_is_left_where_the_work_is_done_and_what_is_shown_takes_the_place_of_words(capsys):
    with waiting.in_place("Looking", slow=False) as place:
        assert place is None
    assert capsys.readouterr().out == ""
    state = waiting._Words("Looking ...", running=True)
    assert "<progress" in state._repr_html_() and "value=" not in state._repr_html_() and repr(state) == "Looking ..."
