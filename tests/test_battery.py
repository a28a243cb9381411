"""The battery through the real thing: no submission stops the run, takes from others, or earns what is not its due."""

import os
import re
import sys
from collections import Counter
from pathlib import Path

import pytest
from nbformat.v4 import reads_json

from bncourse import cli
from bncourse.battery import course as battery
from bncourse.battery import papers
from bncourse.battery.papers import FORWARD, KINDS, cases
from bncourse.checking.verdict import CORRECT
from bncourse.grading.assignment import Assignment
from bncourse.grading.engine.seeds import seed_of
from bncourse.grading.gradebook.writer import Record
from bncourse.grading.nbgrader import converters, execute
from bncourse.sandbox.levels import best_level
from bncourse.sandbox.mounts import bubblewrap

ROOT = Path(__file__).resolve().parents[1]
LEVEL = best_level(0) if sys.platform == "linux" else 0
NIGHTLY = pytest.mark.nightly
pytestmark = pytest.mark.skipif(LEVEL < 2, reason="no safe walls stand here: bncourse doctor --instructor")


# Each module of the battery has one kind of attack. This many of them, spread over the module, are tried each time,
# the others each night.
EVERY = 16


def sampled():
    """Give the names of the cases that are tried each time."""
    seen, found = Counter(), set()
    for case in cases():
        if seen[case.spoil.__module__] % EVERY == 0:
            found.add(case.name)
        seen[case.spoil.__module__] += 1
    return found


def each_case():
    sample = sampled()
    return [pytest.param(case, id=case.name, marks=[] if case.name in sample else NIGHTLY) for case in cases()]


def possible(case):
    return not case.needs_root or os.geteuid() == 0


@pytest.fixture(scope="module")
def outcome(tmp_path_factory, request):
    """Grade the cases that this run asks for in one class, with two workers."""
    told = [getattr(item, "callspec", None) for item in request.session.items if item.path == request.path]
    chosen = [call.params["case"] for call in told if call and "case" in call.params]
    folder = battery.make(ROOT, tmp_path_factory.mktemp("battery") / "course")
    return battery.run(folder, [case for case in chosen if possible(case)], level=LEVEL)


def test_there_are_cases_of_every_class():
    assert len(cases()) >= 110
    assert all(len(cases(kind)) >= 20 for kind in KINDS)
    assert {case.spoil.__module__ for case in cases() if case.name in sampled()} == {
        case.spoil.__module__ for case in cases()
    }
    assert {case.kind for case in cases() if case.name in sampled()} == set(KINDS)


@pytest.mark.parametrize("case", each_case())
def test_a_case_gets_what_its_functions_earn(outcome, case):
    if not possible(case):
        pytest.skip("only root can make this submission")
    assert outcome.broken.get(case.name, []) == []


@pytest.mark.parametrize("beside", ["the sample", pytest.param("the others", marks=NIGHTLY)])
def test_nothing_else_is_touched_and_nothing_is_left_running(outcome, beside):
    assert outcome.run == []


def test_nbgraders_own_command_goes_the_same_way(tmp_path, monkeypatch):
    folder = battery.make(ROOT, tmp_path / "course")
    limits = "\nc.Submissions.cell = 2\nc.Submissions.call = 0.6\nc.Submissions.memory = 700_000_000\n"
    with open(folder / "nbgrader_config.py", "a", encoding="utf-8") as settings:
        settings.write(limits)
    names = (
        "checks-worth-a-thousand-points", "the-check-module-is-replaced", "characters-of-all-kinds",
        "an-answer-swallows-every-exception", "a-file-cut-in-two", "a-cell-ends-the-process",
    )  # fmt: skip
    chosen = [case for case in cases() if case.name in names]
    for case in chosen:
        battery.hand_in(folder, case.name, FORWARD, case.spoil)
    battery.hand_in(folder, "neighbour", FORWARD, lambda paper: paper.first(battery.CANARY))
    drawn = []
    monkeypatch.setattr(execute, "seed_of", lambda *about: drawn.append(seed_of(*about)) or drawn[-1])
    converters.autograde(Assignment(folder, FORWARD), "*")
    with Record(folder) as record:
        ids = record.submissions(FORWARD)
    assignment = Assignment(folder, FORWARD)
    for student in ids:
        place = folder / "submitted" / student / FORWARD
        files = {path: (place / path).read_bytes() for path in assignment.submission(student).staging_report().files}
        staged = reads_json(files.pop(f"{FORWARD}.ipynb").decode())
        files.pop("timestamp.txt")
        assert seed_of(ids[student], staged, files) in drawn  # `bncourse grade` draws the same
    assert len(set(drawn)) == len(ids) == len(chosen) + 1
    for case in chosen:
        got = converters.scores(assignment.submission(case.name))
        assert {name.removesuffix("-check"): score for name, (score, _) in got.items()} == case.earned, case.name
        assert not battery.leaks(folder, case.name, FORWARD)
    assert all(score == most for score, most in converters.scores(assignment.submission("neighbour")).values())
    kept = assignment.submission("neighbour").grade_note()  # for the report on the class
    assert {found["outcome"] for found in kept.outcomes.values()} == {CORRECT}
    assert not kept.fingerprint  # it would keep `bncourse grade` from grading what this command did not record


@pytest.mark.nightly
@pytest.mark.skipif(bubblewrap() is None, reason="plain nbgrader runs a case only behind bubblewrap")
def test_the_table_stands_beside_nbgrader_as_it_comes(capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    [chosen] = [case for case in cases() if case.name == "check-is-rebound"]
    monkeypatch.setattr(papers, "cases", lambda: [chosen])
    assert cli.main(["bench", "battery"]) == 0
    said = capsys.readouterr().out
    # how nbgrader fails beside us depends on how busy the machine is: it gives the points away, or runs out of time
    assert re.search("points not earned|the run stopped", " ".join(said.split()))
    assert f"1 submissions, 0 broken at level {LEVEL}; nbgrader as it comes broke 1" in said
