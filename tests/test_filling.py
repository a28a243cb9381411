"""The choices of a quiz come into the cell of its answer, and nothing that somebody wrote there is lost."""

import json
from pathlib import Path

import pytest
from jupyter_client.manager import start_new_kernel

from bncourse import exercises
from bncourse.checking import DirectAnswer, Quiz, judge
from bncourse.checking.verdict import CORRECT
from bncourse.learner import choosing, filling

ROOT = Path(__file__).resolve().parents[1]
QUIZZES = [exercises.find(name) for name in exercises.names() if isinstance(exercises.find(name), Quiz)]
CHOSEN = [quiz for quiz in QUIZZES if choosing.choices(quiz)]
MINE = '''def freeze_table():
    """Mine."""  # a note of mine, ä
    which = "freeze"
    return {"as_it_is_statistics": ..., "ä": 1, 'which_one_freezes': "...",  # ???
            "training_false_statistics": False}
'''


def waiting(quiz, seen, **chosen):
    shown = choosing.Choosing(quiz, seen)
    shown.waiting.chosen |= chosen
    shown.chosen |= chosen
    return shown.waiting


def released(name):
    """Give the cell of an answer as it is released."""
    for path in (ROOT / "notebooks").glob("*/*.ipynb"):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["metadata"].get("nbgrader", {}).get("grade_id") == name:
                return "".join(cell["source"])
    raise AssertionError(name)


@pytest.mark.parametrize("quiz", CHOSEN, ids=lambda quiz: quiz.name)
def test_a_released_cell_takes_all_choices_and_is_then_right(quiz):
    right = {question.key: question.right for question in quiz.questions}
    text = filling.filled(released(quiz.name), waiting(quiz, {}, **right))
    space = {}
    exec(text, space)
    assert judge(quiz, DirectAnswer(space[quiz.name], quiz.name), 0).outcome == CORRECT
    one = quiz.questions[0].key  # and a cell with answers takes one more, and only that
    assert filling.filled(text, waiting(quiz, right, **{one: "else"})) == text.replace(
        f'"{one}": {filling.written(right[one])},', f'"{one}": "else",'
    )


def test_only_the_chosen_values_change_in_what_somebody_wrote():
    quiz = exercises.find("freeze_table")
    text = filling.filled(MINE, waiting(quiz, {}, as_it_is_statistics=True, which_one_freezes="trainable"))
    assert text == MINE.replace('"as_it_is_statistics": ...', '"as_it_is_statistics": True').replace(
        "'which_one_freezes': \"...\"", "'which_one_freezes': \"trainable\""
    )


def test_what_was_written_by_hand_since_wins():
    quiz = exercises.find("freeze_table")
    assert filling.filled(MINE, waiting(quiz, {}, training_false_statistics=True)) == MINE
    seen = {"training_false_statistics": False}
    assert '"training_false_statistics": True' in filling.filled(
        MINE, waiting(quiz, seen, training_false_statistics=True)
    )


@pytest.mark.parametrize(
    "own",
    [
        MINE + "print(1)\n",
        "x = 1\n" + MINE,
        MINE.replace("def freeze_table", "@once\ndef freeze_table"),
        MINE.replace("...,", "which,", 1),
        MINE.replace('"as_it_is_statistics"', '"as_it_is"'),
        MINE.replace('"ä": 1', "**other"),
        MINE.replace('"ä": 1', '"as_it_is_statistics": 1'),
        MINE.replace("    return", "    if which:\n        return {}\n    return"),
        MINE.replace("return {", "return dict({").replace("False}", "False})"),
        MINE.replace("def freeze_table", "def other"),
        MINE[:-3],
        "%time " + MINE,
        "def freeze_table():\n    # remember: ask Ben\n    raise NotImplementedError\n",
        "def freeze_table():\n    raise ValueError('mine')\n",
    ],
)
def test_a_cell_with_more_in_it_is_left_alone(own):
    quiz = exercises.find("freeze_table")
    assert filling.filled(own, waiting(quiz, {}, as_it_is_statistics=True)) is None


