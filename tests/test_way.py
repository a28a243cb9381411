"""A way on and back: where one left off, links, the words of a notebook, its card, and questions to recall it."""

import html
import json
import re
import shutil
from pathlib import Path

import nbformat
import numpy as np
import pytest

from bncourse import check, exercises, reference
from bncourse.companion import aids
from bncourse.companion.asides import ASIDES
from bncourse.companion.glossary import GLOSSARY
from bncourse.companion.predictions import PREDICTIONS
from bncourse.companion.questions import QUESTIONS
from bncourse.companion.summaries import SUMMARIES
from bncourse.learner import guess, journal, place, progress, recall

ROOT = Path(__file__).resolve().parents[1]
RELEASED = sorted((ROOT / "notebooks").glob("*/*.ipynb"))
NUMBERS = [name[:2] for name in exercises.NOTEBOOKS]


@pytest.fixture
def folder(tmp_path):
    for name in ("00-warm-up", "04-normalize-scale-shift", "05-backward"):
        (tmp_path / "notebooks" / name).mkdir(parents=True)
        shutil.copy(ROOT / "notebooks" / name / f"{name}.ipynb", tmp_path / "notebooks" / name)
    return tmp_path


def solved(*names):
    for name in names:
        journal.record("check", exercise=name, outcome="correct", score=1.0)


def test_one_who_begins_gets_the_first_notebook(folder):
    assert place.left_off(folder) == (folder / "notebooks/00-warm-up/00-warm-up.ipynb", "")


def test_one_comes_back_to_the_first_exercise_that_is_not_done(folder):
    solved("standardize", "batch_mean", "batch_variance")
    notebook, cell = place.left_off(folder)
    assert (notebook.stem, cell) == ("04-normalize-scale-shift", "normalize")


def test_a_guess_counts_as_having_been_there(folder):
    asked = next(one for one in PREDICTIONS.values() if one.notebook == "05")
    solved("standardize")
    guess.predict(asked.asks, "A", **asked.choices)
    assert place.left_off(folder)[0].stem == "05-backward"


def test_what_the_first_notebook_shows_with_a_later_exercise_leads_nowhere(folder, monkeypatch, capsys):
    monkeypatch.setattr(check, "_hints_shown", {})
    asked = next(one for one in PREDICTIONS.values() if one.notebook == "00")
    guess.predict(asked.asks, "A", **asked.choices)
    space = {"np": np, "check": check, "reference": reference, "display": print}  # as IPython has it
    for cell in nbformat.read(folder / "notebooks/00-warm-up/00-warm-up.ipynb", as_version=4).cells:
        if cell.cell_type == "code" and ("batch_mean" in cell.source or "show(" in cell.source):
            exec(cell.source, space)
    assert [event["exercise"] for event in journal.events("hint")] == ["batch_mean"]
    assert place.been_in() == {"00"}
    assert place.left_off(folder) == (folder / "notebooks/00-warm-up/00-warm-up.ipynb", "standardize")


def test_where_all_is_done_the_next_notebook_opens(folder):
    solved(*(exercise.name for exercise in exercises.of_notebook("04-normalize-scale-shift")))
    assert place.left_off(folder)[0].stem == "05-backward"


def test_a_notebook_that_is_gone_leads_to_the_first(folder):
    solved("kinds_of_shift")
    assert place.left_off(folder)[0].stem == "00-warm-up"


@pytest.mark.parametrize("path", RELEASED, ids=lambda path: path.stem)
def test_every_mention_of_another_notebook_is_a_link_to_a_file_that_is_there(path):
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown" and not cell.metadata.get("nbgrader"):
            assert aids.linked(
                cell.source, {number: "x" for number in NUMBERS if not path.stem.startswith(number)}
            ) == (cell.source), "a mention without a link"
            for link in re.findall(r"\]\((\.\./[^)]+)\)", cell.source):
                assert (path.parent / link).resolve().is_file()


