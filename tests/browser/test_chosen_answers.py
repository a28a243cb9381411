"""A quiz answered with the mouse: the choices come into the answer's cell when it is run, and are graded as text."""

import csv
import json
import shutil

import lab
import pytest

from bncourse import exercises
from bncourse.learner import choosing

NOTEBOOK = "01-covariate-shift"
QUIZ = exercises.find("kinds_of_shift")


def saved_cell(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    (found,) = (cell for cell in cells if cell["metadata"].get("nbgrader", {}).get("grade_id") == QUIZ.name)
    return found


def choose(check, **answers):
    groups = check.locator(".widget-radio")
    for number, question in enumerate(QUIZ.questions):
        if question.key in answers:
            options = choosing.choices(QUIZ)[question.key]
            groups.nth(number).locator("input").nth(options.index(answers[question.key])).check()


# by day, tests/test_choosing.py and tests/test_filling.py hold what is written, without a browser
@pytest.mark.nightly
def test_a_quiz_is_answered_with_the_mouse(tmp_path, screen):
    folder, ada = lab.course(tmp_path / "course", NOTEBOOK), lab.person(tmp_path / "ada")
    lab.save_by_hand(ada)
    path = folder / "notebooks" / NOTEBOOK / f"{NOTEBOOK}.ipynb"
    released = saved_cell(path)
    right = {question.key: question.right for question in QUIZ.questions}
    with lab.started(folder, ada) as address:
        page = screen("quiz")
        page.open(address)
        page.run(page.cell("from bncourse import"))
        check = page.cell(f"check.{QUIZ.name}({QUIZ.name})")
        answer = check.locator("xpath=preceding-sibling::*[1]")
        text = answer.locator(".cm-content")
        page.run(answer)
        page.shows(page.run(check), "NOT STARTED", "your choices are written into it")
        page.picture("buttons")
        first, *others = right
        choose(check, **{first: right[first]})
        page.run(answer)
        page.shows(answer, "Your choices are in this cell now", f'"{first}": "{right[first]}"', '": ...,')
        page.picture("one is written")
        page.run(check)
        page.shows(check, "NOT YET", "no answer yet")
        choose(check, **{key: right[key] for key in others})
        page.run(answer)
        page.shows(text, *(f'"{key}": "{value}"' for key, value in right.items()))
        page.run(check)
        page.shows(check, "✓ CORRECT")
        page.picture("right")
        page.save(path, "✓ CORRECT")
        kept = saved_cell(path)
        assert {**kept["metadata"], "trusted": None} == {**released["metadata"], "trusted": None}
        assert kept["id"] == released["id"]
        handed_in = folder / "submitted" / "ada" / NOTEBOOK
        handed_in.mkdir(parents=True)
        shutil.copy(path, handed_in)
        text.click()
        page.page.keyboard.press("Control+z")
        page.shows(text, '": ...,')
        page.picture("taken back")
        own = f"def {QUIZ.name}():\n    # mine\n    return {{{', '.join(f'{key!r}: ...' for key in right)}}}"
        page.write(answer, own)
        page.run(answer)
        page.run(check)
        choose(check, **{first: right[first]})
        page.run(answer)
        page.shows(text, "# mine", f'{first!r}: "{right[first]}"')
        page.picture("only the value changed")
        page.page.close()
    lab.command(folder, ada, "bncourse.cli", "release", "01")
    lab.command(folder, ada, "bncourse.cli", "grade", "01", "--workers", "1")
    scores = tmp_path / "scores.csv"
    lab.command(folder, ada, "bncourse.cli", "scores", "01", "--format", "csv", "-o", str(scores))
    (row,) = csv.DictReader(scores.read_text(encoding="utf-8").splitlines())
    assert (row["score"], row["why"]) == (str(QUIZ.points), "")  # the other exercises have no answer
