"""A learner's day: open, read, predict, run, go wrong, ask, get it right, validate, see progress, come back."""

import json

import lab
import pytest

NOTEBOOK = "00-warm-up"
WRONG = "def standardize(x, eps=1e-8):\n    return (x - x.mean()) / x.std()"
RIGHT = "def standardize(x, eps=1e-8):\n    return (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)"
CHANGED = "def standardize(x, eps=1e-8):\n    return x / 123"


@pytest.fixture
def folder(tmp_path):
    return lab.course(tmp_path / "course", NOTEBOOK)


def notebook(folder):
    return folder / "notebooks" / NOTEBOOK / f"{NOTEBOOK}.ipynb"


def on_disk(folder):
    """Give the sources of the notebook's cells as they lie on the disk."""
    return ["".join(cell["source"]) for cell in json.loads(notebook(folder).read_text())["cells"]]


def a_card_alone(cell):
    """Make sure that a check's cell shows its card, and neither a block of an error nor a number beside it."""
    assert cell.locator(".jp-OutputArea-child").count() == 1
    assert not cell.locator(".jp-OutputArea-executeResult").count()
    assert not cell.locator("[data-mime-type*=stderr], [data-mime-type*=error]").count()
    assert "Traceback" not in cell.inner_text()


@pytest.mark.parametrize("until", ["the evening", pytest.param("the next morning", marks=pytest.mark.nightly)])
def test_a_learners_day_from_the_first_page_on(folder, tmp_path, screen, until):
    ada = lab.person(tmp_path / "ada")
    with lab.started(folder, ada) as address:
        today = screen("learner")
        today.open(address)
        today.picture("opened")
        assert today.page.locator(".jp-Notebook h1").inner_text().startswith("00 Warm-up")
        assert not today.page.get_by_text("Formgrader").count()
        today.run(today.cell("bncourse first"))
        today.run(today.cell("descent.patients"))
        asked, back = today.cell('ask("star")'), "No buttons here?"
        today.shows(today.run(asked), "A cell shows [*] for a minute", "the Delete key")
        assert asked.get_by_text(back).count() == 1 and not asked.get_by_text(back).is_visible()
        guess = today.cell("predict(")
        measured = today.cell("descent.curvatures")
        today.run(guess)
        today.shows(today.run(measured), "You made no guess this time", "Show me")
        assert not measured.get_by_text("It is C: under 100.").is_visible()
        today.picture("no guess yet")
        guess.get_by_text("B: 100 to 1,000").click()
        today.shows(guess.locator(".jp-OutputArea").first, "your guess", "B: 100 to 1,000", "Now run the next cells")
        today.picture("guessed")
        check = today.cell("check.standardize(standardize)")
        answer = check.locator("xpath=preceding-sibling::*[1]")
        today.write(answer, WRONG)
        today.run(answer)
        said = today.run(check)
        today.shows(said, "NOT YET", "one mean and variance for all numbers")
        today.picture("wrong")
        a_card_alone(check)
        own = today.below(check, 'check.hint("standardize")')
        today.shows(own, "Hint 1 of 3")
        today.picture("hint")
        today.write(answer, RIGHT)
        today.run(answer)
        today.shows(today.run(check), "✓ CORRECT", "What it is good for", "Another way to write it")
        check.get_by_text("The course's answer beside yours").click()
        today.shows(check, "centred = x - x.mean(axis=0)")
        today.picture("right")
        for text, words in (
            (RIGHT[:-1], "stopped with a SyntaxError"),
            (CHANGED.replace("standardize", "standardise"), "defined standardise, not standardize"),
        ):
            today.write(answer, text)
            today.run(answer)
            today.shows(today.run(check), "↻ NOT CHECKED", words)
            today.picture(words)
            a_card_alone(check)
        today.write(answer, RIGHT)
        today.run(answer)
        today.shows(today.run(check), "✓ CORRECT")
        today.shows(today.run(measured), "your guess", "It is C: under 100.", "the bowl is nearly round")
        today.picture("predicted and measured")
        today.settled()
        today.page.locator(".jp-Toolbar").get_by_text("Validate").click()
        dialog = today.page.locator(".jp-Dialog")
        today.shows(dialog, "Success! Your notebook passes all the tests.")
        today.picture("validated")
        dialog.get_by_role("button", name="Ok").click()
        table = today.below(check, "from bncourse import progress; progress()")
        today.shows(table, "1 of 1 done")
        today.picture("progress")
        today.saved(notebook(folder), "1 of 1 done")  # no Ctrl+S: the course's settings save every 10 seconds
        today.picture("saved by itself")
        today.page.close()
    assert RIGHT in on_disk(folder)
    if until == "the evening":
        return
    with lab.started(folder, ada) as address:
        tomorrow = screen("learner, next morning")
        tomorrow.open(address)
        tomorrow.cell("check.standardize(standardize)").scroll_into_view_if_needed()
        tomorrow.picture("came back")
        tomorrow.shows(tomorrow.cell("check.standardize(standardize)"), "✓ CORRECT")
        tomorrow.shows(tomorrow.cell("progress()"), "1 of 1 done")
        tomorrow.cell('ask("star")').scroll_into_view_if_needed()
        tomorrow.shows(tomorrow.cell('ask("star")'), back)  # there are no buttons any more
        tomorrow.picture("no buttons")


@pytest.mark.nightly
def test_the_keyboard_alone_is_enough_in_the_dark_theme(folder, tmp_path, screen):
    eve = lab.person(tmp_path / "eve")
    lab.choose_theme(eve, "JupyterLab Dark")
    lab.save_by_hand(eve)
    with lab.started(folder, eve) as address:
        window = screen("keyboard, dark")
        window.open(address)
        keys = window.page.keyboard
        window.go_to("bncourse first")
        window.press(window.cell("bncourse first"), "Shift+Enter")
        window.go_to("def standardize")
        window.replace(RIGHT)
        window.press(window.cell("def standardize"), "Shift+Enter")
        window.shows(window.press(window.cell("check.standardize(standardize)"), "Shift+Enter"), "✓ CORRECT")
        window.picture("right")
        window.save(notebook(folder), "✓ CORRECT")
        assert RIGHT in on_disk(folder)
        for key in ("Escape", "ArrowUp", "ArrowUp"):  # from below the check to the answer
            keys.press(key)
        window.replace(CHANGED)
        window.save(notebook(folder), CHANGED.splitlines()[-1])
        window.go_to("check.standardize(standardize)")
        said = window.press(window.cell("check.standardize(standardize)"), "Shift+Enter")
        window.shows(said, "↻ NOT CHECKED", "Perhaps it was changed, and not run since.")
        window.picture("changed and not run")