@pytest.mark.parametrize("path", RELEASED, ids=lambda path: path.stem)
def test_a_notebook_ends_with_recall_progress_its_card_and_its_words(path):
    cells = nbformat.read(path, as_version=4).cells
    number = path.stem[:2]
    sources = [cell.source for cell in cells]
    assert sources[-4].startswith(f'recall("{number}")') and sources[-3] == "progress()"
    assert sources[-2].startswith(f"## {aids.CARD}") and sources[-1].startswith(f"## {aids.WORDS}")
    assert (number == "00") != any(source.startswith(f'recall(before="{number}")') for source in sources)
    listed = re.findall(r"^- \*\*(.+?)\*\*: ", sources[-1], re.M)
    linked = re.findall(r"\]\(#Words-of-this-notebook\)", "\n".join(sources[:-1]))
    assert len(listed) == len(linked) >= 6 and set(listed) <= set(GLOSSARY)


def test_links_leave_code_headings_and_other_links_alone():
    text = "# batch\n`batch` [a batch](x) **batch** a batch and a batch"
    [changed], used = aids.words_linked([text])
    assert changed == text.replace("a batch and", "a [batch](#Words-of-this-notebook) and") and used == ["batch"]


def test_no_word_is_linked_in_the_titles_of_papers():
    text = "The batch.\n\n**Sources.** *Predictive inference*."
    [changed], used = aids.words_linked([text])
    assert used == ["batch"] and changed.endswith("**Sources.** *Predictive inference*.")


def test_a_word_is_not_found_in_a_longer_one():
    [changed], used = aids.words_linked(["gradient descent, gradient descent"])
    assert used == ["gradient descent"] and changed.count("](") == 1


def test_a_card_fits_a_screen_and_every_notebook_has_one():
    assert list(SUMMARIES) == NUMBERS == list(QUESTIONS)
    for number, rows in SUMMARIES.items():
        assert 4 <= len(rows) <= 8 and all(len(says) < 120 for _, says in rows), number
        assert aids.card(number).count("\n| **") == len(rows)


@pytest.mark.parametrize("number", NUMBERS)
def test_each_notebook_has_five_questions_with_three_answers_and_a_reason(number):
    assert len(QUESTIONS[number]) == 5
    for question in QUESTIONS[number]:
        assert len(set(question.choices())) == 3 and question.right in question.choices()
        assert question.because.endswith(".") and len(question.because) < 120
    assert len({question.asks for questions in QUESTIONS.values() for question in questions}) == 60


def test_the_right_answer_is_in_every_place_about_as_often():
    places = [q.choices().index(q.right) for questions in QUESTIONS.values() for q in questions]
    assert all(10 <= places.count(place) <= 27 for place in range(3))


def answers(questions, right):
    letters = []
    for question in questions:
        is_right = [text == question.right for text in question.choices()]
        letters.append("ABC"[is_right.index(right)])
    return "".join(letters)


def test_recall_shows_no_answer_before_one_is_given_and_says_why_after():
    asked = QUESTIONS["04"]
    card = recall.recall("04")
    assert all(question.because not in repr(card) for question in asked)
    assert card._repr_html_().count("<details>") == 5
    told = repr(recall.recall("04", answers(asked, False)))
    assert told.count("✗ Your choice: ") == 5 and all(question.because in told for question in asked)
    assert repr(recall.recall("04", answers(asked, True))).count("✓") == 5
    assert "✓" not in repr(recall.recall("04", "?"))
    assert [event["right"] for event in journal.events("recall")] == [False] * 5 + [True] * 5


@pytest.mark.parametrize(
    "question", [*sum(QUESTIONS.values(), ()), *ASIDES.values()], ids=lambda question: question.asks
)
def test_what_was_chosen_stays_in_view_beside_what_is_right(question):
    for letter, choice in zip("ABC", question.choices(), strict=True):
        card = recall.Questions([question], "", letter)
        for said in (card.text(), html.unescape(card.html())):
            assert choice in said and question.right in said and "No: " not in said


