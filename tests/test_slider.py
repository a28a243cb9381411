"""A slider steps through pictures, and what it says does not depend on it."""

from types import SimpleNamespace

import pytest
from IPython.utils.capture import capture_output
from one_shell import one_shell

from bncourse.figures.slider import Slider
from bncourse.surroundings import is_live


def picture(words):
    return SimpleNamespace(_repr_html_=lambda: f'<img alt="{words}">')


THREE = Slider([picture(f"moment {n}") for n in range(3)], ["start", "middle", "end"], "step", picture("the strip"))


def shown(slider):
    with one_shell(), capture_output() as caught:
        slider._ipython_display_()
    return [output.data for output in caught.outputs]


def test_the_still_figure_comes_first_and_the_slider_has_words_in_its_place_elsewhere():
    still, slider = shown(THREE)
    assert still["text/html"] == '<img alt="the strip">'
    assert "application/vnd.jupyter.widget-view+json" in slider
    assert "JupyterLab" in slider["text/html"] and "JupyterLab" in slider["text/plain"]


def test_where_nbgrader_runs_the_notebook_the_still_figure_stands_alone(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    [still] = shown(THREE)
    assert still["text/html"] == '<img alt="the strip">'


def test_a_menu_beside_the_slider_has_its_name_and_a_label_for_each_picture():
    controls, stack = THREE.widget().children
    menu, slider = controls.children
    assert menu.description == "step"
    assert [label for label, _ in menu.options] == ["start", "middle", "end"]
    assert (slider.min, slider.max) == (0, 2)
    assert [child.value for child in stack.children] == [f'<img alt="moment {n}">' for n in range(3)]


@pytest.mark.parametrize(
    ("labels", "says"),
    [(["start"], "one label for each picture"), ([], "one label"), (["a", "b", "a"], "two labels are the same")],
)
def test_labels_that_do_not_fit_the_pictures_are_named(labels, says):
    with pytest.raises(ValueError, match=says):
        Slider(THREE.pictures, labels, "step", THREE.still)


def test_where_somebody_works_the_slider_stands_alone_with_its_question_and_a_way_back(monkeypatch):
    monkeypatch.setattr("bncourse.figures.slider.is_live", lambda: True)
    asked = Slider(THREE.pictures, THREE.labels, "step", THREE.still, question="When does it turn?")
    words, slider, line, paper = shown(asked)
    assert words["text/plain"] == "Drawing 3 pictures ..."  # until the slider comes in their place
    assert "application/vnd.jupyter.widget-view+json" in slider and "text/html" not in slider
    assert "run the cell, and it is back" in line["text/html"] and "the strip" not in line["text/html"]
    before, folded = paper["text/html"].split("<details>")
    assert not before and "the strip" in folded
    assert asked.widget().children[0].value == "<b>When does it turn?</b>"


def test_nobody_is_there_where_a_program_runs_the_notebook(monkeypatch):
    shell = SimpleNamespace(get_parent=lambda: {"metadata": {"cellId": "one"}})
    monkeypatch.setattr("builtins.get_ipython", lambda: shell, raising=False)
    assert is_live()
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    assert not is_live()
    monkeypatch.delenv("NBGRADER_EXECUTION")
    shell.get_parent = dict
    assert not is_live()
