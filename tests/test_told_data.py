"""What a session tells is data: refused with a reason, or harmless, at each place where it reaches the judge.

docs/safe-grading.md lists these places; a test here walks the list. Hypothesis draws the same examples each time.
"""

import base64
import io
import json
import re
import struct
import threading
from pathlib import Path

import nbformat
import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image
from sampled import examples, one_in
from told_session import ToldSandbox, harmless

from bncourse import exercises
from bncourse.checking import judge
from bncourse.checking.answer import Fault, Opaque
from bncourse.checking.faults import explain
from bncourse.grading.display.outputs import LEFT_OUT, MOST_OUTPUT, clean_outputs
from bncourse.grading.engine import demonstrations
from bncourse.grading.engine.judge import judge_notebook
from bncourse.grading.engine.marshal import bounded, called_back, handed, reply_of
from bncourse.grading.engine.proxies import answer
from bncourse.grading.engine.session import Lost, OutOfTime, Submission
from bncourse.grading.report.similarity import likeness, steps
from bncourse.grading.submission.parsing import sources_of
from bncourse.sandbox import protocol, values

ROOT = Path(__file__).resolve().parents[1]
few = {
    "derandomize": True,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
}

words = st.sampled_from(
    ["", "x", "keras", "os.system", "__class__", "'" * 40, "\udcff", "\x00", "=1+1", "<b>", "9" * 400, "a" * 3_000]
)
plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.sampled_from([2**900, -(2**64), 10**18, 0])
    | st.floats()
    | st.complex_numbers()
    | words
    | st.builds(Opaque, words)
    | arrays.arrays(
        dtype=arrays.boolean_dtypes() | arrays.integer_dtypes() | arrays.floating_dtypes() | st.just(np.dtype("<U3")),
        shape=arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=5),
    ),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(words | st.integers(), inner, max_size=4)
    ),
    max_leaves=15,
)


def reply_with(*keys):
    """Give replies that have some of these keys, each with any value, beside others."""
    return st.dictionaries(st.sampled_from(keys) | words, plain, max_size=len(keys) + 2)


@pytest.fixture(autouse=True)
def empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


# the list in the documentation


def places_in_the_documentation():
    text = (ROOT / "docs" / "safe-grading.md").read_text(encoding="utf-8")
    table = text.split("## What the judge believes")[1].split("\n## ")[0]
    return re.findall(r"`(tests/\w+\.py)::(\w+)`", table)


def test_each_place_of_the_documentation_has_its_test():
    named = places_in_the_documentation()
    assert len(named) >= 12
    for path, test in named:
        assert f"def {test}(" in (ROOT / path).read_text(encoding="utf-8"), test


def test_every_receive_of_the_judge_is_a_place_of_the_documentation():
    """A new way in is a new line of the table: so many places read from a session, in these modules alone."""
    package = ROOT / "bncourse"
    trusted = [
        module
        for part in ("grading", "sandbox")
        for module in (package / part).rglob("*.py")
        if module.parent.name != "inside"
    ]
    texts = {module.relative_to(package).as_posix(): module.read_text(encoding="utf-8") for module in trusted}
    found = {name: text.count("protocol.receive(") for name, text in texts.items() if "protocol.receive(" in text}
    assert found == {"grading/engine/session.py": 1, "sandbox/sandbox.py": 1, "sandbox/warm_process.py": 3}


# frames and values


def received(content):
    near, far = protocol.pair()
    with near, far:
        sender = threading.Thread(target=near.sendall, args=(content,))
        sender.start()
        far.settimeout(300)
        try:
            return protocol.receive(far, protocol.MOST_REPLY)
        finally:
            far.close()
            sender.join()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(["array", "<f8"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["$", "dtype", "shape", "items", "hex", "text", "parts", "kind", "id", "a"]),
            inner | st.sampled_from(["array", "tuple", "dict", "int", "float", "complex", "handle", "opaque"]),
            max_size=4,
        )
    ),
    max_leaves=12,
)


