"""What all tests share."""

import pytest

import bncourse  # noqa: F401 - before any test loads NumPy, which then uses one thread: many times faster here


@pytest.fixture(autouse=True)
def _journal_of_its_own(tmp_path, monkeypatch):
    """Keep the learner's real journal out of the tests."""
    monkeypatch.setenv("BNCOURSE_JOURNAL", str(tmp_path / "journal.jsonl"))
