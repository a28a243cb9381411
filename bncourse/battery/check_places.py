"""Cases that are honest, and whose checks stand in another place than they were handed out, once or more than once."""

from bncourse.battery.papers import case
from bncourse.battery.places import ANSWERS, KIND, LAMBDA, answers, before, behind, drop, stub


@case(KIND)
def an_answer_merged_with_its_check(paper):
    """The answer and its check were merged into one cell, which bears the mark of the answer."""
    paper.answer("normalize", f"{paper.source('normalize')}\n\ncheck.normalize(normalize)")
    drop(paper, "normalize-check")


@case(KIND)
def an_answer_and_its_check_before_an_experiment(paper):
    """The answer, its check, and a wrong try of later stand in one cell."""
    paper.answer("normalize", f"{paper.source('normalize')}\n\ncheck.normalize(normalize)\n\n{LAMBDA} * 2")
    drop(paper, "normalize-check")


@case(KIND)
def a_check_that_was_copied_before_an_experiment(paper):
    """A copy of the check stands below the answer; then a wrong try, and the check that was handed out."""
    behind(paper, "normalize", "def normalize(x, mean, var, eps=0):\n    return (x - mean) / var")
    behind(paper, "normalize", "check.normalize(normalize)")


@case(KIND)
def an_early_copy_of_a_check_and_a_late_one(paper):
    """A check stands above its answer, too, and below it; then the function is defined once more, wrongly."""
    before(paper, "batch_mean", "check.normalize(normalize)")
    behind(paper, "normalize-check", "def normalize(x, mean, var, eps=0):\n    return (x - mean) / var")


@case(KIND)
def a_wrong_try_its_check_and_a_right_one_in_a_cell(paper):
    """A wrong try, its check, and the right answer stand in one cell; the check was called again when all had run."""
    right = paper.source("normalize")
    wrong = "def normalize(x, mean, var, eps=1e-3):\n    return 0 * x"
    paper.answer("normalize", f"{wrong}\n\ncheck.normalize(normalize)\n\n{right}")
    drop(paper, "normalize-check")


@case(KIND, ["normalize"])
def the_whole_notebook_in_one_cell_with_a_wrong_answer(paper):
    """All code was merged into one cell, and one of the answers is wrong: that one alone costs points."""
    paper.answer("normalize", "def normalize(x, mean, var, eps=1e-3):\n    return 0 * x")
    the_whole_notebook_in_one_cell(paper)


@case(KIND)
def a_check_before_its_function_is_deleted(paper):
    """The answer and its check stand in one cell, which deletes the function when it is done."""
    paper.answer("normalize", f"{paper.source('normalize')}\n\ncheck.normalize(normalize)\n\ndel normalize")
    drop(paper, "normalize-check")


@case(KIND)
def a_setting_that_changes_before_a_copy_of_the_check(paper):
    """The answer reads a list; it holds the right number below a copy of the check that stands behind the change."""
    text = paper.source("normalize").replace("eps)", "SETTINGS[0] * eps)")
    paper.answer("normalize", f"SETTINGS = [9]\n\n\n{text}")
    behind(paper, "normalize-check", "SETTINGS[0] = 9")
    behind(paper, "normalize-check", "check.normalize(normalize)")
    behind(paper, "normalize-check", "SETTINGS[0] = 1")


@case(KIND)
def a_check_that_is_quoted_out(paper):
    """An old try with its check stands in quotes in the cell of the answer and its check; an experiment follows."""
    old = '"""\ndef normalize(x):\n    return x\n\ncheck.normalize(normalize)\n"""'
    text = paper.source("normalize")
    paper.answer("normalize", f"{old}\n\n{text}\n\ncheck.normalize(normalize)\n\n{LAMBDA} * 2")
    drop(paper, "normalize-check")


@case(KIND)
def an_answer_in_the_cell_of_its_check(paper):
    """The answer was written into the cell of its check."""
    text = paper.source("normalize")
    stub(paper, "normalize")
    paper.cell("normalize-check")["source"] = f"{text}\n\ncheck.normalize(normalize)"


@case(KIND)
def the_whole_notebook_in_one_cell(paper):
    """All code was merged into one cell, imports and checks too; all text is in one cell as well."""
    code = "\n\n".join("".join(cell["source"]) for cell in paper.cells if cell["cell_type"] == "code")
    text = "\n\n".join("".join(cell["source"]) for cell in paper.cells if cell["cell_type"] != "code")
    first = next(cell for cell in paper.cells if cell["cell_type"] == "code") | {"source": code}
    paper.cells[:] = [paper.cells[0] | {"source": text}, first]


@case(KIND)
def the_checks_at_the_end(paper):
    """All checks were moved to the end."""
    checks = [paper.cell(f"{name}-check") for name in ANSWERS]
    paper.cells[:] = [cell for cell in paper.cells if cell not in checks] + checks


@case(KIND)
def the_checks_on_top(paper):
    """All checks were moved to the top."""
    checks = [paper.cell(f"{name}-check") for name in ANSWERS]
    paper.cells[1:] = [paper.cells[1], *checks, *(cell for cell in paper.cells[2:] if cell not in checks)]


@case(KIND)
def no_checks(paper):
    """All checks were deleted, and the answers were gathered in one cell at the end."""
    text = answers(paper)
    drop(paper, *(f"{name}-check" for name in ANSWERS))
    drop(paper)
    paper.last(text)


@case(KIND, ["normalize"])
def an_answer_that_knows_the_inputs_of_an_earlier_look(paper):
    """The check is judged again at the end; the answer is right for what it was given the first time alone."""
    paper.answer("normalize", "SEEN = []\n\ndef normalize(x, mean, var, eps):\n    SEEN.append(x.copy())\n    return x")
    known = "any(x.shape == each.shape and np.all(x == each) for each in SEEN)"
    right = "(x - mean) / np.sqrt(var + eps)"
    behind(paper, "normalize-check", f"def normalize(x, mean, var, eps=0):\n    return {right} if {known} else x")