def test_a_road_that_left_notebooks_out_is_asked_about_those_on_it_alone(monkeypatch):
    monkeypatch.setattr(recall, "is_live", lambda: True)
    assert "knows of no work" in repr(recall.recall(before="05"))
    journal.record("check", exercise="input_percentiles", outcome="not started")  # as Run All leaves it
    journal.record("outcome", question=next(one.asks for one in PREDICTIONS.values() if one.notebook == "01"))
    assert recall.earlier("06") == []
    solved("standardize", "normalize")
    assert [question.notebook for question in recall.earlier("06")] == ["04", "00", "04"]
    recall.recall("03", "A")
    assert {question.notebook for question in recall.earlier("06")} == {"04", "03", "00"}


def test_three_earlier_questions_come_from_the_nearest_notebooks_and_forgotten_ones_first():
    assert [question.notebook for question in recall.earlier("05")] == ["04", "03", "01"]  # nobody was in 02
    solved("density_ratio")
    assert [question.notebook for question in recall.earlier("05")] == ["04", "03", "02"]
    assert [question.notebook for question in recall.earlier("01")] == ["00", "00", "00"]
    assert recall.earlier("00") == []
    recall.recall("04", answers(QUESTIONS["04"], True))
    recall.recall("00", answers(QUESTIONS["00"], False)[:1])
    chosen = recall.earlier("05")
    assert chosen[0] == QUESTIONS["00"][0] and "04" not in [question.notebook for question in chosen]


def test_nothing_of_recall_is_in_a_graders_run(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    recall.recall("04", "AAAAA")
    monkeypatch.delenv("NBGRADER_EXECUTION")
    assert not journal.events("recall")


def test_a_forgotten_answer_links_to_the_notebook_that_has_it(folder, monkeypatch):
    monkeypatch.chdir(folder / "notebooks" / "05-backward")
    asked = recall.earlier("05")
    card = recall.recall(before="05", answers=answers(asked, False))
    assert card._repr_html_().count('<a href="../04-normalize-scale-shift/04-normalize-scale-shift.ipynb">') == 1
    assert "<a " not in recall.recall("05", answers(QUESTIONS["05"], False))._repr_html_()


def test_progress_links_to_the_notebooks_that_lie_beside_this_one(folder, monkeypatch):
    monkeypatch.chdir(folder / "notebooks" / "00-warm-up")
    shown = progress.progress()._repr_html_()
    assert '<a href="../05-backward/05-backward.ipynb">' in shown
    monkeypatch.chdir(folder)
    assert "<a " not in progress.progress()._repr_html_()


def test_progress_links_to_the_cell_where_one_left_off(folder, monkeypatch):
    monkeypatch.chdir(folder / "notebooks" / "00-warm-up")
    assert "Next for you" not in repr(progress.progress())
    solved("batch_mean")
    shown = progress.progress()
    exercise = next(name for name, state in shown.notebooks["04-normalize-scale-shift"].items() if state != "done")
    link = f'href="../04-normalize-scale-shift/04-normalize-scale-shift.ipynb#cell-id={exercise}"'
    assert link in shown._repr_html_() and f"Next for you: {exercise}, in 04" in repr(shown)
    cells = json.loads((ROOT / "notebooks/04-normalize-scale-shift/04-normalize-scale-shift.ipynb").read_text())[
        "cells"
    ]
    assert exercise in [cell["id"] for cell in cells]


def test_progress_leads_nowhere_where_all_that_is_there_is_done(folder, monkeypatch):
    monkeypatch.chdir(folder / "notebooks" / "05-backward")
    solved(*(exercise.name for exercise in exercises.of_notebook("05-backward")))
    assert "Next for you" not in repr(progress.progress())


def test_the_cell_of_an_answer_has_the_name_of_its_exercise():
    for path in (ROOT / "notebooks").glob("*/*.ipynb"):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            marks = cell["metadata"].get("nbgrader", {})
            if marks.get("solution") and cell["cell_type"] == "code":
                assert cell["id"] == marks["grade_id"]


def test_a_released_notebook_of_somebody_else_gets_no_aids():
    from bncourse.grading.nbgrader.reading_aids import ReadingAids

    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("See notebook 05.")])
    before = json.dumps(made)
    ReadingAids().preprocess(made, {"unique_key": "hw1"})
    assert json.dumps(made) == before