def test_a_comment_in_which_answers_were_noted_is_left_alone():
    quiz = exercises.find("pick_a_normalizer")
    cell = released(quiz.name)
    assert filling.filled(cell, waiting(quiz, {}, style_transfer="layer norm"))
    noted = cell.replace('"style_transfer": "..."', '"style_transfer": "batch norm"')
    assert noted != cell and filling.filled(noted, waiting(quiz, {}, style_transfer="layer norm")) is None


@pytest.fixture(scope="module")
def kernel():
    """Give ``run(text, cell)``: what is shown for a cell, and the reply."""
    manager, client = start_new_kernel(kernel_name="python3")

    def run(text, cell=None):
        content = {"code": text, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}
        about = {"cellId": cell} if cell else {}
        sent = client.session.msg("execute_request", {**content, "stop_on_error": True}, metadata=about)
        client.shell_channel.send(sent)
        shown = []
        while True:
            message = client.get_iopub_msg(timeout=300)
            if message["parent_header"].get("msg_id") != sent["header"]["msg_id"]:
                continue
            if message["content"].get("execution_state") == "idle":
                break
            shown.append(message["content"].get("data", {}).get("text/plain", message["content"].get("text", "")))
        while (reply := client.get_shell_msg(timeout=300))["parent_header"]["msg_id"] != sent["header"]["msg_id"]:
            pass
        return "\n".join(shown), reply["content"]

    run("from bncourse import check, exercises\nfrom bncourse.learner import filling", "imports")
    yield run
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def test_running_the_answers_cell_puts_the_choices_there_once_and_the_check_is_about_them(kernel):
    quiz = exercises.find("pick_a_normalizer")
    right = {question.key: question.right for question in quiz.questions}
    cell, check = released(quiz.name), f"check.{quiz.name}({quiz.name})"
    assert not kernel(cell, "answer")[1]["payload"]
    assert "NOT STARTED" in kernel(check, "check")[0]
    kernel(f"filling._waiting['{quiz.name}'].chosen |= {right}", "stands for the buttons")
    assert not kernel(cell)[1]["payload"], "a program that runs a notebook changes no cell"
    shown, reply = kernel(cell, "answer")
    (written,) = reply["payload"]
    assert written["source"] == "set_next_input" and written["replace"] and "Ctrl+Z" in shown
    assert '"avoid_with_sorted_batches": "BatchNorm",' in written["text"]
    said = kernel(check, "check")[0]
    assert "CORRECT" in said and f"from cell [{reply['execution_count']}]" in said
    shown, reply = kernel(cell, "answer")  # taken back with Ctrl+Z, and run
    assert not reply["payload"] and not shown.strip().startswith("Your choices")
    assert "NOT STARTED" in kernel(check, "check")[0]


def test_a_cell_that_stays_as_it_is_is_told(kernel):
    kernel("def freeze_table():\n    return {}\nx = 1", "answer")
    kernel("check.freeze_table(freeze_table)", "check")
    kernel("filling._waiting['freeze_table'].chosen['which_one_freezes'] = 'trainable'", "buttons")
    shown, reply = kernel("def freeze_table():\n    return {}\nx = 1", "answer")
    assert not reply["payload"] and "were not written here" in shown


def test_where_it_was_not_tried_no_cell_is_changed_and_the_text_is_there_to_copy(kernel):
    cell = released("freeze_table")
    kernel(cell, "answer")
    kernel("check.freeze_table(freeze_table)", "check")
    kernel("filling._waiting['freeze_table'].chosen['which_one_freezes'] = 'trainable'", "buttons")
    kernel("__vsc_ipynb_file__ = 'there.ipynb'")
    assert not kernel(cell, "answer")[1]["payload"]
    kernel("del __vsc_ipynb_file__")
    assert kernel(cell, "answer")[1]["payload"], "and the choice was kept"
