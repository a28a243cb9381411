"""A release looks at what teaches, too: hints, headings, the order of exercises, and their banks."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
import small_course
from small_course import EXERCISES, NAME, cell, text

from bncourse import exercises
from bncourse.cli import main
from bncourse.grading.release.rules import problems
from bncourse.grading.release.teaching import LEAST_RIGHT_ANSWERS, LEAST_WRONG_IDEAS, small_banks

REAL = "04-normalize-scale-shift"
CENTRE, SCALE = EXERCISES


@pytest.fixture
def told(tmp_path):
    """Give ``told(spoil)``: the problems of the small notebook after ``spoil(notebook)``, as sentences."""

    def tell(spoil=lambda notebook: None, exercises=EXERCISES):
        content = small_course.with_hints(small_course.notebook())
        spoil(content)
        course = small_course.write(tmp_path / "course", content)
        return [str(problem) for problem in problems(course, NAME, exercises)]

    return tell


def with_(exercise, **changes):
    return SimpleNamespace(**{**vars(exercise), **changes})


def with_idea(**changes):
    return (CENTRE, with_(SCALE, wrong_ideas=[replace(SCALE.wrong_ideas[0], **changes)]))


def test_a_check_without_a_hint_below_it_is_named(told):
    [said] = told(lambda nb: nb["cells"].remove(cell(nb, "centre-hint")))
    assert said == (
        f"{NAME}, cell 4 (centre-check): no hint stands below this check; add a text cell that begins with "
        "<details><summary>Hint</summary>."
    )


def test_a_hint_that_stands_elsewhere_is_no_hint_of_this_check(told):
    def spoil(nb):
        nb["cells"].append(nb["cells"].pop(nb["cells"].index(cell(nb, "centre-hint"))))

    assert "cell 4 (centre-check): no hint stands below" in told(spoil)[0]


@pytest.mark.parametrize("ending", ["Think of one column.", "\nThink of one column.", " Think.\n\nOf one column."])
def test_a_summary_without_a_blank_line_is_named(told, ending):
    [said] = told(
        lambda nb: cell(nb, "scale-hint").update(source=f"<details><summary>Hint</summary>{ending}</details>")
    )
    assert "cell 8 (scale-hint): no blank line after </summary>; add one" in said


@pytest.mark.parametrize("source", ["</summary>\n\nText.", "</summary>  \n  \nText.", "a text that ends in </summary>"])
def test_a_summary_with_a_blank_line_or_nothing_after_it_is_fine(told, source):
    assert told(lambda nb: nb["cells"].append(text("more", f"<summary>More{source}"))) == []


def test_a_heading_that_does_not_exist_is_named(told):
    [said] = told(exercises=(CENTRE, with_(SCALE, section="Scaling")))
    assert said == (
        f"{NAME}: the exercise scale sends its reader to the heading 'Scaling', which is not there; correct its "
        "section=, or the heading."
    )


@pytest.mark.parametrize("section", ["One", "Two words, and `code`", "Exercise: three"])
def test_a_heading_of_any_depth_is_found(told, section):
    headings = "# One\n\n## Two words, and `code`\n\n### Exercise: three"
    assert told(lambda nb: nb["cells"].append(text("more", headings)), (CENTRE, with_(SCALE, section=section))) == []


def test_another_order_than_the_notebook_is_named(told):
    [said] = told(exercises=(SCALE, CENTRE))
    assert "EXERCISES declares another order than the notebook asks in; write it as centre, scale." in said


def test_a_pattern_that_matches_no_line_of_its_wrong_idea_is_named(told):
    [said] = told(exercises=with_idea(looks_like=r"std\("))
    assert f"{NAME}: the wrong idea 'the variance' of scale: looks_like=" in said
    assert "matches no line of it; correct the pattern." in said


def test_a_pattern_may_match_another_form_of_its_idea(told):
    assert told(exercises=with_idea(looks_like=r"mean\(", forms=(small_course.one_mean,))) == []


def test_an_unknown_family_is_named(told):
    [said] = told(exercises=with_idea(code="F99"))
    assert "the wrong idea 'the variance' of scale is of the unknown family 'F99'" in said


def test_a_small_bank_is_told_and_a_quiz_has_none():
    quiz = SimpleNamespace(name="kinds")
    small = SimpleNamespace(name="scale", wrong_ideas=[1, 2, 3], right_answers=[1])
    full = SimpleNamespace(name="centre", wrong_ideas=[1] * LEAST_WRONG_IDEAS, right_answers=[1] * LEAST_RIGHT_ANSWERS)
    assert list(small_banks([quiz, small, full])) == [
        f"scale knows 3 wrong ideas and 1 right answers; aim for at least {LEAST_WRONG_IDEAS} and "
        f"{LEAST_RIGHT_ANSWERS}."
    ]


@pytest.mark.parametrize("notebook", exercises.NOTEBOOKS)
def test_no_bank_of_the_course_is_small(notebook):
    assert list(small_banks(exercises.of_notebook(notebook))) == []


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("from bncourse import reference\nEXERCISES = [reference.normalise]", "no attribute 'normalise'"),
        ("from bncourse.reference import normalise", "cannot import name 'normalise'"),
        ("from bncourse.exercises.forgetful_package import normalise", "forgetful_package"),
    ],
)
def test_a_forgotten_export_is_one_sentence(line, why, tmp_path, monkeypatch, capsys):
    name = f"forgetful_{abs(hash(line))}"
    (tmp_path / f"{name}.py").write_text(line)
    monkeypatch.setattr(exercises, "__path__", [*exercises.__path__, str(tmp_path)])
    monkeypatch.setitem(exercises.NOTEBOOKS, REAL, name)
    exercises.of_notebook.cache_clear()
    try:
        assert main(["release", "04"]) == 1
    finally:
        exercises.of_notebook.cache_clear()
    said = capsys.readouterr().err
    assert why in said and "Traceback" not in said and len(said.strip().splitlines()) == 1
    assert "bncourse/reference/__init__.py" in said and f"bncourse/exercises/{name}/__init__.py" in said
