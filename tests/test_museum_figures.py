"""The figures of notebook 10 and the museum's tours say what the numbers say, in words too."""

import numpy as np
import pytest

from bncourse import museum
from bncourse.figures import museum_figures
from bncourse.figures.frame import DescribedFigure
from bncourse.museum import checkers

SEEN = {"bugs": ["one", "two"], "tame": np.array([0.0, 0.3]), "telling": np.array([0.2, 0.4])}
FOUND = {
    "bugs": ["one", "two"],
    "tests": ["A course", "your test"],
    "found": np.array([[True, False], [False, False]]),
    "accepted": np.array([True, False]),
}
DRAW = {"visibility": lambda: museum_figures.visibility(SEEN), "kills": lambda: museum_figures.kills(FOUND)}


@pytest.mark.parametrize("name", DRAW)
def test_a_figure_describes_itself_and_names_its_axes(name):
    described = DRAW[name]()
    assert isinstance(described, DescribedFigure)
    assert described.alt.count(". ") == 1 and described.alt.endswith(".")  # what is seen, and what it means
    assert len(described.figure.get_suptitle()) > 20
    assert all(axes.get_xlabel() and axes.get_ylabel() for axes in described.figure.axes)


def test_the_title_counts_the_bugs_that_cannot_be_seen():
    assert museum_figures.visibility(SEEN).figure.get_suptitle() == "On tame inputs 1 of 2 bugs cannot be seen"


def test_found_missed_and_not_ready_are_told_apart_in_words():
    figure = museum_figures.kills(FOUND).figure
    assert [text.get_text() for text in figure.axes[0].texts] == ["found", "missed", "–", "–"]
    assert figure.get_suptitle() == "1 of 2 real bugs pass all five famous checkers"
    assert "A course 1 of 2, your test not yet" in museum_figures.kills(FOUND).alt


def test_a_tour_tells_each_exhibit_of_a_kind_once_with_its_number():
    text, html = repr(museum.tour("inference")), museum.tour("inference")._repr_html_()
    for said in (text, html):
        assert "9. the batch at inference" in said and "10. gamma and beta left behind" in said
        assert "the missing root" not in said
        assert said.count("How it shows:") == said.count("Where:") == 2
    assert max(map(len, text.splitlines())) <= 76
    assert len(museum.tour().entries) == 12


def test_an_unknown_kind_is_told_the_known_ones():
    with pytest.raises(ValueError, match="'conversion'; its kinds are: forward, conv, running statistics"):
        museum.tour("conversion")


def test_markup_in_a_story_stays_text():
    assert "<b>a &lt;b&gt;</b>" in museum.tour("conv").__class__([("a <b>", "x", {"": "y"})])._repr_html_()


def test_the_tour_of_the_checkers_says_what_each_looks_at():
    said = repr(checkers.tour())
    assert said.count("Looks at") == 5 and "CS231n (assignment 2" in said