@examples(60, **few)
@given(json_values | st.binary(max_size=60), st.binary(max_size=40))
def test_any_frame_is_refused_or_read(header, blobs):
    header = header if isinstance(header, bytes) else json.dumps(header).encode()
    with harmless():
        try:
            received(struct.pack("!IQ", len(header), len(blobs)) + header + blobs)
        except protocol.Broken as refused:
            assert str(refused)


NAMES_OF_TYPES = ["m8[s/0]", "(1,,)f4", "O", "V9", "M8[ns]", "f8,f8", "<U99999", "|S0", "2f4", "?", "", "f8" * 9, "<f3"]


@examples(60, **few)
@given(
    st.sampled_from(NAMES_OF_TYPES) | st.text("mM8fiuUSOV<>|[](),/0123456789 s", max_size=9),
    st.lists(st.integers(-3, 10**12), max_size=5),
)
def test_any_name_of_a_type_with_any_shape_is_refused_or_small(name, shape):
    header = json.dumps({"$": "array", "dtype": name, "shape": shape}).encode()
    with harmless(megabytes=50):
        try:
            value = received(struct.pack("!IQ", len(header), 8) + header + bytes(8))
        except protocol.Broken:
            assert name in NAMES_OF_TYPES or values.dtype_of(name) is None or shape not in ([], [1])
        else:
            assert value.dtype.str in values.DTYPES or value.dtype.kind in "US"


@pytest.mark.parametrize("shape", [(0, 30_000_000), (30_000_000, 0), (0, 5_000, 5_000), (2**40, 0)])
def test_an_array_of_nothing_whose_mean_would_be_large_does_not_cross(shape):
    assert isinstance(values.unpack(values.pack(np.zeros(shape, "u1"), []), memoryview(b"")), Opaque)
    header = json.dumps({"$": "array", "dtype": "<f8", "shape": shape}).encode()
    with pytest.raises(protocol.Broken, match="ValueError"):
        received(struct.pack("!IQ", len(header), 0) + header)


def test_a_function_of_the_session_is_none_that_the_judge_could_call():
    header = b'{"$": "handle", "id": 0, "parts": []}'
    with pytest.raises(protocol.Broken):
        received(struct.pack("!IQ", len(header), 0) + header)


# replies


@examples(60, **few)
@given(reply_with("value", "arguments", "options", "fault", "timed_out", "printed", "warned", "failed", "interrupted"))
def test_any_reply_to_a_call_is_read_as_a_reply(told):
    given_ = np.ones((2, 3))
    with harmless():
        reply = reply_of(told, (given_, 3), {"eps": 0.1}, 0.1)
    assert len(reply.arguments) == 2 and set(reply.options) == {"eps"} and reply.arguments[1] == 3
    assert reply.fault is None or (len(reply.fault.message) <= 2_000 and len(reply.fault.kind) <= 100)
    assert len(reply.printed) <= 2_000 and all(len(text) <= 500 for text in reply.warned)


def test_a_value_of_too_many_texts_or_too_deep_is_told_by_its_kind_alone():
    assert bounded(["x"] * 30_000) == Opaque("list of too many values")
    assert bounded({"answer": "y" * 5_000})["answer"] == Opaque("text of 5,000 characters")
    deep = []
    for _ in range(30):
        deep = [deep]
    assert bounded(deep) == Opaque("list of too many values")
    assert bounded((1, {"a": 2.0})) == (1, {"a": 2.0})


def verdict_on(name, asked_for, reply, kind="function"):
    """Judge an exercise whose answer lives in a session that gives one reply to all calls."""

    def told(asked):
        if asked["do"] == "describe":
            return [{"known": True, "kind": kind, "name": name, "source": f"def {name}(*a): return a[0]"}]
        return [reply]

    with Submission(ToldSandbox(told)) as submission:
        return judge(exercises.find(name), answer(submission.lookup(name), name), asked_for)


