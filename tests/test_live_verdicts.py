"""One look for every outcome where somebody works, and the same points as ever where a program runs the notebook."""

import nbformat
import pytest
from jupyter_client.manager import start_new_kernel
from nbgrader.utils import determine_grade
from nbgrader.validator import Validator

from bncourse import exercises

NAME = "batch_norm_conv"
RIGHT = """
def batch_norm_conv(x, gamma, beta, eps=1e-3, data_format="channels_last"):
    last = x if data_format == "channels_last" else np.moveaxis(x, 1, -1)
    x_hat = (last - last.mean(axis=(0, 1, 2))) / np.sqrt(last.var(axis=(0, 1, 2)) + eps)
    y = gamma * x_hat + beta
    return y if data_format == "channels_last" else np.moveaxis(y, -1, 1)
"""
ANSWERS = {
    "correct": (RIGHT, 2.0),
    "not started": (f"{RIGHT.strip().splitlines()[0]}\n    raise NotImplementedError", 0.0),
    "a part": (RIGHT.replace("np.moveaxis(y, -1, 1)", "y"), 1.0),
    "not yet": (RIGHT.replace("* x_hat", "+ x_hat"), 0.0),
    "stopped": (RIGHT.replace("y = ", "y = 1 / 0 * "), 0.0),
}
HEADS = {
    "correct": "✓ CORRECT",
    "not started": "○ NOT STARTED",
    "a part": "✗ NOT YET",
    "not yet": "✗ NOT YET",
    "stopped": "! STOPPED WITH AN ERROR",
}
CHECK = f"check.{NAME}({NAME})"


@pytest.fixture(scope="module")
def kernel():
    """Give ``run(text, **metadata)``: what a kernel shows for a cell, as a front-end receives it."""
    manager, client = start_new_kernel(startup_timeout=300, kernel_name="python3")

    def run(text, **metadata):
        content = {"code": text, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}
        sent = client.session.msg("execute_request", {**content, "stop_on_error": True}, metadata=metadata)
        client.shell_channel.send(sent)
        shown = []
        while True:
            message = client.get_iopub_msg(timeout=300)
            if message["parent_header"].get("msg_id") != sent["header"]["msg_id"]:
                continue
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                break
            if message["msg_type"] in ("display_data", "update_display_data", "execute_result", "error", "stream"):
                shown.append((message["msg_type"], message["content"]))
        while (reply := client.get_shell_msg(timeout=300))["parent_header"]["msg_id"] != sent["header"]["msg_id"]:
            pass  # a busy kernel answers the questions of its start late
        return shown, reply["content"]["status"]

    cell = "\n".join(["import numpy as np", "from bncourse import check", ANSWERS["not yet"][0], CHECK])
    run.first = run(cell, cellId="all in one")
    yield run
    client.stop_channels()
    manager.shutdown_kernel(now=True)


@pytest.mark.parametrize("outcome", ANSWERS)
def test_where_somebody_works_every_outcome_is_one_card_and_nothing_else(kernel, outcome):
    kernel(ANSWERS[outcome][0], cellId="answer")
    shown, status = kernel(CHECK, cellId="check")
    assert [kind for kind, _ in shown] == ["display_data"] and status == "ok"
    data = shown[0][1]["data"]
    assert data["text/plain"].startswith(HEADS[outcome]) and HEADS[outcome] in data["text/html"]


def test_the_cell_that_imports_the_checks_may_call_one(kernel):
    shown, status = kernel.first
    assert [kind for kind, _ in shown] == ["display_data"] and status == "ok"
    assert shown[0][1]["data"]["text/plain"].startswith(HEADS["not yet"])


def test_an_answer_that_has_no_value_is_a_card_too_and_the_cell_has_failed(kernel):
    shown, status = kernel("check.batch_mean(batch_mean)", cellId="another check")
    assert [kind for kind, _ in shown] == ["display_data"] and status == "error"
    assert shown[0][1]["data"]["text/plain"].startswith("↻ NOT CHECKED - Exercise: batch_mean")


def test_a_check_that_takes_long_shows_a_bar_and_then_the_card_in_its_place(kernel):
    kernel("def find_bugs(bn):\n    pass", cellId="answer")
    shown, status = kernel("check.find_bugs(find_bugs)", cellId="check")
    (first, bar), (then, card) = shown
    assert (first, then, status) == ("display_data", "update_display_data", "ok")
    assert "<progress" in bar["data"]["text/html"] and bar["data"]["text/plain"] == "Checking find_bugs ..."
    assert bar["transient"] == card["transient"] and card["data"]["text/plain"].startswith("○ NOT STARTED")


def test_a_long_check_that_is_stopped_leaves_no_bar_that_moves(kernel):
    kernel("def find_bugs(bn):\n    raise KeyboardInterrupt", cellId="answer")
    shown, _ = kernel("check.find_bugs(find_bugs)", cellId="check")
    assert "not finished" in str(shown) or "STOPPED" in str(shown)
    assert not [said for _, said in shown[1:] if "<progress" in str(said) and "value=" not in str(said)]


def test_the_checks_that_use_keras_are_the_long_ones_with_that_of_the_tests():
    long = {name for name in exercises.names() if getattr(exercises.find(name), "is_long", False)}
    keras = {name for name in exercises.names() if "keras" in (getattr(exercises.find(name), "driver", "") or "")}
    assert long == keras | {"find_bugs"} and len(keras) == 3


def outputs(shown):
    return [nbformat.v4.output_from_msg({"header": {"msg_type": kind}, "content": said}) for kind, said in shown]


@pytest.mark.parametrize("outcome", ANSWERS)
def test_where_a_program_runs_the_notebook_nbgrader_reads_the_points_of_the_answer(kernel, outcome):
    answer, points = ANSWERS[outcome]
    kernel(answer)
    shown, _ = kernel(CHECK)  # no front-end: no cell is told
    cell = nbformat.v4.new_code_cell(CHECK, outputs=outputs(shown))
    cell.metadata.nbgrader = {"grade": True, "solution": False, "points": 2, "grade_id": f"{NAME}-check"}
    assert determine_grade(cell) == (points, 2.0)


@pytest.fixture(scope="module")
def validated(tmp_path_factory):
    """Give what Validate says of a notebook with an answer of each kind: (source, error) of each cell that failed."""
    cells = [nbformat.v4.new_code_cell("import numpy as np\nfrom bncourse import check")]
    for outcome, (answer, _) in ANSWERS.items():
        cells += [nbformat.v4.new_code_cell(answer), nbformat.v4.new_code_cell(f"{CHECK}  # {outcome}")]
        cells[-1].metadata = {
            "tags": ["raises-exception"],
            "nbgrader": {
                "grade": True, "solution": False, "locked": True, "points": 2, "schema_version": 3,
                "grade_id": outcome.replace(" ", "-"), "cell_type": "code", "task": False,
            },
        }  # fmt: skip
    place = tmp_path_factory.mktemp("validated") / "all.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), place)
    found = Validator().validate(str(place))["failed"]
    return {cell["source"].split("# ")[1]: cell["raw_error"] for cell in found}


def test_validate_calls_each_answer_failed_but_the_right_one_and_shows_the_reasons(validated):
    assert set(validated) == set(ANSWERS) - {"correct"}
    for outcome in ("not yet", "stopped"):
        assert HEADS[outcome] in validated[outcome] and "Traceback" not in validated[outcome]
