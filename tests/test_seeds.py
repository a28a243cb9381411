"""Hidden inputs are new for each hand-in, the same for a regrade, and neither they nor inner names are told."""

import re

import nbformat
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sampled import examples

from bncourse import exercises, museum
from bncourse.checking import DirectAnswer, judge
from bncourse.checking.trial import called
from bncourse.grading.engine.marshal import called_back
from bncourse.grading.engine.seeds import seed_of
from bncourse.sandbox.places import Places

texts = st.lists(st.text(max_size=8), max_size=4)
beside = st.dictionaries(st.text(max_size=4), st.binary(max_size=6), max_size=3)


def notebook(sources, words="What it means."):
    new = nbformat.v4
    return new.new_notebook(cells=[new.new_markdown_cell(words), *map(new.new_code_cell, sources)])


@examples(150)
@given(texts, beside, texts, beside)
@example(["", "", ""], {"0": b"", "00": b""}, [""], {"": b"", "0": b"", "00": b""})
def test_two_hand_ins_share_inputs_only_where_all_that_a_session_sees_is_the_same(sources, files, others, other_files):
    one, other = seed_of("7f", notebook(sources), files), seed_of("7f", notebook(others), other_files)
    assert (one == other) == (sources == others and files == other_files)


def test_a_regrade_and_another_explanation_draw_the_same_and_another_student_does_not():
    first = seed_of("7f", notebook(["x = 1"]), {"data.csv": b"1"})
    again = notebook(["x = 1"], "I explain it in other words, for which a person gives points.")
    again.cells[1].outputs = [nbformat.v4.new_output("stream", text="1")]
    assert seed_of("7f", again, {"data.csv": b"1"}) == first
    assert seed_of("80", again, {"data.csv": b"1"}) != first


LONG = {"fine_tune": pytest.mark.slow}  # it loads Keras


@pytest.mark.parametrize("name", [pytest.param(n, marks=LONG.get(n, ())) for n in exercises.names()])
def test_no_card_says_what_other_inputs_are_drawn_from(name):
    asked = exercises.find(name)
    for case in asked.draw(94_361) if hasattr(asked, "draw") else ():
        said = called(asked, case)
        drawn = [v for n, v in zip(asked.parameters, case.arguments, strict=False) if "seed" in n and asked.driver]
        assert not [seed for seed in drawn if str(seed) in said]
        assert "seed" not in said or not asked.driver


@pytest.mark.parametrize("which", range(15))
@pytest.mark.parametrize("arguments", [(), (np.ones((3, 2)),), (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)])
def test_a_wrong_call_of_a_museum_piece_does_not_say_which_one_it_is(which, arguments):
    pieces = [*museum.right_ones(), *(exhibit.implementation for exhibit in museum.exhibits())]
    asked = {"callback": 0, "part": "forward", "arguments": arguments, "options": {}}
    told = called_back(asked, {0: vars(pieces[which])}, 5.0)
    assert told["error"] == "TypeError"
    assert re.match(r"forward\(\) ", told["message"])
    plain = [called_back(asked, {0: vars(piece)}, 5.0)["message"] for piece in pieces[:3]]
    assert len(set(plain)) == 1  # the three right ones say the same


def test_places_of_the_machine_are_taken_out_of_what_learners_read(tmp_path):
    import bncourse

    places = Places(tmp_path / "bnsession-4711-x")
    text = (
        f'File "{np.__file__}", line 3\nFile "{tmp_path}/bnsession-4711-x/session/2/data.csv"\n'
        f'File "{tmp_path}/bnsession-4711-x/package/bncourse/data.py"\nFile "{bncourse.__file__}"'
    )
    outputs = [
        {"output_type": "stream", "text": text},
        {"output_type": "error", "evalue": text, "traceback": [text, text]},
        {"output_type": "display_data", "data": {"text/plain": text, "text/html": text, "image/png": "aGk="}},
    ]
    said = repr(places.hide_in(outputs))
    assert str(tmp_path) not in said and "site-packages" in said
    for secret in (np.__file__, bncourse.__file__, "4711"):
        assert secret not in said
    assert "session/2/data.csv" in said and "bncourse/data.py" in said and "numpy/__init__.py" in said


def counts_its_calls(seed):
    """Give an answer to find_bugs that looks at nothing: it has learnt which call is a bug from the feedback."""
    rights, pieces = len(museum.right_ones()), len(museum.right_ones()) + len(museum.exhibits())
    learnt = [
        number >= rights
        for case in exercises.find("find_bugs").draw(seed)
        for number in np.random.default_rng(case.arguments[1]).permutation(pieces)
    ]
    bits, calls = sum(bug << at for at, bug in enumerate(learnt)), [0]

    def find_bugs(bn):
        calls[0] += 1
        return not bits >> (calls[0] - 1) & 1

    return find_bugs


def test_an_answer_that_only_counts_its_calls_cannot_use_what_it_learnt_from_the_last_feedback():
    asked = exercises.find("find_bugs")
    first = seed_of("7f", notebook(["def find_bugs(bn): print('which call is this?')"]), {})
    known = counts_its_calls(first)
    assert judge(asked, DirectAnswer(known, "find_bugs"), first).score == 6  # with the same inputs it would get all
    again = seed_of("7f", notebook(["calls = [0]", "def find_bugs(bn): calls[0] += 1"]), {})
    assert judge(asked, DirectAnswer(counts_its_calls(first), "find_bugs"), again).score == 0