@examples(60, **few)
@given(
    st.sampled_from(["normalize", "batch_norm", "kinds_of_shift", "affine_gradients", "freeze_table"]),
    st.builds(lambda value: {"value": value}, plain) | reply_with("value", "fault", "arguments"),
)
def test_any_value_of_an_answer_gives_a_verdict_without_points_that_it_does_not_earn(name, reply):
    with harmless():
        verdict = verdict_on(name, 5, reply)
    assert verdict.score == 0.0 and len(verdict.text()) < 20_000 and verdict.html()


@examples(60, **few)
@given(reply_with("known", "kind", "name", "source"), reply_with("value", "size"))
def test_any_word_about_a_name_is_read_or_lost(described, value):
    def told(asked):
        return [described if asked["do"] == "describe" else value]

    with harmless(), Submission(ToldSandbox(told)) as submission:
        try:
            found = submission.lookup("normalize")
            assert len(getattr(found, "source", "")) <= 50_000
            assert isinstance(submission.size("normalize"), int)
        except (NameError, Lost, OutOfTime) as refused:
            assert str(refused)


@examples(60, **few)
@given(st.lists(reply_with("output_type", "text", "name", "data", "ename", "evalue", "traceback"), max_size=4) | plain)
def test_any_output_of_a_cell_is_an_output_of_a_notebook_or_none(told):
    with harmless():
        kept = clean_outputs(told)
    for output in kept:
        nbformat.validate(nbformat.from_dict(output), ref="output", version=4, version_minor=5)


def test_the_outputs_of_all_cells_together_have_an_end():
    file = io.BytesIO()
    Image.new("RGB", (2, 2)).save(file, "PNG")
    png = base64.b64encode(file.getvalue() + bytes(5_900_000)).decode()
    told = {"outputs": [{"output_type": "display_data", "data": {"image/png": png}}], "error": None}
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(f"x = {i}") for i in range(4)])
    for cell in notebook.cells:
        cell.metadata["bncourse"] = {"from": "student"}
    judged = judge_notebook(notebook, ToldSandbox(lambda asked: [told]), 3)
    assert len(json.dumps(judged.notebook)) < MOST_OUTPUT + 100_000
    assert LEFT_OUT in json.dumps(judged.notebook.cells[-1].outputs)


# functions of the judge that are called back


@examples(60, **few)
@given(reply_with("callback", "part", "arguments", "options"))
def test_any_call_of_a_function_of_the_judge_is_answered(asked):
    kept = {}
    handed(lambda x, y=1: np.sum(x), kept)
    with harmless():
        reply = called_back(asked, kept, 1.0)
    assert set(reply) in ({"value"}, {"error", "message"})


@pytest.mark.parametrize(
    "shapes",
    [((50_000, 1), (1, 50_000)), ((300, 1, 1), (1, 300, 1), (1, 1, 300)), ((0, 30_000_000),), ((200_000,),)],
)
def test_arguments_that_would_make_a_large_array_are_refused(shapes):
    kept = {}
    handed(lambda *arrays: sum(arrays), kept)
    asked = {"callback": 0, "part": "", "arguments": tuple(np.zeros(shape) for shape in shapes), "options": {}}
    with harmless(seconds=5, megabytes=100):
        assert called_back(asked, kept, 5.0)["error"] == "ValueError"


@examples(15, **few)
@given(st.sampled_from(["find_bugs", "gradient_check"]), st.lists(plain, max_size=8), plain)
def test_any_calls_of_a_test_that_learners_write_earn_nothing(name, arguments, value):
    def told(asked):
        if "do" not in asked:  # what a function of the judge gave
            return [{"value": value}]
        if asked["do"] == "describe":
            return [{"known": True, "kind": "function", "name": name, "source": f"def {name}(*a): return a"}]
        handle = next(value for value in asked["arguments"] if isinstance(value, protocol.Handle))
        part = handle.parts[0] if handle.parts else ""
        return [{"callback": handle.id, "part": part, "arguments": tuple(arguments), "options": {}}]

    with harmless(seconds=60), Submission(ToldSandbox(told)) as submission:
        verdict = judge(exercises.find(name), answer(submission.lookup(name), name), 5)
    assert verdict.score < verdict.points


