"""The figures of notebook 10 and the museum's tours say what the numbers say, in words too."""

import re

import numpy as np
import pytest

from bncourse import museum
from bncourse.figures import museum_figures
from bncourse.figures.frame import DescribedFigure
from bncourse.museum import checkers

SEEN = {"exhibits": ["one", "two"], "tame": np.array([0.0, 0.3]), "telling": np.array([0.2, 0.4])}
FOUND = {
    "exhibits": ["one", "two", "three"],
    "tests": ["A course", "your test"],
    "possible": np.array([[True, True, False], [True, True, True]]),
    "found": np.array([[True, False, False], [False, False, False]]),
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


def test_the_title_counts_the_exhibits_that_cannot_be_seen():
    assert museum_figures.visibility(SEEN).figure.get_suptitle() == "On tame inputs 1 of 2 exhibits cannot be seen"


def test_found_missed_impossible_and_not_ready_are_told_apart_in_words():
    figure, dash = museum_figures.kills(FOUND).figure, "\N{EN DASH}"
    words = [text.get_text() for text in figure.axes[0].texts]
    assert words == ["found", "missed", "cannot occur", dash, dash, dash]
    assert figure.get_suptitle() == "Our 1 re-creations find 1 of 3 exhibits together, 1 at most alone"
    assert "A course 1 of 2, your test not yet" in museum_figures.kills(FOUND).alt


def test_a_tour_tells_each_exhibit_of_a_kind_once_with_its_number():
    text, html = repr(museum.tour("inference")), museum.tour("inference")._repr_html_()
    for said in (text, html):
        assert "9. the batch at inference" in said and "10. gamma and beta left behind" in said
        assert "the missing root" not in said
        assert said.count("How it shows:") == said.count("Where (read on") == said.count("Right:") == 2
    code = ("   Right: ", "   Here: ")
    assert max(len(line) for line in text.splitlines() if not line.startswith(code)) <= 76
    assert '<a href="https://github.com/jax-ml/jax/issues/139">' in html and "<code>of_each_channel(x)</code>" in html
    assert len(museum.tour().entries) == 12


def test_a_label_shows_the_code_and_folds_the_rest_until_the_reader_has_thought():
    html = museum.tour("inference")._repr_html_()
    view = re.sub(r"<details>.*?</details>", "", html)
    assert view.count("Right:") == view.count("Here:") == 2 and html.count("<details>") == 2
    assert "How it shows:" not in view and "Where (read on" not in view
    view = re.sub(r"<details>.*?</details>", "", checkers.tour()._repr_html_())
    assert view.count("Looks at:") == 5 and "Where:" not in view


def test_an_unknown_kind_is_told_the_known_ones():
    with pytest.raises(ValueError, match="'conversion'; its kinds are: forward, conv, running statistics"):
        museum.tour("conversion")


def test_markup_in_a_story_stays_text():
    assert "<b>a &lt;b&gt;</b>" in museum.tour("conv").__class__([("a <b>", "x", {"": "y"})])._repr_html_()


def test_the_tour_of_the_checkers_says_what_each_looks_at():
    said = repr(checkers.tour())
    assert said.count("Looks at:") == 5 and "CS231n (our re-creation" in said
