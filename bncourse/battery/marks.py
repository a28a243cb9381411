"""Cases that edit what nbgrader reads of a notebook: marks, tags, checks, and the order of cells."""

from bncourse.battery.papers import case, own

KIND = "integrity"


def _edited(name, says, change, spoils=("normalize",)):
    def spoil(paper):
        paper.wrong()
        change(paper)

    spoil.__name__, spoil.__doc__ = name, says
    case(KIND, spoils)(spoil)


def _every_mark(**marks):
    def change(paper):
        for cell in paper.cells:
            if cell["metadata"].get("nbgrader", {}).get("grade"):
                cell["metadata"]["nbgrader"].update(marks)

    return change


def _skips(paper):
    for cell in paper.cells:
        cell["metadata"]["tags"] = ["skip-execution", "raises-exception"]


def _another_kernel(paper):
    paper.notebook["metadata"]["kernelspec"] = {"name": "bash", "display_name": "bash", "language": "bash"}


def _without_checks(paper):
    paper.notebook["cells"] = [c for c in paper.cells if not c["metadata"].get("nbgrader", {}).get("grade")]


def _renamed(paper):
    for cell in paper.cells:
        if marks := cell["metadata"].get("nbgrader"):
            marks["grade_id"] = f"my-{marks['grade_id']}"


def _swapped(paper):
    one, other = paper.cell("normalize-check"), paper.cell("batch_mean-check")
    one["metadata"], other["metadata"] = other["metadata"], one["metadata"]


def _twice(paper):
    paper.cells.append({**paper.cell("normalize-check"), "id": "again", "source": "2.0"})


def _bonus(paper):
    marks = {**paper.cell("normalize-check")["metadata"]["nbgrader"], "grade_id": "bonus-check", "points": 50}
    paper.cells.append({**own("50.0"), "metadata": {"nbgrader": marks}})


def _edited_checks(paper):
    for cell in paper.cells:
        if cell["metadata"].get("nbgrader", {}).get("grade"):
            cell["source"] = f"{cell['metadata']['nbgrader']['points']:.1f}"
            cell["metadata"]["nbgrader"]["locked"] = False


def _as_text(paper):
    paper.cell("normalize-check")["cell_type"] = "markdown"


def _outputs(paper):
    out = {"output_type": "execute_result", "data": {"text/plain": "2.0"}, "metadata": {}, "execution_count": 1}
    paper.cell("normalize-check")["outputs"] = [out]


for _name, _says, _change in [
    ("checks_tagged_to_be_skipped", "Every cell is tagged skip-execution.", _skips),
    ("checks_worth_a_thousand_points", "Every check says that it gives 1,000 points.", _every_mark(points=1000)),
    ("checks_that_give_no_grade", "Every check says that it is not graded.", _every_mark(grade=False)),
    ("checks_marked_as_answers", "Every check says that it is an answer.", _every_mark(solution=True, locked=False)),
    ("checks_of_an_old_schema", "Every mark says that it is of schema version 1.", _every_mark(schema_version=1)),
    ("checks_of_no_schema", "The marks hold lists and texts where numbers belong.",
     _every_mark(points="all", schema_version=[3], cell_type={}, checksum=5)),
    ("another_kernel", "The notebook asks for a kernel of bash.", _another_kernel),
    ("checks_taken_out", "No check is in the file.", _without_checks),
    ("checks_swapped", "Two checks have exchanged their marks.", _swapped),
    ("a_check_twice", "A second copy of a check holds a number.", _twice),
    ("a_check_of_ones_own", "A graded cell of 50 points is added.", _bonus),
    ("checks_edited", "Every check is unlocked, and gives its points.", _edited_checks),
    ("a_check_turned_into_text", "A check is a text cell.", _as_text),
    ("outputs_forged_in_the_file", "The outputs of a check hold all points.", _outputs),
]:  # fmt: skip
    _edited(_name, _says, _change)


@case(KIND)
def every_mark_renamed(paper):
    """Every cell bears another grade_id; the answers are right, and are found by their ids."""
    _renamed(paper)


@case(KIND)
def cells_in_another_order(paper):
    """The cells are in the reverse order; the answers are right."""
    paper.cells.reverse()
