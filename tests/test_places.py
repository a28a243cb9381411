"""Where an answer may stand: what the student's own kernel calls right, in Run All or after it, earns its points."""

import json
from copy import deepcopy
from pathlib import Path

import nbformat
import pytest
from one_shell import one_shell
from sampled import one_in

from bncourse import check
from bncourse.battery import check_places, course, places, tools
from bncourse.battery.papers import FORWARD, POINTS, Paper, cases
from bncourse.grading.demo import classroom
from bncourse.grading.engine.hidden_tests import with_hidden_tests
from bncourse.grading.engine.judge import judge_notebook
from bncourse.grading.release.source import SourceNotebook
from bncourse.grading.submission.check_copies import MOST_TRIES
from bncourse.grading.submission.merge import stage_notebook
from bncourse.sandbox import levels, sandbox

ROOT = Path(__file__).resolve().parents[1]
LEVEL = levels.best_level(0)
walled = pytest.mark.skipif(LEVEL < 2, reason="no safe walls stand here: bncourse doctor --instructor")
MODULES = {module.__name__ for module in (places, check_places, tools)}
FORMS = {case.name: case for case in cases("odd") if case.spoil.__module__ in MODULES}
# In Run All the stub below takes the place of the answer above it; nobody wrote the stub, so the answer counts.
STUB_BEHIND = {
    name for name in FORMS if name.endswith("-above") or name.startswith("all-answers-in-a-cell-on-top")
} | {"an-answer-above-its-stub", "no-marks-and-one-cell", "a-stub-that-was-copied-to-the-end"}  # fmt: skip


def solved():
    """Give the small notebook of the battery with the right answers, and no experiment."""
    notebook = deepcopy(course.sources(ROOT)[FORWARD])
    right = {cell.grade_id: classroom.solution(cell) for cell in SourceNotebook(FORWARD, notebook).answers}
    for cell in notebook["cells"]:
        cell["source"] = right.get(cell["metadata"].get("nbgrader", {}).get("grade_id"), "".join(cell["source"]))
    return notebook


def released():
    paper = Paper(Path("nowhere"), solved())
    places.stub(paper)
    return nbformat.from_dict(paper.notebook)


SOLVED, RELEASE = solved(), released()


def handed_in(case, tmp_path):
    """Give what a case hands in, as a dictionary."""
    paper = Paper(tmp_path, deepcopy(SOLVED))
    case.spoil(paper)
    return paper.notebook


def in_a_kernel(notebook, monkeypatch):
    """Run all cells in a kernel, then every check once more; give the best that each check said."""
    best, judge = dict.fromkeys(POINTS[FORWARD], 0.0), check.judge

    def noting(asked, answer, seed):
        verdict = judge(asked, answer, seed)
        best[asked.name] = max(best[asked.name], verdict.score)
        return verdict

    monkeypatch.setattr(check, "judge", noting)
    code = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    with one_shell() as shell, check.session(0, show=lambda verdict: None):
        shell.showtraceback = shell.showsyntaxerror = lambda *a, **k: None
        for source in [*code, "from bncourse import check", *(f"check.{name}({name})" for name in best)]:
            shell.run_cell(source)
    return best


@pytest.fixture(scope="module")
def warm():
    made = sandbox.Sandbox(LEVEL, ("numpy",), 41, sandbox.Limits(cell=5, notebook=60))
    made.start()
    yield made
    made.stop()


def graded(notebook, warm):
    staged = stage_notebook(json.dumps(notebook).encode(), RELEASE)
    judged = judge_notebook(staged.notebook, warm, 7)
    return {name: judged.outcomes[f"{name}-check"]["score"] for name in POINTS[FORWARD]}


def test_there_are_thirty_forms_and_twelve_tools():
    assert len(FORMS) >= 50 and len(tools.TOOLS) == 12


@walled
def test_a_place_of_a_check_with_hidden_tests_is_found_by_what_was_handed_out(warm, tmp_path):
    notebook = handed_in(FORMS["an-answer-and-its-check-before-an-experiment"], tmp_path)
    staged = stage_notebook(json.dumps(notebook).encode(), RELEASE).notebook
    test = "check.normalize(normalize)\n### BEGIN HIDDEN TESTS\nassert normalize\n### END HIDDEN TESTS"
    tested = nbformat.reads(with_hidden_tests(nbformat.writes(staged), {"normalize-check": test}), as_version=4)
    assert judge_notebook(tested, warm, 7).outcomes["normalize-check"]["score"] == POINTS[FORWARD]["normalize"]


@walled
def test_a_check_is_not_asked_again_and_again_until_chance_is_kind(warm, monkeypatch):
    """Three hundred copies, each behind a change of what the answer depends on, are a few tries."""
    notebook = deepcopy(SOLVED)
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "normalize":
            cell["source"] = "LUCK = 0\n\n\ndef normalize(x, mean, var, eps=1e-3):\n    return LUCK * x"
    copies = "".join(f"LUCK = {number}\n\ncheck.normalize(normalize)\n\n" for number in range(300))
    notebook["cells"] += [nbformat.v4.new_code_cell(copies, id="copies")]
    asked, judge = [], check.judge

    def counting(exercise, answer, seed):
        asked.append(exercise.name)
        return judge(exercise, answer, seed)

    monkeypatch.setattr(check, "judge", counting)
    assert graded(notebook, warm)["normalize"] == 0
    assert asked.count("normalize") <= MOST_TRIES + 2


@pytest.mark.filterwarnings("ignore:os.fork:RuntimeWarning")  # "!" in a cell forks; JAX is loaded by other tests
@walled
@pytest.mark.parametrize("form", one_in(2, FORMS))
def test_what_the_kernel_says_is_right_earns_its_points(form, warm, tmp_path, monkeypatch, capsys):
    notebook = handed_in(FORMS[form], tmp_path)
    said = in_a_kernel(notebook, monkeypatch)
    got = graded(notebook, warm)
    assert got == FORMS[form].earned
    assert got == said or form in STUB_BEHIND