def test_a_test_that_rejects_a_right_function_is_told_its_own_line():
    def told(asked):
        if asked["do"] == "describe":
            return [{"known": True, "kind": "function", "name": "find_bugs", "source": "def find_bugs(bn): assert bn"}]
        fault = {"kind": "AssertionError", "message": "", "line": 2, "text": "assert dx.sum() == 3"}
        return [{"arguments": {}, "options": {}, "fault": fault}]

    with Submission(ToldSandbox(told)) as submission:
        verdict = judge(exercises.find("find_bugs"), answer(submission.lookup("find_bugs"), "find_bugs"), 5)
    assert "a right one is rejected, by: assert dx.sum() == 3" in " ".join(verdict.text().split())


# told text


WORST = {
    "one-line functions": "".join(f"def f{i}(x):0\n" for i in range(12_000)),
    "names": "a;" * 100_000,
    "brackets": "(" * 200_000,
    "nested lists": "[" * 90 + "]" * 90 + ";" + "[[]]," * 39_000,
    "one long line": "x = " + "1+" * 99_000 + "1",
    "one long word": "x" * 200_000,
    "one long text": "'" + "Dense(" * 33_000 + "'",
    "decorators": "@a\n" * 60_000 + "def f(): pass",
    "a comment": "#" + "sqrt(" * 40_000,
    "ifs": "".join(" " * i + "if 1:\n" for i in range(90)) + " " * 90 + "pass\n" * 1,
    "attributes": "a" + ".a" * 99_000 + " = 1",
    "carriage returns": "\r" * 200_000,
}


@pytest.mark.parametrize("worst", one_in(2, WORST))
def test_two_hundred_thousand_characters_of_the_worst_text_take_seconds(worst):
    text = WORST[worst]
    exercise = exercises.find("normalize")
    with harmless(seconds=10, megabytes=600):
        try:
            sources_of(text, 50_000)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as refused:
            assert type(refused)
        assert len(demonstrations.needed([("own", text, []), ("check", "check.f(f)", [])])) == 2
        assert steps(text, "normalize") == ()
        explain(Fault("NameError", text[:2_000], 1, text[:200]), exercise)


@pytest.mark.parametrize("unit", ["(", "a", "sqrt(", "mean(", "1e", " ", "x[", "import ", "-", "def f(x):"])
def test_the_patterns_of_the_bank_take_no_time_on_long_lines(unit):
    """Each exercise looks for its wrong ideas in the answer; a line may have 200,000 characters."""
    long = unit * (200_000 // len(unit))
    patterns_take_no_time(f"def f(x):\n    {long}\n", f"def f(x):\n    return x  # {long}\n" * 2)


def test_the_patterns_of_the_bank_take_no_time_on_long_sums_and_bodies():
    a_sum, body = f"def f(x):\n    return {' + '.join(['x'] * 10_000)}\n", "def f(x):\n" + "    x = x + 1\n" * 5_000
    patterns_take_no_time(a_sum, body)


def patterns_take_no_time(*texts):
    from bncourse.checking.lines import line_with, mentions

    with harmless(seconds=20):
        for text in texts:
            for name in ("normalize", "batch_norm_layer", "build_model"):
                exercise = exercises.find(name)
                for idea in exercise.wrong_ideas[:5]:
                    assert len(line_with(idea, exercise, text)) < 400 and mentions(idea, exercise, text) in (
                        True,
                        False,
                    )


def test_a_body_of_the_worst_steps_is_compared_in_time():
    reference = tuple("xy" * 200)
    with harmless(seconds=10):
        assert 0.0 <= likeness(tuple("yyxx" * 100), reference) <= 1.0
        assert likeness(tuple("x" * 2_000), reference) < 0.85


def test_what_learners_wrote_is_not_kept_by_the_grader_after_it_is_looked_at():
    before = demonstrations._names.cache_info().currsize
    demonstrations.needed([("own", f"unlike = {number}", []) for number in range(50)])
    assert demonstrations._names.cache_info().currsize == before
