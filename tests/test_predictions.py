"""The predictions: what can be chosen is told once, nothing in view gives the answer away, and the outcome says why."""

import ast
import json
import re
from pathlib import Path

import numpy as np
import pytest

from bncourse.companion.predictions import PREDICTIONS
from bncourse.learner import guess, journal

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = {path.stem[:2]: path for path in sorted((ROOT / "solutions").glob("*/*.ipynb"))}
FOLDED = re.compile(r"<details>.*?</details>", re.DOTALL)
OWN = re.compile(r"### BEGIN SOLUTION.*?### END SOLUTION", re.DOTALL)
NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?:e-?\d+)?(?![\w]|\.\d)")


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    monkeypatch.setenv("BNCOURSE_JOURNAL", str(tmp_path / "journal.jsonl"))
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)


def cells(number):
    read = json.loads(NOTEBOOKS[number].read_text(encoding="utf-8"))["cells"]
    return [(cell["id"], cell["cell_type"], "".join(cell["source"])) for cell in read]


def called(source, name):
    """Give the calls of a function in a cell."""
    return [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == name
    ]


def bounds(source):
    """Give the comments of a cell, and what it compares a measured value with."""
    own = OWN.sub("pass", source)
    yield from re.findall(r"#.*", own)
    for node in ast.walk(ast.parse(own)):
        if isinstance(node, ast.Assert | ast.Compare | ast.IfExp):
            yield ast.unparse(node)


def place_of(prediction):
    """Give the cells of a notebook, and where the prediction and its outcome stand."""
    found = cells(prediction.notebook)
    code = [(i, source) for i, (_, kind, source) in enumerate(found) if kind == "code" and prediction.asks in source]
    [asked] = [i for i, source in code if called(source, "predict")]
    [told] = [i for i, source in code if called(source, "outcome")]
    assert asked < told
    return found, asked, told


@pytest.mark.parametrize("prediction", PREDICTIONS.values(), ids=lambda one: f"{one.notebook}: {one.asks[:40]}")
def test_a_prediction_has_its_cell_with_its_choices_and_its_outcome_after_it(prediction):
    found, asked, _ = place_of(prediction)
    [call] = called(found[asked][2], "predict")
    assert {k.arg: k.value.value for k in call.keywords} == dict(prediction.choices)
    assert call.args[1].value is ..., "no guess stands there yet"
    assert prediction.because.endswith(".") and len(prediction.because.split()) < 50


@pytest.mark.parametrize("prediction", PREDICTIONS.values(), ids=lambda one: f"{one.notebook}: {one.asks[:40]}")
def test_nothing_in_view_gives_the_answer_away(prediction):
    """With no output yet the text before, the cells up to the outcome and the text after it are on one screen."""
    found, asked, told = place_of(prediction)
    (low, high), spoilers = prediction.answer, []
    for cell_id, kind, source in [*found[asked - 1 : asked], *found[asked + 1 : told + 2]]:
        seen = FOLDED.sub("", OWN.sub("", source)).replace(prediction.asks, "")
        if kind == "code":
            seen = "\n".join(bounds(source))
        elif cell_id == found[told + 1][0]:
            seen = re.split(r"^##", seen, flags=re.MULTILINE)[0]  # what follows a heading is about the next step
        elif cell_id == found[asked - 1][0]:
            seen = re.split(r"^##", seen, flags=re.MULTILINE)[-1]
        for number in NUMBER.findall(seen):
            value = float(number.replace(",", ""))
            if low <= value <= high and value not in prediction.given:
                spoilers.append(f"{cell_id}: the number {number}")
        spoilers += [f"{cell_id}: {words}" for words in prediction.spoils if re.search(words, seen)]
    assert not spoilers


@pytest.mark.parametrize("number", NOTEBOOKS)
def test_every_prediction_of_a_notebook_says_why_it_came_out_so(number):
    for cell_id, kind, source in cells(number):
        for call in called(source, "predict") if kind == "code" else ():
            assert call.args[0].value in PREDICTIONS, cell_id


@pytest.mark.parametrize("number", NOTEBOOKS)
def test_what_a_run_shows_stands_inside_its_outcome(number):
    """What a cell prints or draws beside its outcome is not hidden with it."""
    for cell_id, kind, source in cells(number):
        if kind == "code" and called(source, "outcome"):
            last = ast.parse(source).body[-1]
            assert isinstance(last, ast.Expr) and last.value in ast.walk(last) and last.value.func.id == "outcome", (
                cell_id
            )


def test_most_predictions_are_a_sign_an_order_or_one_of_three():
    chosen = [one for one in PREDICTIONS.values() if one.choices]
    assert len(chosen) >= 20
    assert all(2 <= len(one.choices) <= 4 and list(one.choices) == list("ABCD")[: len(one.choices)] for one in chosen)


def test_the_right_choice_is_not_always_the_same_letter():
    middle = [one for one in PREDICTIONS.values() if one.choices and one.answer[0] <= one.answer[1]]
    assert len({one.right(sum(one.answer) / 2) for one in middle if one.asks[:4] != "At l"}) == 3


def question():
    return next(one for one in PREDICTIONS.values() if one.asks.startswith("AUC of"))


def test_an_outcome_is_folded_until_a_guess_stands():
    one = question()
    card = guess.outcome(one.asks, 0.49, "the lines of the run")
    text, html = repr(card), card._repr_html_()
    assert "0.49" not in text and "lines" not in text and one.because not in text and "show me" in text
    before, folded = html.split("<details>")
    assert "0.49" not in before and "0.49" in folded and "lines" in folded and one.because in folded
    guess.predict(one.asks, "b", **one.choices)
    said = repr(guess.outcome(one.asks, 0.49, "the lines of the run"))
    assert "your guess: B: about 0.75" in said and "It is A: about 0.5." in said and "the lines of the run" in said
    assert one.because in said and "<details>" not in guess.outcome(one.asks, 0.49)._repr_html_()
    guess.predict(one.asks, "A", **one.choices)
    assert "As you said." in repr(guess.outcome(one.asks, 0.49))


def test_show_me_opens_it_without_a_guess():
    one = question()
    guess.predict(one.asks, "Show me", **one.choices)
    assert "It is A: about 0.5. You made no guess this time." in repr(guess.outcome(one.asks, 0.49))
    assert not journal.events("guess")


def test_where_a_program_runs_the_notebook_nothing_is_folded(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    assert "0.49" in repr(guess.outcome(question().asks, 0.49))


def test_a_letter_that_is_no_choice_is_told_and_not_kept():
    one = question()
    said = repr(guess.predict(one.asks, 0.5, **one.choices))
    assert "0.5 is none of them: give one of A, B, C." in said and not journal.events("guess")


def test_figures_come_with_the_outcome_in_html_and_in_words():
    class Figure:
        def _repr_html_(self):
            return '<img alt="a line that rises">'

        def __str__(self):
            return "Figure: a line that rises"

    guess.predict("How many?", 3)
    card = guess.outcome("How many?", np.float64(4), Figure())
    assert '<img alt="a line that rises">' in card._repr_html_() and "Figure: a line that rises" in repr(card)
