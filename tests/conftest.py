"""What all tests share."""

import pytest


@pytest.fixture(autouse=True)
def _journal_of_its_own(tmp_path, monkeypatch):
    """Keep the learner's real journal out of the tests."""
    monkeypatch.setenv("BNCOURSE_JOURNAL", str(tmp_path / "journal.jsonl"))
