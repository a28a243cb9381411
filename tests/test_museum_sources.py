"""What the museum says of other projects: each statement has its source and the day it was read, and words are kept."""

import datetime
import html
import inspect
import json
import re
from pathlib import Path

import numpy as np
import pytest

from bncourse import museum
from bncourse.museum import bugs, checkers, recreations

ROOT = Path(__file__).resolve().parents[1]
EXHIBITS, CHECKERS = museum.exhibits(), checkers.CHECKERS
# Where the project speaks of other people's checkers.
SPEAKING = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "solutions").glob("*/*.ipynb")),
    *sorted((ROOT / "bncourse").rglob("*.py")),
]


def spoken(path):
    """Give the text of a file; of a notebook, that of all its cells."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        return "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])
    return text


def markdown(notebook, cell):
    [path] = (ROOT / "solutions").glob(f"{notebook}-*/*.ipynb")
    return next("".join(c["source"]) for c in json.loads(path.read_text(encoding="utf-8"))["cells"] if c["id"] == cell)


@pytest.mark.parametrize("entry", [*EXHIBITS, *CHECKERS], ids=lambda entry: entry.name)
def test_each_statement_about_another_project_has_a_source_and_the_day_it_was_read(entry):
    assert entry.sources
    for source in entry.sources:
        assert source.url.startswith("https://")
        # a month, a commit, a version or a section: what was read can be found again when the project has moved on
        dated = r"\((January|February|March|April|May|June|July|August|September|October|November|December) 20\d\d"
        assert re.search(rf"{dated}|at commit [0-9a-f]{{7}}|\d+\.\d+\.\d+|\(2015\), (section|Algorithm)", source.said)
    assert datetime.date(2026, 1, 1) < datetime.date.fromisoformat(entry.read)


@pytest.mark.parametrize(
    "source", list(dict.fromkeys(s for entry in [*EXHIBITS, *CHECKERS] for s in entry.sources)), ids=lambda s: s.said
)
def test_an_address_says_the_same_as_the_words_beside_it(source):
    if numbered := re.search(r"^(\S+), (issue|pull request) (\d+)", source.said):
        project, kind, number = numbered.groups()
        assert source.url == f"https://github.com/{project}/{'issues' if kind == 'issue' else 'pull'}/{number}"
    elif filed := re.search(r"^(\S+), (\S+) at commit ([0-9a-f]{7})", source.said):
        project, path, commit = filed.groups()
        assert re.fullmatch(rf"https://github\.com/{project}/blob/{commit}[0-9a-f]{{33}}/{path}", source.url)


def test_an_exhibit_is_called_a_bug_or_a_choice_in_the_same_words_everywhere():
    assert {exhibit.standing for exhibit in EXHIBITS} == set(bugs.STANDINGS)
    listed = dict(re.findall(r"^- \*\*(.+?)\*\*: (.+?)[;.]$", markdown("10", "interface"), re.M))
    assert listed == bugs.STANDINGS


def test_what_was_put_together_names_the_sources_that_it_was_made_of_and_says_so():
    for exhibit in EXHIBITS:
        assert ("Here " in exhibit.story) == (exhibit.standing == "put together"), exhibit.name


@pytest.mark.parametrize("exhibit", EXHIBITS, ids=lambda exhibit: exhibit.name)
def test_a_label_shows_the_line_that_runs_beside_the_right_one(exhibit):
    parts = next(entry[-1] for entry in bugs.BUGS if entry[0] == exhibit.name)
    differs, part = next(iter(parts.items()))
    assert exhibit.line in inspect.getsource(part)
    assert exhibit.right_line in inspect.getsource(museum.RIGHT_PARTS[differs]) and exhibit.line != exhibit.right_line
    for label in (repr(museum.tour(exhibit.kind)), html.unescape(museum.tour(exhibit.kind)._repr_html_())):
        assert exhibit.line in label and exhibit.right_line in label


def test_a_recreation_is_called_one_and_its_counts_have_a_denominator():
    said = repr(checkers.tour())
    assert said.count("our re-creation, read on") == len(CHECKERS)
    assert said.count("Cannot occur in its task:") == len(CHECKERS)
    for cell in ("hiding", "checkers", "kills", "kills-read", "end"):
        assert "re-creat" in markdown("10", cell), cell


def test_nobody_is_called_famous_and_no_count_of_a_course_itself_is_given():
    courses = "|".join(re.escape(checker.name.split()[0]) for checker in CHECKERS)
    for path in SPEAKING:
        text = spoken(path)
        assert not re.search(r"(famous|well-known)\s+checkers?|real bugs", text), path
        if path.suffix == ".md" or (path.suffix == ".ipynb" and "museum" not in path.name):
            assert not re.search(rf"({courses})[^\n]*\b\d+ of \d+", text), path


def test_the_recreated_training_arrives_at_the_losses_that_the_course_has_stored():
    # tests/hw2/test_nn_and_optim.py at the commit that the checker names, compared there to 1e-5 too
    assert recreations.losses(museum.right()) == pytest.approx((3.296256, 3.192054), rel=1e-5, abs=1e-5)


@pytest.mark.parametrize(("name", "loss"), [("the batch at inference", 3.1141), ("gamma and beta left behind", 3.2134)])
def test_what_is_wrong_at_inference_has_the_loss_that_the_courses_own_file_gave(name, loss):
    [exhibit] = [exhibit for exhibit in EXHIBITS if exhibit.name == name]
    assert recreations.losses(exhibit.implementation)[1] == pytest.approx(loss, abs=1e-4)


@pytest.mark.parametrize(("name", "shows"), [("the right one", False), ("epsilon beside the root", True)])
def test_what_a_course_tells_to_expect_of_its_gradients_shows_one_exhibit_more(name, shows):
    # the inputs and the relative error of assignment 2 at the commit that the checker names
    numbers = np.random.RandomState(231)
    x, gamma, beta, dout = 5 * numbers.randn(4, 5) + 12, numbers.randn(5), numbers.randn(5), numbers.randn(4, 5)
    [bn] = [e.implementation for e in EXHIBITS if e.name == name] or [museum.right()]
    dx, *_ = bn.backward(dout, x, gamma, 1e-5)

    def loss(place, step):
        moved = x.copy()
        moved[place] += step
        return (dout * bn.forward(moved, gamma, beta, np.zeros(5), np.ones(5), 0.9, 1e-5, True)[0]).sum()

    places = list(np.ndindex(x.shape))
    slopes = np.reshape([(loss(place, 1e-5) - loss(place, -1e-5)) / 2e-5 for place in places], x.shape)
    largest = np.max(np.abs(dx - slopes) / np.maximum(1e-8, np.abs(dx) + np.abs(slopes)))
    assert (largest > 1e-8) == shows
