"""What all tests share."""

import gc
import itertools
import os
import shutil
import signal
import sys
from collections import Counter
from pathlib import Path

import pytest
from _pytest.doctest import DoctestModule

# Before any test loads NumPy, which then uses one thread (many times faster here), and jsonschema, which then goes
# without a grammar that takes a second.
import bncourse.grading  # noqa: F401

# What JAX has compiled for one test is there for the others, in each of the processes and kernels of this run, and for
# the next run: most of the time of a Keras test. JAX names it by the program, the flags and the versions, so what was
# changed is compiled anew. It lies in pytest's own cache, which `--cache-clear` empties.
COMPILED = Path(__file__).resolve().parents[1] / ".pytest_cache" / "d" / "compiled"
MOST_COMPILED = 100_000_000  # bytes; one run leaves a tenth of that
BETWEEN_SEARCHES = (20_000, 20, 100)  # new objects, then searches of the new, then of the middle-aged
if "JAX_COMPILATION_CACHE_DIR" not in os.environ:
    os.environ |= {
        "JAX_COMPILATION_CACHE_DIR": str(COMPILED),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
        "JAX_PERSISTENT_CACHE_ENABLE_XLA_CACHES": "none",
    }

# Each has a command of its own, in CONTRIBUTING.md; another one runs them only where its -m names them.
APART = ("hub", "tab", "nightly")

# The files that take longest, longest first: begun last, one of them would keep one core waiting for the other. Their
# tests are `slow`, as those of `APART` are.
LONGEST = (
    "test_notebooks.py",
    "test_grade_faults.py",
    "test_battery.py",
    "test_battery_walls.py",
    "test_learner.py",
    "test_chosen_answers.py",
    "test_instructor.py",
    "test_maintainer.py",
    "test_accessibility.py",
    "test_wheel.py",
    "test_nbgrader.py",
    "test_experiments.py",
    "test_wall.py",
    "test_compilation.py",
    "test_doors.py",
    "test_demo.py",
    "test_backend.py",
    "test_many_people.py",
    "test_week_one.py",
    "test_book.py",
    "test_start.py",
    "test_true_sentences.py",
    "test_parts_told.py",
    "test_told_data.py",
    "test_told_models.py",
    "test_keras_checks.py",
    "test_reference_keras.py",
    "test_keras_training.py",
    "test_residual.py",
    "test_harmless.py",
    "test_benchmarks.py",
    "test_places.py",
    "test_grade_benchmarks.py",
    "test_configuration.py",
    "test_harmless_doors.py",
    "test_made_class.py",
    "test_late_times.py",
    "test_judge_process.py",
    "test_lean_judge.py",
    "test_same_both_ways.py",
    "test_shown_runs.py",
    "test_tab_verdicts.py",
    "test_usage.py",
    "test_workflows.py",
    "test_statements.py",
    "test_other_systems.py",
    "test_live_verdicts.py",
    "test_guide.py",
    "test_elsewhere.py",
    "test_shift_figures.py",
    "test_figures.py",
    "test_training_figures.py",
    "test_dispute_figures.py",
    "test_normalizer_figures.py",
    "test_dispute_runs.py",
    "test_normalized_networks.py",
    "test_meeting.py",
)

collect_ignore = ["fuzz_frames.py"]  # a program of its own, with a library of its own

# They are imported for what that does to a process: one loads Keras, one closes the memory of a judge to the collector.
# No example stands in them, and each process of a run would do it before its first test.
PACKAGE = Path(__file__).resolve().parents[1] / "bncourse"
IMPORTED_FOR_ITS_EFFECT = (PACKAGE / "sandbox" / "keras_alone.py", PACKAGE / "grading" / "engine" / "shared_pages.py")

# Tests that were begun in the background ignore Ctrl-C, and what they start would too.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_configure(config):
    """Tell the tests that draw their examples whether this run has all night."""
    import sampled

    sampled.at_night = "nightly" in config.option.markexpr
    config.option.ignore = [*(config.option.ignore or ()), *map(str, IMPORTED_FOR_ITS_EFFECT)]


def pytest_xdist_auto_num_workers(config):
    """Give the number of processes for ``-n auto``: one more than cores, where tests wait for a browser or a limit."""
    return (os.cpu_count() or 1) + (config.option.markexpr != "not slow")


def pytest_ignore_collect(collection_path, config):
    """Leave a file unread where all of its tests would be left out: one of them loads Keras to say what it tries."""
    return True if config.option.markexpr == "not slow" and collection_path.name in LONGEST else None


@pytest.hookimpl(wrapper=True)
def pytest_collect_file():
    """Look for examples to run in the package alone: no test has one, and each would be looked through for them."""
    return [each for each in (yield) if not isinstance(each, DoctestModule)]


@pytest.hookimpl(tryfirst=True)  # pytest's own chooses by the marks
def pytest_collection_modifyitems(config, items):
    """Put the files that take longest first, mark them, and leave out what runs only where it is named."""
    rank = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.path.name, len(LONGEST)))
    at_night = "nightly" in config.option.markexpr
    apart = {mark for mark in APART if mark not in config.option.markexpr}
    left_out = set()
    for item in items:
        marks = {mark.name for mark in item.iter_markers()}
        if at_night and "more_examples" in marks:
            item.add_marker("nightly")
            marks.add("nightly")
        if item.path.name in rank or not marks.isdisjoint(APART):
            item.add_marker("slow")
        if not marks.isdisjoint(apart):
            left_out.add(item)
    if left_out:
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]


_loaded_keras = []


def pytest_runtest_teardown(item):
    """Hold that the daily loop loads no Keras: in each of its processes that takes as long as hundreds of its tests."""
    if item.config.option.markexpr == "not slow" and "keras" in sys.modules and not _loaded_keras:
        _loaded_keras.append(item.nodeid)
        pytest.fail("this test loads Keras: give it the mark `slow`, or its file a place in LONGEST")


def pytest_sessionstart():
    """Search for no garbage while files are read: what they make stays to the end, and is gone through ten times."""
    gc.disable()


FEW_NEED = {"jax", "keras", "scipy.stats", "sklearn"}
_loaded_while_reading = set()


@pytest.fixture
def loaded_while_reading():
    """Give the libraries that take seconds, and that this process had loaded before its first test."""
    return _loaded_while_reading


def pytest_collection_finish():
    """Keep what was collected out of each later search for garbage, and search less often: most of what is, stays."""
    _loaded_while_reading.update(FEW_NEED & set(sys.modules))
    gc.collect()
    gc.freeze()
    gc.set_threshold(*BETWEEN_SEARCHES)
    gc.enable()


def pytest_unconfigure(config):
    """Take away what was compiled, when there is much of it: nobody needs most of that any more."""
    is_the_last = not hasattr(config, "workerinput")
    if is_the_last and sum(path.stat().st_size for path in COMPILED.glob("*")) > MOST_COMPILED:
        shutil.rmtree(COMPILED, ignore_errors=True)


def pytest_terminal_summary(terminalreporter):
    """Say in one line for each reason how many tests were left out, and why: a green run must not hide that."""
    reasons = Counter(str(report.longrepr[2]).removeprefix("Skipped: ") for report in _skipped(terminalreporter))
    for reason, count in reasons.items():
        terminalreporter.write_line(f"{count} left out: {reason}")


def _skipped(terminalreporter):
    return [each for each in terminalreporter.stats.get("skipped", []) if isinstance(each.longrepr, tuple)]


_journals = itertools.count()


@pytest.fixture(autouse=True)
def _journal_of_its_own(tmp_path_factory, monkeypatch):
    """Keep the learner's real journal out of the tests; a folder for each would cost more than most of them."""
    place = tmp_path_factory.getbasetemp() / f"{next(_journals)}-journal.jsonl"
    monkeypatch.setenv("BNCOURSE_JOURNAL", str(place))


@pytest.fixture(scope="module")
def chromium():
    """Give Chromium; where it cannot be had, the test is left out with a sentence that says what to install."""
    from lab import CHROMIUM_OPTIONS
    from machine import chromium
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:  # closed after each file: its loop would be in the way of other tests
        place = chromium(playwright.chromium.executable_path)
        browser = playwright.chromium.launch(executable_path=place, args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def screen(chromium, request):
    """Give ``screen(journey)``: a new window, whose last picture is kept too when the test fails."""
    from lab import Screen

    opened = []

    def open_window(journey, height=900):
        page = chromium.new_page(viewport={"width": 1280, "height": height})
        opened.append(Screen(page, journey))
        return opened[-1]

    yield open_window
    for window in opened:
        if not window.page.is_closed():
            window.picture("last")
            window.page.close()
